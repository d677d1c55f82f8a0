//! Reviews: all or nothing. One comment outside the diff refuses the whole, and the answer does not say which.

use serde_json::Value;

use super::super::acts;
use super::super::anchor::{Wish, opening};
use super::super::call::{Answer, Call, LONGEST_BODY, Reply};
use super::super::diff::FileDiff;
use super::super::pull::{Review, ReviewState, Thread};
use super::super::refusal::Refusal;
use super::pulls::range;

pub(super) fn list(call: &Call) -> Answer {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let pull = repo.pulls.get(&call.number("pull_number")?).ok_or_else(Refusal::not_found)?;
    // A draft shows to its author only.
    let me = call.author(&world).map(|(login, _)| login).unwrap_or_default();
    let seen = pull.reviews.iter().filter(|review| review.state != ReviewState::Pending || review.author == me);
    call.page(seen.map(|review| call.urls().review(&world, repo, pull, review)).collect())
}

pub(super) fn get(call: &Call) -> Answer {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let pull = repo.pulls.get(&call.number("pull_number")?).ok_or_else(Refusal::not_found)?;
    let id = call.number("review_id")?;
    let review = pull.reviews.iter().find(|review| review.id == id).ok_or_else(Refusal::not_found)?;
    Reply::ok(call.urls().review(&world, repo, pull, review))
}

pub(super) fn create(call: &Call) -> Answer {
    let (base, head) = range(call)?;
    let commit = call.text("commit_id").unwrap_or(head);
    let name = call.repo();
    let unknown = |_| Refusal::unprocessable(&["commit_id is not part of the pull request".to_owned()]);
    let files = call.site.pull_diff(&name, &base, &commit).map_err(unknown)?;
    let state = state(call.body.get("event").and_then(Value::as_str))?;
    let body = call.text("body").unwrap_or_default();
    let entries = call.body["comments"].as_array().cloned().unwrap_or_default();
    check_body(&body, state, entries.len())?;

    let mut world = call.site.world();
    let (author, _) = call.author(&world)?;
    let now = call.site.now();
    let review = world.next_id();
    let mut threads: Vec<(Thread, Wish)> = Vec::new();
    for entry in &entries {
        let wish = Wish::read(entry, &files)?;
        threads.push((hang(&wish, &files, &commit, world.next_id())?, wish));
    }
    let ids: Vec<u64> = threads.iter().map(|_| world.next_id()).collect();
    let repo = world.repo_mut(&name).ok_or_else(Refusal::not_found)?;
    let number = call.number("pull_number")?;
    let pull = repo.pulls.get_mut(&number).ok_or_else(Refusal::not_found)?;
    if state == ReviewState::Approved && pull.author == author {
        return Err(Refusal::unprocessable(&["Can not approve your own pull request".to_owned()]));
    }
    for (id, (mut thread, wish)) in ids.iter().zip(threads) {
        thread.comments.push(opening(*id, review, &author, &wish.body, now));
        pull.threads.push(thread);
    }
    let submitted = (state != ReviewState::Pending).then_some(now);
    pull.reviews.push(Review { id: review, author: author.clone(), state, body, commit, submitted });
    pull.updated = now;
    if submitted.is_some() {
        acts::tell_review(&call.site, &mut world, &name, number, review, "submitted", &author);
        for id in ids {
            acts::tell_review_comment(&call.site, &mut world, &name, id, "created", &author);
        }
    }
    drop(world);
    shown(call, review)
}

fn hang(wish: &Wish, files: &[FileDiff], commit: &str, id: u64) -> Result<Thread, Refusal> {
    wish.hang(files, commit, id).map_err(|sentence| Refusal::unprocessable(&[sentence]))
}

fn state(event: Option<&str>) -> Result<ReviewState, Refusal> {
    match event {
        None => Ok(ReviewState::Pending),
        Some("COMMENT") => Ok(ReviewState::Commented),
        Some("APPROVE") => Ok(ReviewState::Approved),
        Some("REQUEST_CHANGES") => Ok(ReviewState::ChangesRequested),
        Some(_) => Err(Refusal::unprocessable(&["Event is invalid".to_owned()])),
    }
}

/// A comment needs words, in its body or at its lines; a request for changes needs a body.
fn check_body(body: &str, state: ReviewState, comments: usize) -> Result<(), Refusal> {
    let wordless = body.trim().is_empty();
    let bare = match state {
        ReviewState::ChangesRequested => wordless,
        ReviewState::Commented => wordless && comments == 0,
        _ => false,
    };
    if bare {
        return Err(Refusal::unprocessable(&["Body can't be blank".to_owned()]));
    }
    if body.chars().count() > LONGEST_BODY {
        return Err(Refusal::unprocessable(&["Body is too long (maximum is 65536 characters)".to_owned()]));
    }
    Ok(())
}

fn shown(call: &Call, id: u64) -> Answer {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let pull = repo.pulls.get(&call.number("pull_number")?).ok_or_else(Refusal::not_found)?;
    let review = pull.reviews.iter().find(|review| review.id == id).ok_or_else(Refusal::not_found)?;
    Reply::ok(call.urls().review(&world, repo, pull, review))
}

/// Changes one review of the caller and answers with it.
fn change(call: &Call, edit: impl FnOnce(&mut Review) -> Result<(), Refusal>, action: &str) -> Answer {
    let (name, number, id) = (call.repo(), call.number("pull_number")?, call.number("review_id")?);
    let mut world = call.site.world();
    let (author, _) = call.author(&world)?;
    let pull = world.repo_mut(&name).and_then(|repo| repo.pulls.get_mut(&number)).ok_or_else(Refusal::not_found)?;
    let review = pull.reviews.iter_mut().find(|review| review.id == id).ok_or_else(Refusal::not_found)?;
    edit(review)?;
    acts::tell_review(&call.site, &mut world, &name, number, id, action, &author);
    drop(world);
    shown(call, id)
}

pub(super) fn update(call: &Call) -> Answer {
    let body = call.text("body").ok_or_else(|| Refusal::unprocessable(&["Body can't be blank".to_owned()]))?;
    change(
        call,
        |review| {
            review.body = body;
            Ok(())
        },
        "edited",
    )
}

pub(super) fn submit(call: &Call) -> Answer {
    let wanted = state(call.body.get("event").and_then(Value::as_str))?;
    let (body, now) = (call.text("body"), call.site.now());
    let edit = |review: &mut Review| {
        if review.state != ReviewState::Pending {
            return Err(Refusal::unprocessable(&["Can not submit a review that is not pending".to_owned()]));
        }
        review.state = wanted;
        review.submitted = Some(now);
        review.body = body.unwrap_or_else(|| review.body.clone());
        Ok(())
    };
    change(call, edit, "submitted")
}

pub(super) fn dismiss(call: &Call) -> Answer {
    let edit = |review: &mut Review| {
        if !matches!(review.state, ReviewState::Approved | ReviewState::ChangesRequested) {
            return Err(Refusal::unprocessable(&["Can not dismiss a commented pull request review".to_owned()]));
        }
        review.state = ReviewState::Dismissed;
        Ok(())
    };
    change(call, edit, "dismissed")
}

/// Only a draft can be deleted; its threads go with it.
pub(super) fn delete(call: &Call) -> Answer {
    let gone = get(call)?;
    let (name, number, id) = (call.repo(), call.number("pull_number")?, call.number("review_id")?);
    let mut world = call.site.world();
    let pull = world.repo_mut(&name).and_then(|repo| repo.pulls.get_mut(&number)).ok_or_else(Refusal::not_found)?;
    if pull.reviews.iter().any(|review| review.id == id && review.state != ReviewState::Pending) {
        return Err(Refusal::unprocessable(&["Can not delete a non-pending pull request review".to_owned()]));
    }
    pull.reviews.retain(|review| review.id != id);
    pull.threads.retain(|thread| thread.comments.first().is_none_or(|comment| comment.review != id));
    Ok(gone)
}

pub(super) fn comments(call: &Call) -> Answer {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let pull = repo.pulls.get(&call.number("pull_number")?).ok_or_else(Refusal::not_found)?;
    let id = call.number("review_id")?;
    let mut shown = Vec::new();
    for thread in &pull.threads {
        let mine = thread.comments.iter().filter(|comment| comment.review == id);
        shown.extend(mine.map(|comment| call.urls().review_comment(&world, repo, pull, thread, comment)));
    }
    call.page(shown)
}
