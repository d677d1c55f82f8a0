//! The conversation of a pull request. Its comments live under issues, but take the permission on pull requests.

use serde_json::Value;

use super::super::acts::{self, Actor};
use super::super::call::{Answer, Call, Reply, checked_body};
use super::super::refusal::Refusal;
use super::super::world::World;

const RESOURCE: &str = "IssueComment";

pub(super) fn get(call: &Call) -> Answer {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let pull = repo.pulls.get(&call.number("issue_number")?).ok_or_else(Refusal::not_found)?;
    Reply::ok(call.urls().issue(&world, repo, pull))
}

pub(super) fn comments(call: &Call) -> Answer {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let pull = repo.pulls.get(&call.number("issue_number")?).ok_or_else(Refusal::not_found)?;
    let urls = call.urls();
    call.page(pull.comments.iter().map(|comment| urls.issue_comment(&world, repo, pull.number, comment)).collect())
}

fn shown(call: &Call, world: &World, id: u64) -> Result<Value, Refusal> {
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let found = repo.pulls.values().find_map(|pull| {
        let comment = pull.comments.iter().find(|comment| comment.id == id)?;
        Some(call.urls().issue_comment(world, repo, pull.number, comment))
    });
    found.ok_or_else(Refusal::not_found)
}

fn actor(call: &Call, world: &World) -> Result<Actor, Refusal> {
    let (login, app) = call.author(world)?;
    Ok(Actor { login, app: Some(app) })
}

pub(super) fn create_comment(call: &Call) -> Answer {
    let number = call.number("issue_number")?;
    let body = checked_body(RESOURCE, call.text("body"))?;
    let mut world = call.site.world();
    let actor = actor(call, &world)?;
    let id = acts::comment(&call.site, &mut world, &call.repo(), number, &actor, body)?;
    Reply::created(shown(call, &world, id)?)
}

pub(super) fn comment(call: &Call) -> Answer {
    let world = call.site.world();
    Reply::ok(shown(call, &world, call.number("comment_id")?)?)
}

pub(super) fn update_comment(call: &Call) -> Answer {
    let id = call.number("comment_id")?;
    let body = checked_body(RESOURCE, call.text("body"))?;
    let mut world = call.site.world();
    let actor = actor(call, &world)?;
    let (_, found) =
        world.repo_mut(&call.repo()).and_then(|repo| repo.issue_comment(id)).ok_or_else(Refusal::not_found)?;
    if found.author != actor.login {
        return Err(Refusal::forbidden());
    }
    acts::edit_comment(&call.site, &mut world, &call.repo(), id, &actor, body)?;
    Reply::ok(shown(call, &world, id)?)
}

pub(super) fn delete_comment(call: &Call) -> Answer {
    let id = call.number("comment_id")?;
    let mut world = call.site.world();
    let actor = actor(call, &world)?;
    acts::delete_comment(&call.site, &mut world, &call.repo(), id, &actor)?;
    Reply::empty()
}

fn labels(call: &Call, change: impl FnOnce(&mut std::collections::BTreeSet<String>) -> bool) -> Answer {
    let mut world = call.site.world();
    let repo = world.repo_mut(&call.repo()).ok_or_else(Refusal::not_found)?;
    let pull = repo.pulls.get_mut(&call.number("issue_number")?).ok_or_else(Refusal::not_found)?;
    if !change(&mut pull.labels) {
        return Err(Refusal::new(404, "Label does not exist"));
    }
    let names: Vec<String> = pull.labels.iter().cloned().collect();
    Reply::ok(names.iter().map(|name| call.urls().label(&call.repo(), name)).collect())
}

pub(super) fn add_labels(call: &Call) -> Answer {
    let listed = call.body.get("labels").unwrap_or(&call.body).as_array().cloned().unwrap_or_default();
    let names = listed.iter().filter_map(|label| label.as_str().or_else(|| label["name"].as_str()).map(str::to_owned));
    let names: Vec<String> = names.collect();
    labels(call, |held| {
        held.extend(names);
        true
    })
}

pub(super) fn remove_label(call: &Call) -> Answer {
    labels(call, |held| held.remove(call.param("name")))
}
