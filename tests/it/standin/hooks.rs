//! Webhooks: signed, numbered, delivered, delivered again.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sightline::standin::{Options, Standin};

use super::super::support::client::Client;
use super::world::{REPO, opening, standin, with};

type Heard = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// A receiver that answers with the statuses it was given, then with 202.
async fn receiver(statuses: Vec<u16>) -> (String, Heard) {
    let heard: Heard = Arc::default();
    let (held, left) = (Arc::clone(&heard), Arc::new(Mutex::new(statuses)));
    let app = Router::new().route(
        "/webhook",
        post(move |headers: HeaderMap, body: Bytes| async move {
            held.lock().unwrap().push((headers, body));
            let status = left.lock().unwrap().pop().unwrap_or(202);
            StatusCode::from_u16(status).unwrap()
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, heard)
}

fn names(standin: &Standin) -> Vec<String> {
    let name =
        |event: String, action: Option<String>| action.map_or(event.clone(), |action| format!("{event}.{action}"));
    standin.deliveries().into_iter().map(|sent| name(sent.event, sent.action)).collect()
}

#[tokio::test]
async fn deliveries_are_signed_and_carry_githubs_headers() {
    let (url, heard) = receiver(Vec::new()).await;
    let standin = with(Options { hook_url: Some(url), ..Options::default() }).await;
    let (headers, body) = heard.lock().unwrap().last().unwrap().clone();
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(text("x-github-event"), "pull_request");
    assert!(text("user-agent").starts_with("GitHub-Hookshot/"));
    assert_eq!(text("x-github-hook-installation-target-id"), standin.credentials().unwrap().app_id.to_string());
    let mut mac =
        Hmac::<sha2::Sha256>::new_from_slice(standin.credentials().unwrap().webhook_secret.as_bytes()).unwrap();
    mac.update(&body);
    assert_eq!(text("x-hub-signature-256"), format!("sha256={}", hex::encode(mac.finalize().into_bytes())));
    let payload: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&payload["action"], &payload["number"]), (&json!("opened"), &json!(1)));
    assert_eq!(payload["installation"]["id"], standin.credentials().unwrap().installation);
    assert_eq!(payload["repository"]["full_name"], REPO);
    assert_eq!(payload["organization"]["login"], "acme");
}

#[tokio::test]
async fn a_push_moves_the_head_and_tells() {
    let standin = standin().await;
    let before = names(&standin).len();
    let head = standin.push(REPO, "change", &[("c.txt", Some(b"c\n"))]).await.unwrap();
    assert_eq!(names(&standin)[before..], ["push", "check_suite.requested", "pull_request.synchronize"]);
    assert_eq!(standin.conversation(REPO, 1).unwrap().head_sha, head);
    let sent = standin.deliveries().pop().unwrap();
    assert_eq!((&sent.payload["after"], &sent.payload["pull_request"]["head"]["sha"]), (&json!(head), &json!(head)));
}

#[tokio::test]
async fn closing_merging_queueing_and_buttons_each_send_their_event() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let head = standin.conversation(REPO, 1).unwrap().head_sha;
    let action = json!({"label": "Fix", "description": "Fix it", "identifier": "fix"});
    let run = json!({"name": "sightline", "head_sha": head, "conclusion": "neutral", "actions": [action]});
    let run = client.send("POST", "/repos/acme/shop/check-runs", run).await.body["id"].as_u64().unwrap();
    let last = |standin: &Standin| names(standin).pop().unwrap();
    standin.rerequest_check(REPO, run).await.unwrap();
    assert_eq!(last(&standin), "check_run.rerequested");
    standin.press_button(REPO, run, "fix").await.unwrap();
    assert_eq!(last(&standin), "check_run.requested_action");
    assert_eq!(standin.deliveries().pop().unwrap().payload["requested_action"]["identifier"], "fix");
    assert!(standin.press_button(REPO, run, "other").await.is_err());
    standin.rerequest_suite_of(REPO, run).await.unwrap();
    assert_eq!(last(&standin), "check_suite.rerequested");
    let group = standin.merge_queue(REPO, 1).await.unwrap();
    assert_eq!(last(&standin), "merge_group.checks_requested");
    assert_eq!(standin.deliveries().pop().unwrap().payload["merge_group"]["head_sha"], json!(group));
    standin.set_pull_request(REPO, 1, "closed").await.unwrap();
    assert_eq!(last(&standin), "pull_request.closed");
    standin.set_pull_request(REPO, 1, "reopened").await.unwrap();
    standin.merge(REPO, 1).await.unwrap();
    assert!(standin.conversation(REPO, 1).unwrap().merged);
}

#[tokio::test]
async fn people_who_talk_are_heard() {
    let standin = standin().await;
    standin.comment_as("monalisa", REPO, 1, "/sightline help").await.unwrap();
    let sent = standin.deliveries().pop().unwrap();
    assert_eq!((sent.event.as_str(), sent.action.as_deref()), ("issue_comment", Some("created")));
    assert_eq!(sent.payload["comment"]["body"], "/sightline help");
    assert!(sent.payload["issue"]["pull_request"]["url"].is_string());
}

#[tokio::test]
async fn events_nobody_subscribed_to_are_not_sent() {
    let standin = with(Options::default()).await;
    standin.push(REPO, "other", &[("c.txt", Some(b"c\n"))]).await.unwrap();
    assert!(!names(&standin).contains(&"push".to_owned()));
}

#[tokio::test]
async fn failures_are_listed_and_redelivered_under_the_same_guid() {
    let (url, heard) = receiver(vec![500]).await;
    let standin = standin().await;
    standin.set_hook_url(&url);
    standin.open_pull_request(opening("change")).await.unwrap();
    let app = Client::app(&standin);
    let failed = app.get("/app/hook/deliveries?status=failure").await.body;
    let (id, guid) = (failed[0]["id"].as_u64().unwrap(), failed[0]["guid"].clone());
    assert_eq!((failed.as_array().unwrap().len(), failed[0]["status_code"].as_u64()), (1, Some(500)));
    let attempt = app.send("POST", &format!("/app/hook/deliveries/{id}/attempts"), Value::Null).await;
    assert_eq!(attempt.status, 202);
    standin.settled().await;
    let guids: Vec<_> = heard.lock().unwrap().iter().map(|(headers, _)| headers["x-github-delivery"].clone()).collect();
    assert!(guids.len() == 2 && guids[0] == guids[1], "{guids:?}");
    let newest = app.get("/app/hook/deliveries?per_page=1").await.body;
    assert_eq!(
        (&newest[0]["guid"], &newest[0]["redelivery"], &newest[0]["status_code"]),
        (&guid, &json!(true), &json!(202))
    );
    let whole = app.get(&format!("/app/hook/deliveries/{id}")).await.body;
    assert_eq!(whole["request"]["payload"]["action"], "opened");
}
