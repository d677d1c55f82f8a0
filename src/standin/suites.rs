//! Check suites as things happen to them: one per commit and App, asked again by a click, told to the App that owns it.

use serde_json::json;

use super::checks::CheckSuite;
use super::hooks::{self, Event};
use super::json::{CommitText, Urls};
use super::refusal::Refusal;
use super::site::Site;
use super::world::World;

/// The suite of an App on a commit, made when it is missing.
pub(super) fn ensure(site: &Site, world: &mut World, repo: &str, app: u64, sha: &str) -> Result<u64, Refusal> {
    let (id, now) = (world.next_id(), site.now());
    let found = world.repo_mut(repo).ok_or_else(Refusal::not_found)?;
    if let Some(known) = found.suites.iter().find(|suite| suite.app == app && suite.head_sha == sha) {
        return Ok(known.id);
    }
    // A commit that only a fork has is on no branch GitHub would name here.
    let of_pull = found.pulls.values().find(|pull| pull.head_sha == sha && pull.head_repo.eq_ignore_ascii_case(repo));
    let branch = of_pull.map(|pull| pull.head_ref.clone()).or_else(|| branch_of(site, repo, sha));
    found.suites.push(CheckSuite {
        id,
        app,
        head_sha: sha.to_owned(),
        head_branch: branch,
        requested_again: false,
        created: now,
        updated: now,
    });
    Ok(id)
}

fn branch_of(site: &Site, repo: &str, sha: &str) -> Option<String> {
    let listed =
        site.git.text(repo, &["for-each-ref", "--points-at", sha, "--format=%(refname:lstrip=2)", "refs/heads"]);
    listed.ok()?.lines().next().map(str::to_owned)
}

/// On a push, every App with `checks: write` is asked for checks on the new head.
pub(super) fn request_for_push(
    site: &Site,
    world: &mut World,
    repo: &str,
    sha: &str,
    sender: &str,
) -> Result<(), Refusal> {
    let wanting = world.apps.values().filter(|app| app.permissions.get("checks").is_some_and(|level| level == "write"));
    let apps: Vec<u64> = wanting.map(|app| app.id).collect();
    for app in apps {
        if world.installation_for(app, repo).is_some() {
            let suite = ensure(site, world, repo, app, sha)?;
            tell_suite(site, world, repo, suite, "requested", sender)?;
        }
    }
    Ok(())
}

pub(super) fn tell_suite(
    site: &Site,
    world: &mut World,
    repo: &str,
    suite: u64,
    action: &str,
    sender: &str,
) -> Result<(), Refusal> {
    let urls = Urls::new(&site.url);
    let found = world.repo(repo).ok_or_else(Refusal::not_found)?;
    let suite = found.suites.iter().find(|known| known.id == suite).ok_or_else(Refusal::not_found)?;
    let head = CommitText::one(&site.git, repo, &suite.head_sha)?;
    let (app, fields) = (suite.app, json!({"check_suite": urls.check_suite_event(world, found, suite, &head)}));
    hooks::emit(
        site,
        world,
        Event { name: "check_suite", action: Some(action), repo, sender, only: Some(app), fields },
    );
    Ok(())
}

/// `check_run` events; `extra` joins the payload (the button that was pressed).
pub(super) fn tell_run(
    site: &Site,
    world: &mut World,
    repo: &str,
    run: u64,
    action: &str,
    sender: &str,
    extra: Option<&str>,
) -> Result<(), Refusal> {
    let urls = Urls::new(&site.url);
    let found = world.repo(repo).ok_or_else(Refusal::not_found)?;
    let run = found.runs.iter().find(|known| known.id == run).ok_or_else(Refusal::not_found)?;
    let suite = found.suites.iter().find(|known| known.id == run.suite).ok_or_else(Refusal::not_found)?;
    let head = CommitText::one(&site.git, repo, &suite.head_sha)?;
    let mut shown = urls.check_run(world, found, run);
    shown["check_suite"] = urls.check_suite_event(world, found, suite, &head);
    let mut fields = json!({"check_run": shown});
    if let Some(identifier) = extra {
        fields["requested_action"] = json!({"identifier": identifier});
    }
    let app = run.app;
    hooks::emit(site, world, Event { name: "check_run", action: Some(action), repo, sender, only: Some(app), fields });
    Ok(())
}

/// A run reported: its suite has a verdict again, and the App hears of its own doing.
pub(super) fn reported(site: &Site, world: &mut World, repo: &str, run: u64, action: &str) {
    touched(site, world, repo, run);
    let app = world.repo(repo).and_then(|found| found.runs.iter().find(|known| known.id == run)).map(|run| run.app);
    let bot = app.and_then(|app| world.apps.get(&app)).map(super::world::App::bot).unwrap_or_default();
    // The run was found a moment ago, so there is nothing left to fail on.
    let _ = tell_run(site, world, repo, run, action, &bot, None);
}

pub(super) fn touched(site: &Site, world: &mut World, repo: &str, run: u64) {
    let now = site.now();
    let Some(found) = world.repo_mut(repo) else { return };
    let Some(suite) = found.runs.iter().find(|known| known.id == run).map(|run| run.suite) else { return };
    if let Some(suite) = found.suites.iter_mut().find(|known| known.id == suite) {
        suite.requested_again = false;
        suite.updated = now;
    }
}

/// "Re-run" on one run: the suite goes back to queued, the run itself stays as it is.
pub(super) fn rerequest_run(site: &Site, world: &mut World, repo: &str, run: u64, sender: &str) -> Result<(), Refusal> {
    let found = world.repo_mut(repo).ok_or_else(Refusal::not_found)?;
    let suite = found.run(run).ok_or_else(Refusal::not_found)?.suite;
    if let Some(suite) = found.suites.iter_mut().find(|known| known.id == suite) {
        suite.requested_again = true;
    }
    tell_run(site, world, repo, run, "rerequested", sender, None)
}

pub(super) fn rerequest_suite(
    site: &Site,
    world: &mut World,
    repo: &str,
    suite: u64,
    sender: &str,
) -> Result<(), Refusal> {
    let found = world.repo_mut(repo).ok_or_else(Refusal::not_found)?;
    let known = found.suites.iter_mut().find(|known| known.id == suite).ok_or_else(Refusal::not_found)?;
    known.requested_again = true;
    tell_suite(site, world, repo, suite, "rerequested", sender)
}
