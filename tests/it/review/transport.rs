//! Where a request may go, and what an error may say: the token stays with the host it belongs to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::any;
use http::StatusCode;
use serde_json::json;
use sightline::github::{Credentials, Endpoints, Failure, GitHub};
use sightline::model::{Clock, Timestamp};

use crate::support::github::Watched;

struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        chrono::Utc::now()
    }
}

type Seen = Arc<Mutex<Vec<String>>>;

/// A host that answers by path and remembers method, path and whether it was shown a token.
async fn host(away: Option<String>) -> (String, Seen) {
    let seen = Seen::default();
    let held = Arc::clone(&seen);
    let answer = move |request: Request| {
        let (held, away) = (Arc::clone(&held), away.clone());
        async move {
            let (method, path) = (request.method().clone(), request.uri().path().to_owned());
            let token = if request.headers().contains_key("authorization") { "token" } else { "no token" };
            held.lock().unwrap().push(format!("{method} {path} {token}"));
            reply(&path, away)
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(any(answer))).await });
    (url, seen)
}

fn reply(path: &str, away: Option<String>) -> Response {
    if path.ends_with("/access_tokens") {
        let token = json!({ "token": "ghs_secret.of.an-installation", "expires_at": "2999-01-01T00:00:00Z" });
        return (StatusCode::CREATED, axum::Json(token)).into_response();
    }
    match (path.contains("/acme/old/"), away) {
        (true, Some(elsewhere)) => {
            Redirect::temporary(&format!("{elsewhere}/repos/acme/new/check-runs")).into_response()
        }
        (true, None) => Redirect::temporary("/repositories/12/check-runs").into_response(),
        _ if path.contains("/acme/rude/") => {
            let message = "no ghs_secret.of.an-installation\u{1b}[2J here";
            (StatusCode::BAD_REQUEST, axum::Json(json!({ "message": message }))).into_response()
        }
        _ => axum::Json(json!({ "id": 5, "status": "in_progress", "external_id": "x" })).into_response(),
    }
}

fn client(url: &str) -> GitHub {
    // Any key will do here: this host does not look.
    let held = Watched::start(sightline::standin::Options::default()).credentials().unwrap();
    let credentials = Credentials::new("12", &held.private_key.into()).unwrap();
    let endpoints = Endpoints::new(url, url, &format!("{url}/graphql"));
    GitHub::with_timeout(endpoints, credentials, Arc::new(Now), Duration::from_secs(5)).unwrap()
}

#[tokio::test]
async fn a_renamed_repository_is_followed_with_method_and_body() {
    let (url, seen) = host(None).await;
    let repository = client(&url).repository(7, &"acme/old".into());
    let run = repository.create_check_run(&"abc".into(), "x", Now.now()).await.unwrap();
    assert_eq!(run.id, 5);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[1..], ["POST /repos/acme/old/check-runs token", "POST /repositories/12/check-runs token"]);
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let (elsewhere, theirs) = host(None).await;
    let (url, _) = host(Some(elsewhere)).await;
    let repository = client(&url).repository(7, &"acme/old".into());
    let error = repository.create_check_run(&"abc".into(), "x", Now.now()).await.unwrap_err();
    assert_eq!((error.failure(), error.status()), (Failure::Unexpected, Some(307)));
    assert!(theirs.lock().unwrap().is_empty());
}

#[tokio::test]
async fn neither_errors_nor_debug_texts_hold_a_secret() {
    let (url, _) = host(None).await;
    let github = client(&url);
    let repository = github.repository(7, &"acme/rude".into());
    let error = repository.create_check_run(&"abc".into(), "x", Now.now()).await.unwrap_err();
    let texts = format!("{error} {error:?} {github:?} {repository:?}");
    assert!(!texts.contains("ghs_") && !texts.contains("PRIVATE KEY") && !texts.contains('\u{1b}'), "{texts}");
    assert!(texts.contains("no [redacted]"), "{texts}");
}

#[tokio::test]
async fn nobody_there_is_worth_another_try() {
    let repository = client("http://127.0.0.1:9").repository(7, &"acme/shop".into());
    let error = repository.pull_state(1).await.unwrap_err();
    assert_eq!((error.failure(), error.retry()), (Failure::Transport, sightline::github::Retry::Backoff));
}
