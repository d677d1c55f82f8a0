//! Addresses of the pages.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use maud::{Markup, html};

use super::super::conversation::Conversation;
use super::super::site::Site;
use super::layout::{Tab, served};
use super::{conversation, files, source};

pub(in super::super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(index))
        .route("/{owner}/{repo}", get(repository))
        .route("/{owner}/{repo}/pull/{number}", get(talk))
        .route("/{owner}/{repo}/pull/{number}/files", get(changed))
        .route("/{owner}/{repo}/pull/{number}/pulse", get(pulse))
        .route("/{owner}/{repo}/runs/{id}", get(run))
        .route("/{owner}/{repo}/blob/{rev}/{*path}", get(source::file))
        .route("/{owner}/{repo}/commit/{sha}", get(source::commit))
}

async fn index(State(site): State<Arc<Site>>) -> Response {
    let world = site.world();
    let pulls: Vec<(String, u64, String)> = world
        .repos
        .values()
        .flat_map(|repo| repo.pulls.values().map(|pull| (repo.full_name(), pull.number, pull.title.clone())))
        .collect();
    drop(world);
    served("Pull requests", None, &listed(&pulls))
}

async fn repository(State(site): State<Arc<Site>>, Path((owner, name)): Path<(String, String)>) -> Response {
    let full_name = format!("{owner}/{name}");
    let world = site.world();
    let Some(repo) = world.repo(&full_name) else { return StatusCode::NOT_FOUND.into_response() };
    let pulls: Vec<(String, u64, String)> =
        repo.pulls.values().map(|pull| (repo.full_name(), pull.number, pull.title.clone())).collect();
    drop(world);
    served(&full_name, None, &listed(&pulls))
}

fn listed(pulls: &[(String, u64, String)]) -> Markup {
    html! {
        h1 { "Pull requests" }
        @if pulls.is_empty() { p.quiet { "There is none yet." } }
        ul.plain {
            @for (repo, number, title) in pulls {
                li.card { a href=(format!("/{repo}/pull/{number}")) { b { (title) } } " " span.quiet { (repo) " #" (number) } }
            }
        }
    }
}

type Address = Path<(String, String, u64)>;

fn view(site: &Site, owner: &str, repo: &str, number: u64) -> Option<Conversation> {
    Conversation::of(&site.world(), &format!("{owner}/{repo}"), number)
}

async fn talk(State(site): State<Arc<Site>>, Path((owner, repo, number)): Address) -> Response {
    let work = move || {
        let seen = view(&site, &owner, &repo, number)?;
        let files = site.pull_diff(&seen.repo, &seen.base_sha, &seen.head_sha).ok()?;
        let body = conversation::body(&seen, &files);
        let title = format!("{} · Pull request #{number} · {}", seen.title, seen.repo);
        Some(served(&title, Some((Tab::Conversation, &seen, files.len())), &body))
    };
    answered(tokio::task::spawn_blocking(work).await)
}

async fn changed(State(site): State<Arc<Site>>, Path((owner, repo, number)): Address) -> Response {
    let work = move || {
        let seen = view(&site, &owner, &repo, number)?;
        let files = site.pull_diff(&seen.repo, &seen.base_sha, &seen.head_sha).ok()?;
        let body = files::body(&seen, &files);
        let title = format!("Files changed · #{number} · {}", seen.repo);
        Some(served(&title, Some((Tab::Files, &seen, files.len())), &body))
    };
    answered(tokio::task::spawn_blocking(work).await)
}

fn answered(work: Result<Option<Response>, tokio::task::JoinError>) -> Response {
    work.ok().flatten().unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// A number that changes with the conversation; the page asks for it and fetches itself again when it differs.
async fn pulse(State(site): State<Arc<Site>>, Path((owner, repo, number)): Address) -> Response {
    match view(&site, &owner, &repo, number) {
        Some(seen) => beat(&seen).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn beat(seen: &Conversation) -> String {
    let mut hasher = DefaultHasher::new();
    format!("{seen:?}").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// A check run's own address leads to its place on the page of its pull request.
async fn run(State(site): State<Arc<Site>>, Path((owner, repo, id)): Address) -> Response {
    let full_name = format!("{owner}/{repo}");
    let world = site.world();
    let number = world.repo(&full_name).and_then(|found| {
        let run = found.runs.iter().find(|run| run.id == id)?;
        found.pulls.values().find(|pull| pull.head_sha == run.head_sha).map(|pull| pull.number)
    });
    match number {
        Some(number) => Redirect::to(&format!("/{full_name}/pull/{number}#check-{id}")).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
