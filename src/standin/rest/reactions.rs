//! Reactions to comments: 201 for a new one, 200 when it was there already.

use serde_json::Value;

use super::super::acts::{self, Actor};
use super::super::call::{Answer, Call, Reply};
use super::super::pull::Reaction;
use super::super::refusal::Refusal;
use super::super::world::World;

const CONTENTS: [&str; 8] = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];

type Find = for<'a> fn(&'a mut World, &str, u64) -> Option<&'a mut Vec<Reaction>>;

fn held_by_issue_comment<'a>(world: &'a mut World, repo: &str, id: u64) -> Option<&'a mut Vec<Reaction>> {
    world.repo_mut(repo)?.issue_comment(id).map(|(_, comment)| &mut comment.reactions)
}

fn held_by_review_comment<'a>(world: &'a mut World, repo: &str, id: u64) -> Option<&'a mut Vec<Reaction>> {
    let (_, thread) = world.repo_mut(repo)?.thread_of(id)?;
    thread.comments.iter_mut().find(|comment| comment.id == id).map(|comment| &mut comment.reactions)
}

fn add(call: &Call, find: Find) -> Answer {
    let id = call.number("comment_id")?;
    let content = call.text("content").filter(|content| CONTENTS.contains(&content.as_str()));
    let content = content.ok_or_else(|| Refusal::invalid("Reaction", "content", "invalid"))?;
    let mut world = call.site.world();
    let (login, app) = call.author(&world)?;
    let mut held = std::mem::take(find(&mut world, &call.repo(), id).ok_or_else(Refusal::not_found)?);
    let actor = Actor { login, app: Some(app) };
    let (reaction, new) = acts::react(&call.site, &mut world, &actor, &content, &mut held);
    if let Some(place) = find(&mut world, &call.repo(), id) {
        *place = held;
    }
    Reply::with(if new { 201 } else { 200 }, call.urls().reaction(&world, &reaction))
}

fn list(call: &Call, find: Find) -> Answer {
    let id = call.number("comment_id")?;
    let mut world = call.site.world();
    let held = find(&mut world, &call.repo(), id).ok_or_else(Refusal::not_found)?.clone();
    let shown: Vec<Value> = held.iter().map(|reaction| call.urls().reaction(&world, reaction)).collect();
    call.page(shown)
}

pub(super) fn on_issue_comment(call: &Call) -> Answer {
    add(call, held_by_issue_comment)
}

pub(super) fn of_issue_comment(call: &Call) -> Answer {
    list(call, held_by_issue_comment)
}

pub(super) fn on_review_comment(call: &Call) -> Answer {
    add(call, held_by_review_comment)
}

pub(super) fn of_review_comment(call: &Call) -> Answer {
    list(call, held_by_review_comment)
}
