//! What happens on a pull request, whoever does it and by whichever door: REST, GraphQL or a person of the world.

use serde_json::json;

use super::hooks::{self, Event};
use super::json::Urls;
use super::pull::{IssueComment, Reaction, ReviewComment};
use super::refusal::Refusal;
use super::site::Site;
use super::world::World;

/// Who acts: a login, and the App it acts through.
#[derive(Clone)]
pub(super) struct Actor {
    pub(super) login: String,
    pub(super) app: Option<u64>,
}

pub(super) fn comment(
    site: &Site,
    world: &mut World,
    repo: &str,
    number: u64,
    actor: &Actor,
    body: String,
) -> Result<u64, Refusal> {
    world.account(&actor.login);
    let (id, now) = (world.next_id(), site.now());
    let pull = world.repo_mut(repo).and_then(|repo| repo.pulls.get_mut(&number)).ok_or_else(Refusal::not_found)?;
    pull.comments.push(IssueComment {
        id,
        author: actor.login.clone(),
        via_app: actor.app,
        body,
        created: now,
        updated: now,
        minimised: None,
        reactions: Vec::new(),
    });
    pull.updated = now;
    tell_issue_comment(site, world, repo, id, "created", &actor.login);
    Ok(id)
}

pub(super) fn edit_comment(
    site: &Site,
    world: &mut World,
    repo: &str,
    id: u64,
    actor: &Actor,
    body: String,
) -> Result<(), Refusal> {
    let now = site.now();
    let (_, found) = world.repo_mut(repo).and_then(|repo| repo.issue_comment(id)).ok_or_else(Refusal::not_found)?;
    found.body = body;
    found.updated = now;
    tell_issue_comment(site, world, repo, id, "edited", &actor.login);
    Ok(())
}

pub(super) fn delete_comment(
    site: &Site,
    world: &mut World,
    repo: &str,
    id: u64,
    actor: &Actor,
) -> Result<(), Refusal> {
    world.repo_mut(repo).and_then(|repo| repo.issue_comment(id)).ok_or_else(Refusal::not_found)?;
    tell_issue_comment(site, world, repo, id, "deleted", &actor.login);
    let found = world.repo_mut(repo).ok_or_else(Refusal::not_found)?;
    for pull in found.pulls.values_mut() {
        pull.comments.retain(|comment| comment.id != id);
    }
    Ok(())
}

fn tell_issue_comment(site: &Site, world: &mut World, repo: &str, id: u64, action: &str, sender: &str) {
    let urls = Urls::new(&site.url);
    let fields = world.repo(repo).and_then(|found| {
        let pull = found.pulls.values().find(|pull| pull.comments.iter().any(|comment| comment.id == id))?;
        let comment = pull.comments.iter().find(|comment| comment.id == id)?;
        let mut fields = json!({
            "issue": urls.issue(world, found, pull),
            "comment": urls.issue_comment(world, found, pull.number, comment),
        });
        if action == "edited" {
            fields["changes"] = json!({"body": {"from": ""}});
        }
        Some(fields)
    });
    if let Some(fields) = fields {
        hooks::emit(
            site,
            world,
            Event { name: "issue_comment", action: Some(action), repo, sender, only: None, fields },
        );
    }
}

/// Answers in a thread. Replies to replies join the same thread, as GitHub has no deeper level.
pub(super) fn reply(
    site: &Site,
    world: &mut World,
    repo: &str,
    thread_id: u64,
    actor: &Actor,
    body: String,
) -> Result<u64, Refusal> {
    use super::pull::{Review, ReviewState};
    world.account(&actor.login);
    let (id, review, now) = (world.next_id(), world.next_id(), site.now());
    let found = world.repo_mut(repo).ok_or_else(Refusal::not_found)?;
    let pull = found
        .pulls
        .values_mut()
        .find(|pull| pull.threads.iter().any(|thread| thread.id == thread_id))
        .ok_or_else(Refusal::not_found)?;
    pull.reviews.push(Review {
        id: review,
        author: actor.login.clone(),
        state: ReviewState::Commented,
        body: String::new(),
        commit: pull.head_sha.clone(),
        submitted: Some(now),
    });
    let thread = pull.threads.iter_mut().find(|thread| thread.id == thread_id).ok_or_else(Refusal::not_found)?;
    let first = thread.comments.first().map(|comment| comment.id);
    thread.comments.push(ReviewComment {
        id,
        review,
        reply_to: first,
        author: actor.login.clone(),
        body,
        created: now,
        updated: now,
        minimised: None,
        reactions: Vec::new(),
    });
    tell_review_comment(site, world, repo, id, "created", &actor.login);
    Ok(id)
}

pub(super) fn edit_review_comment(
    site: &Site,
    world: &mut World,
    repo: &str,
    id: u64,
    actor: &Actor,
    body: String,
) -> Result<(), Refusal> {
    let now = site.now();
    let (_, thread) = world.repo_mut(repo).and_then(|repo| repo.thread_of(id)).ok_or_else(Refusal::not_found)?;
    let comment = thread.comments.iter_mut().find(|comment| comment.id == id).ok_or_else(Refusal::not_found)?;
    comment.body = body;
    comment.updated = now;
    tell_review_comment(site, world, repo, id, "edited", &actor.login);
    Ok(())
}

pub(super) fn delete_review_comment(
    site: &Site,
    world: &mut World,
    repo: &str,
    id: u64,
    actor: &Actor,
) -> Result<(), Refusal> {
    world.repo_mut(repo).and_then(|repo| repo.thread_of(id)).ok_or_else(Refusal::not_found)?;
    tell_review_comment(site, world, repo, id, "deleted", &actor.login);
    let found = world.repo_mut(repo).ok_or_else(Refusal::not_found)?;
    for pull in found.pulls.values_mut() {
        for thread in &mut pull.threads {
            thread.comments.retain(|comment| comment.id != id);
        }
        pull.threads.retain(|thread| !thread.comments.is_empty());
    }
    Ok(())
}

pub(super) fn tell_review_comment(site: &Site, world: &mut World, repo: &str, id: u64, action: &str, sender: &str) {
    let urls = Urls::new(&site.url);
    let fields = world.repo(repo).and_then(|found| {
        found.pulls.values().find_map(|pull| {
            let thread = pull.threads.iter().find(|thread| thread.comments.iter().any(|comment| comment.id == id))?;
            let comment = thread.comments.iter().find(|comment| comment.id == id)?;
            let mut fields = json!({
                "pull_request": urls.pull_simple(world, found, pull),
                "comment": urls.review_comment(world, found, pull, thread, comment),
            });
            if action == "edited" {
                fields["changes"] = json!({"body": {"from": ""}});
            }
            Some(fields)
        })
    });
    if let Some(fields) = fields {
        let name = "pull_request_review_comment";
        hooks::emit(site, world, Event { name, action: Some(action), repo, sender, only: None, fields });
    }
}

pub(super) fn tell_review(
    site: &Site,
    world: &mut World,
    repo: &str,
    number: u64,
    review: u64,
    action: &str,
    sender: &str,
) {
    let urls = Urls::new(&site.url);
    let fields = world.repo(repo).and_then(|found| {
        let pull = found.pulls.get(&number)?;
        let review = pull.reviews.iter().find(|known| known.id == review)?;
        Some(json!({
            "pull_request": urls.pull_simple(world, found, pull),
            "review": urls.review(world, found, pull, review),
        }))
    });
    if let Some(mut fields) = fields {
        // Webhooks write the state in small letters, REST in capitals.
        let state = fields["review"]["state"].as_str().unwrap_or_default().to_lowercase();
        fields["review"]["state"] = json!(state);
        let name = "pull_request_review";
        hooks::emit(site, world, Event { name, action: Some(action), repo, sender, only: None, fields });
    }
}

pub(super) fn tell_thread(site: &Site, world: &mut World, repo: &str, thread_id: u64, action: &str, sender: &str) {
    let urls = Urls::new(&site.url);
    let fields = world.repo(repo).and_then(|found| {
        found.pulls.values().find_map(|pull| {
            let thread = pull.threads.iter().find(|thread| thread.id == thread_id)?;
            let comments: Vec<_> = thread
                .comments
                .iter()
                .map(|comment| urls.review_comment(world, found, pull, thread, comment))
                .collect();
            Some(json!({
                "pull_request": urls.pull_simple(world, found, pull),
                "thread": {"node_id": super::json::node_id("PRRT", thread_id), "comments": comments},
            }))
        })
    });
    if let Some(fields) = fields {
        let name = "pull_request_review_thread";
        hooks::emit(site, world, Event { name, action: Some(action), repo, sender, only: None, fields });
    }
}

/// Adds a reaction, or finds the same one of the same account; the flag says whether it is new.
pub(super) fn react(
    site: &Site,
    world: &mut World,
    actor: &Actor,
    content: &str,
    held: &mut Vec<Reaction>,
) -> (Reaction, bool) {
    let same = |reaction: &&Reaction| reaction.author == actor.login && reaction.content == content;
    if let Some(known) = held.iter().find(same) {
        return (known.clone(), false);
    }
    let reaction =
        Reaction { id: world.next_id(), author: actor.login.clone(), content: content.to_owned(), created: site.now() };
    held.push(reaction.clone());
    (reaction, true)
}
