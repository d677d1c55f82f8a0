//! Where links in comments lead: a file at a commit, and a commit's pull request.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};

use super::super::git::GitError;
use super::super::site::Site;
use super::layout::{served, short};

/// What a browser still shows at ease.
const MOST_BYTES: usize = 1024 * 1024;

pub(super) async fn file(
    State(site): State<Arc<Site>>,
    Path((owner, repo, rev, path)): Path<(String, String, String, String)>,
) -> Response {
    let name = format!("{owner}/{repo}");
    let read = {
        let (name, path) = (name.clone(), path.clone());
        move || -> Result<(String, Vec<u8>), GitError> {
            let sha = site.git.rev(&name, &rev)?;
            let bytes = site.git.run(&name, &["cat-file", "blob", &format!("{sha}:{path}")])?;
            Ok((sha, bytes))
        }
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok((sha, bytes))) => served(&format!("{path} · {name}"), None, &shown(&name, &path, &sha, &bytes)),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn shown(repo: &str, path: &str, sha: &str, bytes: &[u8]) -> Markup {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MOST_BYTES && !text.contains('\0'));
    html! {
        p.crumb { a href=(format!("/{repo}")) { (repo) } " at " code { (short(sha)) } }
        section.file {
            header { code { (path) } }
            @match text {
                None => p.quiet { "Not shown: binary or too large." },
                Some(text) => table.diff.source {
                    @for (index, line) in text.lines().enumerate() {
                        tr id=(format!("L{}", index + 1)) { td.no { (index + 1) } td.code { (super::diff_table::visible(line)) } }
                    }
                },
            }
        }
    }
}

/// A commit is shown by the pull request that brings it.
pub(super) async fn commit(
    State(site): State<Arc<Site>>,
    Path((owner, repo, sha)): Path<(String, String, String)>,
) -> Response {
    let name = format!("{owner}/{repo}");
    let find = move || {
        let sha = site.git.rev(&name, &sha).ok()?;
        let world = site.world();
        let pulls = world.repo(&name)?.pulls.values();
        let found = pulls.rev().find(|pull| {
            let range = site.git.text(&name, &["rev-list", &pull.head_sha, &format!("^{}", pull.base_sha)]);
            range.is_ok_and(|listed| listed.lines().any(|line| line == sha))
        })?;
        Some(format!("/{name}/pull/{}/files", found.number))
    };
    match tokio::task::spawn_blocking(find).await.ok().flatten() {
        Some(place) => Redirect::to(&place).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
