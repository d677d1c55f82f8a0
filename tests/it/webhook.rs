//! The receiver from outside: what it takes, what it refuses, and what it says.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::json;
use sightline::queue::JobState;

use crate::events::examples;
use crate::support::service::{Receiver, json, signature, signed, text};

fn opened(number: u64) -> String {
    let tip = json!({ "sha": "a".repeat(40), "ref": "branch" });
    json!({ "action": "opened", "number": number, "pull_request": { "head": tip, "base": tip },
        "repository": { "full_name": "acme/shop" }, "installation": { "id": 7 } })
    .to_string()
}

#[tokio::test]
async fn a_delivery_is_committed_before_it_is_answered() {
    let receiver = Receiver::new().await;
    let response = receiver.deliver("pull_request", "guid-1", opened(3)).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    let answer = json(response).await;
    assert_eq!(
        (&answer["delivery"], &answer["jobs"], &answer["outcome"]),
        (&json!("guid-1"), &json!(1), &json!("accepted"))
    );
    let jobs = receiver.store.list(JobState::Queued, 10).await.unwrap();
    assert_eq!((jobs[0].key.as_str(), jobs[0].delivery.as_deref()), ("review:acme/shop#3", Some("guid-1")));

    let answer = json(receiver.deliver("pull_request", "guid-1", opened(3)).await).await;
    assert_eq!((&answer["jobs"], &answer["outcome"]), (&json!(0), &json!("duplicate")));
    assert_eq!(receiver.store.list(JobState::Queued, 10).await.unwrap().len(), 1);
    let told = receiver.deliveries.0.lock().unwrap().clone();
    assert_eq!(told.iter().map(|(_, outcome)| *outcome).collect::<Vec<_>>(), ["accepted", "duplicate"]);
}

#[tokio::test]
async fn every_official_payload_is_taken() {
    let receiver = Receiver::new().await;
    for (index, (event, body)) in examples().into_iter().enumerate() {
        let response = receiver.deliver(&event, &format!("guid-{index}"), body).await;
        assert_eq!(response.status(), StatusCode::ACCEPTED, "{event}: {}", text(response).await);
    }
}

#[tokio::test]
async fn only_a_valid_signature_opens() {
    let receiver = Receiver::new().await;
    let send = |header: Option<String>| {
        let mut request = signed("pull_request", "guid", opened(1));
        request.headers_mut().remove("x-hub-signature-256");
        if let Some(header) = header {
            request.headers_mut().insert("x-hub-signature-256", header.parse().unwrap());
        }
        receiver.send(request)
    };
    let body = opened(1);
    for refused in [None, Some(signature("guess", body.as_bytes())), Some("sha256=zz".into()), Some(String::new())] {
        let response = send(refused.clone()).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{refused:?}");
        assert!(json(response).await["message"].as_str().unwrap().contains("ignature"));
    }
    let rotated = send(Some(signature("the one before", body.as_bytes()))).await;
    assert_eq!(rotated.status(), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn what_cannot_be_read_says_where() {
    let receiver = Receiver::new().await;
    let malformed = receiver.deliver("pull_request", "guid", opened(3).replace(&"a".repeat(40), "")).await;
    assert_eq!(malformed.status(), StatusCode::ACCEPTED, "an empty sha is GitHub's business");
    let response = receiver.deliver("pull_request", "guid", r#"{"action":"opened","number":"three"}"#).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert!(text(response).await.contains("at `number`"));
    for body in ["", "{", "[1,2", "\u{1}", "null"] {
        let response = receiver.deliver("pull_request", "guid", body).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{body:?}");
    }
    let response = receiver.deliver("an_event_of_tomorrow", "guid", "{}").await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    assert_eq!(json(response).await["outcome"], "ignored");
}

#[tokio::test]
async fn headers_are_checked_after_the_signature() {
    let receiver = Receiver::new().await;
    let without = |name: &'static str, value: Option<&'static str>| {
        let mut request = signed("pull_request", "guid", opened(1));
        request.headers_mut().remove(name);
        if let Some(value) = value {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        receiver.send(request)
    };
    assert_eq!(without("x-github-event", None).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(without("x-github-delivery", None).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(without("content-type", None).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let form = without("content-type", Some("application/x-www-form-urlencoded")).await;
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(text(form).await.contains("application/json"));
    let utf8 = without("content-type", Some("application/json; charset=utf-8")).await;
    assert_eq!(utf8.status(), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn the_cap_is_githubs_own() {
    const CAP: usize = 25 * 1024 * 1024;
    let receiver = Receiver::new().await;
    let padded = |length: usize| {
        let mut body = opened(3);
        body.push_str(&" ".repeat(length - body.len()));
        receiver.deliver("pull_request", "guid", body)
    };
    assert_eq!(padded(CAP).await.status(), StatusCode::ACCEPTED);
    assert_eq!(padded(CAP + 1).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_deeply_nested_body_is_refused_and_nothing_falls() {
    let receiver = Receiver::new().await;
    let body = "[".repeat(200_000);
    for event in ["pull_request", "an_event_of_tomorrow"] {
        assert_eq!(receiver.deliver(event, "guid", body.clone()).await.status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn without_the_database_github_is_asked_to_come_again() {
    let receiver = Receiver::new().await;
    receiver.store.close().await;
    let response = receiver.deliver("pull_request", "guid", opened(3)).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!text(response).await.contains("sqlite"), "nothing about the inside");
    assert_eq!(receiver.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(receiver.get("/healthz").await.status(), StatusCode::OK);
    assert_eq!(text(receiver.get("/metrics").await).await, "# counts: false\n");
}

#[tokio::test]
async fn probes_and_pages_answer() {
    let receiver = Receiver::new().await;
    assert_eq!(receiver.get("/readyz").await.status(), StatusCode::OK);
    assert_eq!(text(receiver.get("/metrics").await).await, "# counts: true\n");
    assert_eq!(receiver.get("/").await.status(), StatusCode::OK);
    assert!(text(receiver.get("/rules").await).await.contains("/rules/errors/swallowed"));
    let page = receiver.get("/rules/errors/swallowed").await;
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let page = text(page).await;
    assert!(page.contains("<code>code</code>") && page.contains("<table>") && !page.contains("<script>"), "{page}");
    let missing = receiver.get("/rules/errors/%3Cscript%3E").await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert!(!text(missing).await.contains("<script>"));
    assert_eq!(receiver.get("/webhook").await.status(), StatusCode::METHOD_NOT_ALLOWED);
    let post = Request::post("/nowhere").body(Body::empty()).unwrap();
    assert_eq!(receiver.send(post).await.status(), StatusCode::NOT_FOUND);
}
