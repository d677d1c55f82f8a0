//! The pages a person looks at.

use serde_json::json;

use super::super::support::client::Client;
use super::world::{REPO, standin};

async fn page(url: String) -> (u16, String, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(url).send().await.unwrap();
    let policy = answer.headers().get("content-security-policy").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), policy.unwrap_or_default(), answer.text().await.unwrap())
}

#[tokio::test]
async fn the_conversation_is_shown_and_nothing_in_it_runs() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let body = "**bold** <script>alert(1)</script>\n\n```suggestion\nline ten, better\n```";
    let comment = json!({"path": "a.txt", "line": 10, "side": "RIGHT", "body": body});
    client.send("POST", "/repos/acme/shop/pulls/1/reviews", json!({"event": "COMMENT", "comments": [comment]})).await;
    let said = standin.comment_as("monalisa", REPO, 1, "> [!WARNING]\n> careful").await.unwrap();
    let (status, policy, text) = page(format!("{}/acme/shop/pull/1", standin.url())).await;
    assert_eq!(status, 200);
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(text.contains("<strong>bold</strong>") && !text.contains("alert(1)</script>"), "{text}");
    assert!(text.contains("line ten, better") && text.contains("markdown-alert-warning"));
    assert!(text.contains(&format!("comment-{said}")));
    let (status, _, text) = page(format!("{}/acme/shop/pull/1/files", standin.url())).await;
    assert!(status == 200 && text.contains("<strong>bold</strong>"));
}

#[tokio::test]
async fn minimised_comments_are_folded_with_their_reason() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let made = client.send("POST", "/repos/acme/shop/issues/1/comments", json!({"body": "old news"})).await;
    let document =
        "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) { clientMutationId } }";
    client.graphql(document, json!({"id": made.body["node_id"]})).await;
    let (_, _, text) = page(format!("{}/acme/shop/pull/1", standin.url())).await;
    assert!(text.contains("This comment was marked as outdated."), "{text}");
}

#[tokio::test]
async fn the_pulse_beats_when_something_happens() {
    let standin = standin().await;
    let url = format!("{}/acme/shop/pull/1/pulse", standin.url());
    let (before, again) = (page(url.clone()).await.2, page(url.clone()).await.2);
    standin.comment_as("monalisa", REPO, 1, "hello").await.unwrap();
    assert!(before == again && page(url).await.2 != before);
}

#[tokio::test]
async fn links_of_comments_lead_somewhere() {
    let standin = standin().await;
    let head = standin.conversation(REPO, 1).unwrap().head_sha;
    let (status, _, text) = page(format!("{}/acme/shop/blob/{head}/a.txt", standin.url())).await;
    assert!(status == 200 && text.contains("id=\"L10\"") && text.contains("line ten"), "{text}");
    let (status, _, text) = page(format!("{}/acme/shop/commit/{head}", standin.url())).await;
    assert!(status == 200 && text.contains("Files changed"));
    assert_eq!(page(format!("{}/acme/shop/blob/{head}/nothing", standin.url())).await.0, 404);
}
