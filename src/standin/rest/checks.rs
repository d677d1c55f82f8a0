//! Check runs and suites, with GitHub's limits: 50 annotations a request, 65,535 characters, three buttons.

use chrono::DateTime;
use serde_json::{Value, json};

use super::super::call::{Answer, Call, Reply};
use super::super::checks::{Action, CheckRun, Note};
use super::super::json::CommitText;
use super::super::refusal::Refusal;
use super::super::suites;
use super::super::world::{Time, World};

const RESOURCE: &str = "CheckRun";
const LONGEST: usize = 65_535;

pub(super) fn create(call: &Call) -> Answer {
    let name = call.text("name").filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::invalid(RESOURCE, "name", "missing_field"))?;
    let sha = call.text("head_sha").ok_or_else(|| Refusal::invalid(RESOURCE, "head_sha", "missing_field"))?;
    let repo = call.repo();
    let sha =
        call.site.git.rev(&repo, &sha).map_err(|_| Refusal::new(422, format!("No commit found for SHA: {sha}")))?;
    let now = call.site.now();
    let mut world = call.site.world();
    let (_, app) = call.author(&world)?;
    let suite = suites::ensure(&call.site, &mut world, &repo, app, &sha)?;
    let id = world.next_id();
    let mut run = CheckRun {
        id,
        suite,
        app,
        head_sha: sha,
        name,
        details_url: None,
        external_id: None,
        status: "queued".to_owned(),
        conclusion: None,
        started: Some(now),
        completed: None,
        title: None,
        summary: None,
        text: None,
        annotations: Vec::new(),
        actions: Vec::new(),
    };
    apply(&mut run, &call.body, now)?;
    let found = world.repo_mut(&repo).ok_or_else(Refusal::not_found)?;
    found.runs.push(run);
    suites::reported(&call.site, &mut world, &repo, id, "created");
    Reply::created(shown(call, &world, id)?)
}

pub(super) fn update(call: &Call) -> Answer {
    let (repo, id, now) = (call.repo(), call.number("check_run_id")?, call.site.now());
    let mut world = call.site.world();
    let (_, app) = call.author(&world)?;
    let mut run = world.repo_mut(&repo).and_then(|repo| repo.run(id)).cloned().ok_or_else(Refusal::not_found)?;
    if run.app != app {
        return Err(Refusal::new(
            403,
            "Invalid app_id `".to_owned()
                + &app.to_string()
                + "` - check run can only be modified by the GitHub App that created it.",
        ));
    }
    let was_done = run.status == "completed";
    apply(&mut run, &call.body, now)?;
    let done = run.status == "completed" && !was_done;
    if let Some(place) = world.repo_mut(&repo).and_then(|repo| repo.run(id)) {
        *place = run;
    }
    if done {
        suites::reported(&call.site, &mut world, &repo, id, "completed");
    } else {
        suites::touched(&call.site, &mut world, &repo, id);
    }
    Reply::ok(shown(call, &world, id)?)
}

/// Applies a request to a run, or refuses all of it.
fn apply(run: &mut CheckRun, body: &Value, now: Time) -> Result<(), Refusal> {
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let time =
        |key: &str| text(key).and_then(|text| DateTime::parse_from_rfc3339(&text).ok()).map(|time| time.to_utc());
    if let Some(name) = text("name") {
        run.name = name;
    }
    run.details_url = text("details_url").or(run.details_url.take());
    run.external_id = text("external_id").or(run.external_id.take());
    run.started = time("started_at").or(run.started);
    apply_state(run, text("status"), text("conclusion"), time("completed_at"), now)?;
    if let Some(output) = body.get("output") {
        apply_output(run, output)?;
    }
    if let Some(actions) = body.get("actions").and_then(Value::as_array) {
        run.actions = read_actions(actions)?;
    }
    Ok(())
}

/// A conclusion implies "completed"; "completed" requires a conclusion; GitHub keeps some states for itself.
fn apply_state(
    run: &mut CheckRun,
    status: Option<String>,
    conclusion: Option<String>,
    completed: Option<Time>,
    now: Time,
) -> Result<(), Refusal> {
    const OPEN: [&str; 2] = ["queued", "in_progress"];
    const VERDICTS: [&str; 7] =
        ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"];
    if let Some(conclusion) = conclusion {
        if !VERDICTS.contains(&conclusion.as_str()) {
            return Err(Refusal::invalid(RESOURCE, "conclusion", "invalid"));
        }
        "completed".clone_into(&mut run.status);
        run.conclusion = Some(conclusion);
        run.completed = completed.or(Some(now));
        return Ok(());
    }
    match status.as_deref() {
        None => Ok(()),
        Some("completed") if run.conclusion.is_some() => Ok(()),
        Some("completed") => {
            Err(Refusal::new(422, r#"Invalid request. No subschema in "anyOf" matched. "conclusion" wasn't supplied."#))
        }
        Some(open) if OPEN.contains(&open) => {
            open.clone_into(&mut run.status);
            run.conclusion = None;
            run.completed = None;
            Ok(())
        }
        Some(_) => Err(Refusal::invalid(RESOURCE, "status", "invalid")),
    }
}

/// Texts replace; annotations are added to those that are there.
fn apply_output(run: &mut CheckRun, output: &Value) -> Result<(), Refusal> {
    let text = |key: &str| output.get(key).and_then(Value::as_str).map(str::to_owned);
    let summary = text("summary").ok_or_else(|| Refusal::new(422, r#"Invalid request. "summary" wasn't supplied."#))?;
    let title = text("title");
    if title.is_none() && run.title.is_none() {
        return Err(Refusal::new(422, r#"Invalid request. "title" wasn't supplied."#));
    }
    for (field, value) in [("summary", Some(&summary)), ("text", text("text").as_ref())] {
        if value.is_some_and(|value| value.chars().count() > LONGEST) {
            return Err(Refusal::custom(RESOURCE, field, &format!("{field} exceeds a maximum length of {LONGEST}")));
        }
    }
    let entries = output.get("annotations").and_then(Value::as_array).cloned().unwrap_or_default();
    if entries.len() > 50 {
        return Err(Refusal::new(
            422,
            format!("Invalid request. No more than 50 items are allowed; {} were supplied.", entries.len()),
        ));
    }
    let read = entries
        .iter()
        .map(|entry| Note::read(entry).map_err(|field| Refusal::invalid("CheckAnnotation", field, "invalid")));
    let annotations: Vec<Note> = read.collect::<Result<_, Refusal>>()?;
    run.title = title.or(run.title.take());
    run.summary = Some(summary);
    run.text = text("text").or(run.text.take());
    run.annotations.extend(annotations);
    Ok(())
}

fn read_actions(actions: &[Value]) -> Result<Vec<Action>, Refusal> {
    if actions.len() > 3 {
        return Err(Refusal::new(422, "Invalid request. No more than 3 items are allowed."));
    }
    let read = |action: &Value, key: &'static str, longest: usize| {
        let text = action.get(key).and_then(Value::as_str).unwrap_or_default();
        let fits = !text.is_empty() && text.chars().count() <= longest;
        if fits { Ok(text.to_owned()) } else { Err(Refusal::invalid("CheckRunAction", key, "invalid")) }
    };
    actions
        .iter()
        .map(|action| {
            Ok(Action {
                label: read(action, "label", 20)?,
                description: read(action, "description", 40)?,
                identifier: read(action, "identifier", 20)?,
            })
        })
        .collect()
}

fn shown(call: &Call, world: &World, id: u64) -> Result<Value, Refusal> {
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let run = repo.runs.iter().find(|run| run.id == id).ok_or_else(Refusal::not_found)?;
    Ok(call.urls().check_run(world, repo, run))
}

pub(super) fn get(call: &Call) -> Answer {
    let world = call.site.world();
    Reply::ok(shown(call, &world, call.number("check_run_id")?)?)
}

pub(super) fn annotations(call: &Call) -> Answer {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let id = call.number("check_run_id")?;
    let run = repo.runs.iter().find(|run| run.id == id).ok_or_else(Refusal::not_found)?;
    call.page(run.annotations.iter().map(|note| call.urls().annotation(repo, &run.head_sha, note)).collect())
}

pub(super) fn rerequest_run(call: &Call) -> Answer {
    let (repo, id) = (call.repo(), call.number("check_run_id")?);
    let mut world = call.site.world();
    let (login, _) = call.author(&world)?;
    suites::rerequest_run(&call.site, &mut world, &repo, id, &login)?;
    Reply::created(json!({}))
}

pub(super) fn create_suite(call: &Call) -> Answer {
    let repo = call.repo();
    let sha = call.text("head_sha").unwrap_or_default();
    let sha =
        call.site.git.rev(&repo, &sha).map_err(|_| Refusal::new(422, format!("No commit found for SHA: {sha}")))?;
    let mut world = call.site.world();
    let (_, app) = call.author(&world)?;
    let known = world.repo(&repo).is_some_and(|repo| repo.suites.iter().any(|s| s.app == app && s.head_sha == sha));
    let id = suites::ensure(&call.site, &mut world, &repo, app, &sha)?;
    Reply::with(if known { 200 } else { 201 }, shown_suite(call, &world, id)?)
}

fn shown_suite(call: &Call, world: &World, id: u64) -> Result<Value, Refusal> {
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let suite = repo.suites.iter().find(|suite| suite.id == id).ok_or_else(Refusal::not_found)?;
    let head = CommitText::one(&call.site.git, &call.repo(), &suite.head_sha)?;
    Ok(call.urls().check_suite(world, repo, suite, &head))
}

pub(super) fn get_suite(call: &Call) -> Answer {
    let world = call.site.world();
    Reply::ok(shown_suite(call, &world, call.number("check_suite_id")?)?)
}

pub(super) fn rerequest_suite(call: &Call) -> Answer {
    let (repo, id) = (call.repo(), call.number("check_suite_id")?);
    let mut world = call.site.world();
    let (login, _) = call.author(&world)?;
    suites::rerequest_suite(&call.site, &mut world, &repo, id, &login)?;
    Reply::created(json!({}))
}

/// Runs that pass the filters of the query, newest first.
fn runs(call: &Call, keep: impl Fn(&CheckRun) -> bool) -> Answer {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let ask = |key: &str| call.query.get(key);
    let latest = ask("filter").is_none_or(|filter| filter == "latest");
    let mut found: Vec<&CheckRun> = repo.runs.iter().rev().filter(|run| keep(run)).collect();
    if latest {
        let mut seen = std::collections::HashSet::new();
        found.retain(|run| seen.insert((run.app, run.name.as_str())));
    }
    found.retain(|run| {
        ask("check_name").is_none_or(|name| *name == run.name)
            && ask("status").is_none_or(|status| *status == run.status)
            && ask("app_id").is_none_or(|app| *app == run.app.to_string())
    });
    call.counted("check_runs", found.iter().map(|run| call.urls().check_run(&world, repo, run)).collect())
}

pub(super) fn of_suite(call: &Call) -> Answer {
    let id = call.number("check_suite_id")?;
    runs(call, |run| run.suite == id)
}

pub(super) fn of_ref(call: &Call) -> Answer {
    let rev = call.param("ref");
    let sha = call
        .site
        .git
        .rev(&call.repo(), rev)
        .map_err(|_| Refusal::new(422, format!("No commit found for SHA: {rev}")))?;
    runs(call, |run| run.head_sha == sha)
}

pub(super) fn suites_of_ref(call: &Call) -> Answer {
    let rev = call.param("ref");
    let sha = call
        .site
        .git
        .rev(&call.repo(), rev)
        .map_err(|_| Refusal::new(422, format!("No commit found for SHA: {rev}")))?;
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let head = CommitText::one(&call.site.git, &call.repo(), &sha)?;
    let app = call.query.get("app_id");
    let found =
        repo.suites.iter().filter(|suite| suite.head_sha == sha && app.is_none_or(|app| *app == suite.app.to_string()));
    call.counted("check_suites", found.map(|suite| call.urls().check_suite(&world, repo, suite, &head)).collect())
}
