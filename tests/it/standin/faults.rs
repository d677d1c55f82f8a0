//! Trouble on demand.

use std::time::{Duration, Instant};

use serde_json::json;
use sightline::standin::{Fault, RetryAfter};

use super::super::support::client::Client;
use super::world::{REPO, standin};

#[tokio::test]
async fn every_way_of_turning_a_client_away() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let path = "/repos/acme/shop";
    let mut asked = Vec::new();
    for fault in [
        Fault::SecondaryLimit { retry_after: Some(7) },
        Fault::SecondaryLimit { retry_after: None },
        Fault::TooManyRequests { retry_after: RetryAfter::Seconds(3) },
        Fault::TooManyRequests { retry_after: RetryAfter::Date(60) },
        Fault::TooManyRequests { retry_after: RetryAfter::Absent },
        Fault::HourSpent { reset_in: 90 },
        Fault::Abuse,
        Fault::Status(502),
        Fault::ExpiredToken,
    ] {
        standin.fail_next(1, "GET /repos/*/*", fault);
        asked.push(client.get(path).await);
    }
    let statuses: Vec<u16> = asked.iter().map(|said| said.status).collect();
    assert_eq!(statuses, [403, 403, 429, 429, 429, 403, 422, 502, 401]);
    let waits: Vec<Option<&str>> = asked.iter().map(|said| said.header("retry-after")).collect();
    assert_eq!((waits[0], waits[1], waits[2], waits[4]), (Some("7"), None, Some("3"), None));
    assert!(waits[3].unwrap().ends_with("GMT"));
    assert_eq!(asked[5].header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(asked[6].body["errors"][0]["code"], "abuse");
    assert_eq!(client.get(path).await.status, 200, "and then it behaves again");
}

#[tokio::test]
async fn connections_drop_before_or_after_the_effect() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let path = "/repos/acme/shop/issues/1/comments";
    standin.fail_next(1, &format!("POST {path}"), Fault::Drop);
    assert!(client.try_send("POST", path, json!({"body": "lost"})).await.is_err());
    assert_eq!(standin.conversation(REPO, 1).unwrap().comments.len(), 0);
    standin.fail_next(1, &format!("POST {path}"), Fault::LoseAnswer);
    assert!(client.try_send("POST", path, json!({"body": "done, but nobody knows"})).await.is_err());
    assert_eq!(standin.conversation(REPO, 1).unwrap().comments.len(), 1);
}

#[tokio::test]
async fn slow_answers_are_right_ones() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    standin.fail_next(1, "**", Fault::Slow(Duration::from_millis(150)));
    let started = Instant::now();
    assert_eq!(client.get("/repos/acme/shop").await.status, 200);
    assert!(started.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn requests_are_logged_and_counted_against_the_hour() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    standin.forget_requests();
    client.get("/repos/acme/shop").await;
    let said = client.send("POST", "/repos/acme/shop/issues/1/comments", json!({"body": "x"})).await;
    assert_eq!((said.header("x-ratelimit-used"), said.header("x-ratelimit-remaining")), (Some("2"), Some("4998")));
    let log = standin.requests();
    assert_eq!(log.len(), 2);
    assert_eq!(log[1].route.as_deref(), Some("/repos/{owner}/{repo}/issues/{issue_number}/comments"));
    assert_eq!(log[1].request_json(), json!({"body": "x"}));
    assert_eq!(log.iter().filter(|exchange| exchange.creates_content()).count(), 1);
}

#[tokio::test]
async fn an_enterprise_server_has_the_same_below_api_v3() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    assert_eq!(client.get("/api/v3/repos/acme/shop").await.status, 200);
    let said = client.send("POST", "/api/graphql", json!({"query": "{ rateLimit { limit } }"})).await;
    assert_eq!(said.body["data"]["rateLimit"]["limit"], 5000);
}
