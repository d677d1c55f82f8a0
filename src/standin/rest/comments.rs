//! Inline comments one by one: listing, editing, answering, deleting, and posting outside a review of many.

use super::super::acts::{self, Actor};
use super::super::anchor::{Wish, opening};
use super::super::call::{Answer, Call, Reply, checked_body};
use super::super::pull::{Review, ReviewState};
use super::super::refusal::Refusal;
use super::super::world::World;
use super::pulls::range;

const RESOURCE: &str = "PullRequestReviewComment";

pub(super) fn list(call: &Call) -> Answer {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let pull = repo.pulls.get(&call.number("pull_number")?).ok_or_else(Refusal::not_found)?;
    let draft = |id: u64| pull.reviews.iter().any(|review| review.id == id && review.state == ReviewState::Pending);
    let mut found: Vec<_> =
        pull.threads.iter().flat_map(|thread| thread.comments.iter().map(move |comment| (thread, comment))).collect();
    found.retain(|(_, comment)| !draft(comment.review));
    found.sort_by_key(|(_, comment)| (comment.created, comment.id));
    if call.query.get("direction").is_some_and(|direction| direction == "desc") {
        found.reverse();
    }
    let urls = call.urls();
    call.page(found.iter().map(|(thread, comment)| urls.review_comment(&world, repo, pull, thread, comment)).collect())
}

fn shown(call: &Call, world: &World, id: u64) -> Result<serde_json::Value, Refusal> {
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let found = repo.pulls.values().find_map(|pull| {
        let thread = pull.threads.iter().find(|thread| thread.comments.iter().any(|comment| comment.id == id))?;
        let comment = thread.comments.iter().find(|comment| comment.id == id)?;
        Some(call.urls().review_comment(world, repo, pull, thread, comment))
    });
    found.ok_or_else(Refusal::not_found)
}

fn actor(call: &Call, world: &World) -> Result<Actor, Refusal> {
    let (login, app) = call.author(world)?;
    Ok(Actor { login, app: Some(app) })
}

pub(super) fn get(call: &Call) -> Answer {
    let world = call.site.world();
    Reply::ok(shown(call, &world, call.number("comment_id")?)?)
}

pub(super) fn update(call: &Call) -> Answer {
    let id = call.number("comment_id")?;
    let body = checked_body(RESOURCE, call.text("body"))?;
    let mut world = call.site.world();
    let actor = actor(call, &world)?;
    own(call, &mut world, id, &actor)?;
    acts::edit_review_comment(&call.site, &mut world, &call.repo(), id, &actor, body)?;
    Reply::ok(shown(call, &world, id)?)
}

/// An App may change what it wrote; what others wrote takes rights an App seldom has.
fn own(call: &Call, world: &mut World, id: u64, actor: &Actor) -> Result<(), Refusal> {
    let (_, thread) =
        world.repo_mut(&call.repo()).and_then(|repo| repo.thread_of(id)).ok_or_else(Refusal::not_found)?;
    let mine = thread.comments.iter().any(|comment| comment.id == id && comment.author == actor.login);
    if mine { Ok(()) } else { Err(Refusal::forbidden()) }
}

pub(super) fn delete(call: &Call) -> Answer {
    let id = call.number("comment_id")?;
    let mut world = call.site.world();
    let actor = actor(call, &world)?;
    acts::delete_review_comment(&call.site, &mut world, &call.repo(), id, &actor)?;
    Reply::empty()
}

pub(super) fn reply(call: &Call) -> Answer {
    let id = call.number("comment_id")?;
    let body = checked_body(RESOURCE, call.text("body"))?;
    let mut world = call.site.world();
    let actor = actor(call, &world)?;
    let made = answer(call, &mut world, id, &actor, body)?;
    Reply::created(shown(call, &world, made)?)
}

/// Only the first comment of a thread can be answered over REST.
fn answer(call: &Call, world: &mut World, id: u64, actor: &Actor, body: String) -> Result<u64, Refusal> {
    let repo = world.repo_mut(&call.repo()).ok_or_else(Refusal::not_found)?;
    let (number, thread) = repo.thread_of(id).ok_or_else(Refusal::not_found)?;
    let first = thread.comments.first().is_some_and(|comment| comment.id == id);
    let thread_id = thread.id;
    if !first || number != call.number("pull_number")? {
        return Err(Refusal::not_found());
    }
    acts::reply(&call.site, world, &call.repo(), thread_id, actor, body)
}

pub(super) fn create(call: &Call) -> Answer {
    let name = call.repo();
    let (base, _) = range(call)?;
    if let Some(first) = call.body["in_reply_to"].as_u64() {
        let body = checked_body(RESOURCE, call.text("body"))?;
        let mut world = call.site.world();
        let actor = actor(call, &world)?;
        let made = answer(call, &mut world, first, &actor, body)?;
        return Reply::created(shown(call, &world, made)?);
    }
    let commit = call.text("commit_id").ok_or_else(|| Refusal::invalid(RESOURCE, "commit_id", "missing_field"))?;
    let files =
        call.site.pull_diff(&name, &base, &commit).map_err(|_| Refusal::invalid(RESOURCE, "commit_id", "invalid"))?;
    let wish = Wish::read(&call.body, &files)?;
    let mut world = call.site.world();
    let actor = actor(call, &world)?;
    let (thread_id, id, review, now) = (world.next_id(), world.next_id(), world.next_id(), call.site.now());
    let mut thread = wish
        .hang(&files, &commit, thread_id)
        .map_err(|sentence| Refusal::custom(RESOURCE, "pull_request_review_thread.line", &sentence))?;
    thread.comments.push(opening(id, review, &actor.login, &wish.body, now));
    let number = call.number("pull_number")?;
    let pull = world.repo_mut(&name).and_then(|repo| repo.pulls.get_mut(&number)).ok_or_else(Refusal::not_found)?;
    pull.threads.push(thread);
    pull.reviews.push(Review {
        id: review,
        author: actor.login.clone(),
        state: ReviewState::Commented,
        body: String::new(),
        commit,
        submitted: Some(now),
    });
    acts::tell_review_comment(&call.site, &mut world, &name, id, "created", &actor.login);
    Reply::created(shown(call, &world, id)?)
}
