//! Who may do what: signatures, expiry, narrowing, permissions.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use sightline::standin::{Options, Standin};

use super::super::support::client::{Client, jwt};
use super::world::{REPO, standin, with};

#[tokio::test]
async fn the_apps_own_token_is_really_checked() {
    let standin = standin().await;
    let good = jwt(&standin, -60, 540);
    for (token, status) in [
        (good.clone(), 200),
        (jwt(&standin, -60, 660), 401),
        (jwt(&standin, -660, -60), 401),
        (jwt(&standin, 60, 540), 401),
        (format!("{}x", &good[..good.len() - 8]), 401),
        ("nonsense".to_owned(), 401),
    ] {
        assert_eq!(Client::with(&standin, Some(&token)).get("/app").await.status, status, "{token}");
    }
    assert_eq!(Client::with(&standin, None).get("/app").await.status, 401);
}

#[tokio::test]
async fn another_apps_key_does_not_open_this_one() {
    let other = jsonwebtoken::EncodingKey::from_secret(b"guess");
    let standin = standin().await;
    let claims =
        json!({"iss": standin.credentials().unwrap().app_id, "iat": 0, "exp": chrono::Utc::now().timestamp() + 60});
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &other).unwrap();
    assert_eq!(Client::with(&standin, Some(&token)).get("/app").await.status, 401);
}

#[tokio::test]
async fn tokens_have_the_long_form_and_end_after_an_hour() {
    let passed = Arc::new(AtomicI64::new(0));
    let held = Arc::clone(&passed);
    let clock = Arc::new(move || chrono::Utc::now() + chrono::Duration::seconds(held.load(Ordering::SeqCst)));
    let standin = with(Options { clock, ..Options::default() }).await;
    let client = Client::installed(&standin).await;
    let token = client.secret();
    let app = standin.credentials().unwrap().app_id;
    assert!(token.starts_with(&format!("ghs_{app}_")) && token.matches('.').count() == 2, "{token}");
    assert!((480..600).contains(&token.len()), "{}", token.len());
    assert_eq!(client.get("/repos/acme/shop").await.status, 200);
    passed.store(3601, Ordering::SeqCst);
    let said = client.get("/repos/acme/shop").await;
    assert_eq!((said.status, &said.body["message"]), (401, &json!("Bad credentials")));
}

#[tokio::test]
async fn tokens_can_be_narrowed_but_not_widened() {
    let standin = standin().await;
    standin.add_repository("acme/other", &[("x", Some(b"x"))]).await.unwrap();
    let narrow = Client::token(&standin, json!({"repositories": ["shop"], "permissions": {"contents": "read"}})).await;
    let client = Client::with(&standin, narrow.body["token"].as_str());
    assert_eq!(client.get("/repos/acme/shop/contents/a.txt").await.status, 200);
    assert_eq!(client.get("/repos/acme/shop/pulls/1").await.status, 403);
    assert_eq!(client.get("/repos/acme/other").await.status, 404, "a private repository out of reach is not there");
    for ask in [json!({"permissions": {"administration": "read"}}), json!({"permissions": {"contents": "write"}})] {
        let said = Client::token(&standin, ask).await;
        assert_eq!(said.status, 422);
        assert_eq!(said.body["message"], "The permissions requested are not granted to this installation.");
    }
    assert_eq!(Client::token(&standin, json!({"repositories": ["nothing"]})).await.status, 422);
}

async fn status(standin: &Standin, method: &str, path: &str, body: Value) -> u16 {
    Client::installed(standin).await.send(method, path, body).await.status
}

#[tokio::test]
async fn a_permission_missing_from_the_manifest_refuses_its_routes() {
    let standin = standin().await;
    let comment = ("POST", "/repos/acme/shop/issues/1/comments", json!({"body": "x"}));
    assert_eq!(status(&standin, comment.0, comment.1, comment.2.clone()).await, 201);
    standin.set_permission("pull_requests", Some("read"));
    // The permission on issues does not help on a pull request.
    standin.set_permission("issues", Some("write"));
    assert_eq!(status(&standin, comment.0, comment.1, comment.2).await, 403);
    standin.set_permission("checks", None);
    let head = standin.conversation(REPO, 1).unwrap().head_sha;
    let run = json!({"name": "sightline", "head_sha": head});
    assert_eq!(status(&standin, "POST", "/repos/acme/shop/check-runs", run).await, 403);
}

#[tokio::test]
async fn strangers_see_public_repositories_only_and_write_nowhere() {
    let standin = standin().await;
    let stranger = Client::with(&standin, None);
    assert_eq!(stranger.get("/repos/acme/shop").await.status, 404);
    standin.make_public(REPO);
    assert_eq!(stranger.get("/repos/acme/shop").await.status, 200);
    assert_eq!(stranger.send("POST", "/repos/acme/shop/issues/1/comments", json!({"body": "x"})).await.status, 401);
}

#[tokio::test]
async fn the_manifest_flow_registers_an_app() {
    let standin = Standin::start(Options { app: None, ..Options::default() }).unwrap();
    let manifest = json!({
        "name": "My Sightline", "url": "https://example.com", "redirect_url": "http://127.0.0.1:1/setup/done",
        "hook_attributes": {"url": "https://example.com/webhook"}, "default_events": ["pull_request"],
        "default_permissions": {"contents": "read", "checks": "write"},
    });
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let post = |manifest: Value| {
        let form = [("manifest", manifest.to_string())];
        http.post(format!("{}/settings/apps/new?state=abc", standin.url())).form(&form).send()
    };
    let answer = post(manifest.clone()).await.unwrap();
    let back = answer.headers()["location"].to_str().unwrap().to_owned();
    let (code, state) = back.split_once("code=").unwrap().1.split_once("&state=").unwrap();
    assert_eq!(state, "abc");
    let client = Client::with(&standin, None);
    let path = format!("/app-manifests/{code}/conversions");
    let made = client.send("POST", &path, Value::Null).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["slug"], "my-sightline");
    assert!(made.body["pem"].as_str().unwrap().starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    assert_eq!(client.send("POST", &path, Value::Null).await.status, 404, "a code is good once");
    let mut wrong = manifest;
    wrong["default_events"] = json!(["installation"]);
    assert_eq!(post(wrong).await.unwrap().status(), 422);
}
