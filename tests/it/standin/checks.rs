//! Limits and life of check runs.

use serde_json::{Value, json};

use super::super::support::client::Client;
use super::world::{REPO, standin};

const RUNS: &str = "/repos/acme/shop/check-runs";

fn notes(count: usize) -> Vec<Value> {
    let note = json!({"path": "a.txt", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"});
    vec![note; count]
}

fn output(annotations: Vec<Value>) -> Value {
    json!({"title": "t", "summary": "s", "annotations": annotations})
}

async fn started(client: &Client, head: &str) -> u64 {
    let said = client.send("POST", RUNS, json!({"name": "sightline", "head_sha": head})).await;
    assert_eq!((said.status, &said.body["status"]), (201, &json!("queued")));
    said.body["id"].as_u64().unwrap()
}

#[tokio::test]
async fn annotations_come_fifty_at_a_time_and_add_up() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let id = started(&client, &standin.conversation(REPO, 1).unwrap().head_sha).await;
    let path = format!("{RUNS}/{id}");
    assert_eq!(client.send("PATCH", &path, json!({"output": output(notes(51))})).await.status, 422);
    assert_eq!(client.send("PATCH", &path, json!({"output": output(notes(50))})).await.status, 200);
    let said = client.send("PATCH", &path, json!({"output": output(notes(7))})).await;
    assert_eq!(said.body["output"]["annotations_count"], 57);
}

#[tokio::test]
async fn texts_and_titles_have_limits() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let id = started(&client, &standin.conversation(REPO, 1).unwrap().head_sha).await;
    let path = format!("{RUNS}/{id}");
    let long = "x".repeat(65_536);
    for field in ["summary", "text"] {
        let mut output = output(Vec::new());
        output[field] = json!(long);
        assert_eq!(client.send("PATCH", &path, json!({"output": output})).await.status, 422, "{field}");
    }
    let mut note = notes(1);
    note[0]["title"] = json!("x".repeat(256));
    assert_eq!(client.send("PATCH", &path, json!({"output": output(note)})).await.status, 422);
    let mut note = notes(1);
    note[0]["end_line"] = json!(3);
    note[0]["start_column"] = json!(1);
    assert_eq!(client.send("PATCH", &path, json!({"output": output(note)})).await.status, 422, "columns on two lines");
}

#[tokio::test]
async fn at_most_three_short_buttons() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let id = started(&client, &standin.conversation(REPO, 1).unwrap().head_sha).await;
    let button = |label: &str, description: &str, identifier: &str| json!({"label": label, "description": description, "identifier": identifier});
    let fits = button(&"l".repeat(20), &"d".repeat(40), &"i".repeat(20));
    for actions in [
        vec![fits.clone(); 4],
        vec![button(&"l".repeat(21), "d", "i")],
        vec![button("l", &"d".repeat(41), "i")],
        vec![button("l", "d", &"i".repeat(21))],
    ] {
        assert_eq!(client.send("PATCH", &format!("{RUNS}/{id}"), json!({"actions": actions})).await.status, 422);
    }
    assert_eq!(client.send("PATCH", &format!("{RUNS}/{id}"), json!({"actions": vec![fits; 3]})).await.status, 200);
}

#[tokio::test]
async fn a_conclusion_completes_and_completing_takes_a_conclusion() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let id = started(&client, &standin.conversation(REPO, 1).unwrap().head_sha).await;
    let path = format!("{RUNS}/{id}");
    assert_eq!(client.send("PATCH", &path, json!({"status": "completed"})).await.status, 422);
    assert_eq!(client.send("PATCH", &path, json!({"conclusion": "stale"})).await.status, 422);
    let said = client.send("PATCH", &path, json!({"conclusion": "neutral"})).await;
    assert_eq!((&said.body["status"], said.body["completed_at"].is_string()), (&json!("completed"), true));
}

#[tokio::test]
async fn one_suite_per_commit_and_app_and_a_rerequest_leaves_the_run_alone() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let head = standin.conversation(REPO, 1).unwrap().head_sha;
    let (first, second) = (started(&client, &head).await, started(&client, &head).await);
    let suite = |body: &Value| body["check_suite"]["id"].clone();
    let (a, b) = (client.get(&format!("{RUNS}/{first}")).await, client.get(&format!("{RUNS}/{second}")).await);
    assert_eq!(suite(&a.body), suite(&b.body));
    client.send("PATCH", &format!("{RUNS}/{first}"), json!({"conclusion": "success"})).await;
    client.send("PATCH", &format!("{RUNS}/{second}"), json!({"conclusion": "neutral"})).await;
    let path = format!("/repos/acme/shop/check-suites/{}", suite(&a.body));
    assert_eq!(client.get(&path).await.body["conclusion"], "success");
    standin.rerequest_check(REPO, first).await.unwrap();
    let shown = client.get(&path).await.body;
    assert_eq!((&shown["status"], &shown["conclusion"]), (&json!("queued"), &Value::Null));
    assert_eq!(client.get(&format!("{RUNS}/{first}")).await.body["status"], "completed");
    // Asking for runs of the commit shows the newest of each name.
    let listed = client.get(&format!("/repos/acme/shop/commits/{head}/check-runs")).await.body;
    assert_eq!((listed["total_count"].as_u64(), listed["check_runs"][0]["id"].as_u64()), (Some(1), Some(second)));
}

#[tokio::test]
async fn a_commit_nobody_has_takes_no_check() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let said =
        client.send("POST", RUNS, json!({"name": "x", "head_sha": "0123456789012345678901234567890123456789"})).await;
    assert_eq!(said.status, 422);
}
