//! Where comments may hang, and what becomes of them.

use serde_json::{Value, json};

use super::super::support::client::{Client, Said};
use super::world::{REPO, lines, standin};

async fn review(client: &Client, comments: Value) -> Said {
    let body = json!({"event": "COMMENT", "body": "words", "comments": comments});
    client.send("POST", "/repos/acme/shop/pulls/1/reviews", body).await
}

fn at(line: u32, side: &str) -> Value {
    json!({"path": "a.txt", "line": line, "side": side, "body": format!("{side} {line}")})
}

#[tokio::test]
async fn one_comment_outside_the_diff_refuses_the_whole_review_without_naming_it() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let said = review(&client, json!([at(10, "RIGHT"), at(20, "RIGHT")])).await;
    assert_eq!(said.status, 422);
    assert_eq!(said.body["message"], "Unprocessable Entity");
    let error = said.body["errors"][0].as_str().expect("errors are strings here");
    assert!(error.contains("must be part of the diff"), "{error}");
    assert!(!error.contains("20"), "the offender is not named: {error}");
    let seen = standin.conversation(REPO, 1).unwrap();
    assert!(seen.threads.is_empty() && seen.reviews.is_empty(), "all or nothing");
}

#[tokio::test]
async fn both_sides_of_a_hunk_take_comments_and_context_too() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let said = review(&client, json!([at(10, "RIGHT"), at(10, "LEFT"), at(12, "RIGHT"), at(30, "LEFT")])).await;
    assert_eq!(said.status, 200, "{}", said.body);
    let seen = standin.conversation(REPO, 1).unwrap();
    assert_eq!(seen.threads.len(), 4);
    assert!(seen.threads[0].diff_hunk.ends_with("-line 10\n+line ten"), "{}", seen.threads[0].diff_hunk);
}

#[tokio::test]
async fn a_range_must_rise_and_stay_in_one_hunk() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let range = |start: u32, line: u32| json!([{"path": "a.txt", "start_line": start, "line": line, "side": "RIGHT", "body": "range"}]);
    assert_eq!(review(&client, range(8, 10)).await.status, 200);
    let equal = review(&client, range(10, 10)).await;
    assert!(equal.body["errors"][0].as_str().unwrap().contains("must precede the end line"));
    let across = review(&client, range(10, 29)).await;
    assert!(across.body["errors"][0].as_str().unwrap().contains("same hunk"));
}

#[tokio::test]
async fn an_unknown_path_is_refused() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let said = review(&client, json!([{"path": "b.txt", "line": 1, "body": "x"}])).await;
    assert_eq!((said.status, &said.body["errors"][0]), (422, &json!("Path could not be resolved")));
}

#[tokio::test]
async fn a_review_without_event_is_a_draft_nobody_else_sees() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    client.send("POST", "/repos/acme/shop/pulls/1/reviews", json!({"comments": [at(10, "RIGHT")]})).await;
    let listed = client.get("/repos/acme/shop/pulls/1/comments").await;
    assert_eq!(listed.body, json!([]));
    assert_eq!(standin.conversation(REPO, 1).unwrap().reviews[0].state, "PENDING");
}

#[tokio::test]
async fn a_comment_review_needs_words() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let bare = client.send("POST", "/repos/acme/shop/pulls/1/reviews", json!({"event": "COMMENT"})).await;
    assert_eq!(bare.status, 422);
}

#[tokio::test]
async fn bodies_have_a_limit_of_65536_characters() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let long = "é".repeat(65_536);
    let path = "/repos/acme/shop/issues/1/comments";
    assert_eq!(client.send("POST", path, json!({"body": long})).await.status, 201);
    let said = client.send("POST", path, json!({"body": format!("{long}x")})).await;
    assert_eq!(said.status, 422);
    assert_eq!(said.body["errors"][0]["message"], "Body is too long (maximum is 65536 characters)");
}

#[tokio::test]
async fn comments_follow_their_line_and_are_outdated_when_it_changes() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    review(&client, json!([at(10, "RIGHT"), at(12, "RIGHT")])).await;
    let moved = lines(1..=40).replace("line 10\n", "line ten\n").replace("line 12\n", "line twelve\n");
    let moved = format!("line zero\n{moved}");
    standin.push(REPO, "change", &[("a.txt", Some(moved.as_bytes()))]).await.unwrap();
    let seen = standin.conversation(REPO, 1).unwrap();
    assert_eq!((seen.threads[0].line, seen.threads[0].outdated), (Some(11), false));
    assert_eq!((seen.threads[1].line, seen.threads[1].outdated), (None, true));
    let listed = client.get("/repos/acme/shop/pulls/1/comments").await.body;
    assert_eq!((&listed[1]["line"], &listed[1]["position"]), (&Value::Null, &Value::Null));
    assert_eq!(listed[1]["original_line"], 12);
}

#[tokio::test]
async fn replies_answer_the_first_comment_only() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    review(&client, json!([at(10, "RIGHT")])).await;
    let first = standin.conversation(REPO, 1).unwrap().threads[0].comments[0].id;
    let second = standin.reply_in_thread("monalisa", REPO, first, "why?").await.unwrap();
    let path = |id: u64| format!("/repos/acme/shop/pulls/1/comments/{id}/replies");
    assert_eq!(client.send("POST", &path(first), json!({"body": "because"})).await.status, 201);
    assert_eq!(client.send("POST", &path(second), json!({"body": "because"})).await.status, 404);
    assert_eq!(standin.conversation(REPO, 1).unwrap().threads[0].comments.len(), 3);
}

#[tokio::test]
async fn what_others_wrote_cannot_be_edited() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let id = standin.comment_as("monalisa", REPO, 1, "mine").await.unwrap();
    let said = client.send("PATCH", &format!("/repos/acme/shop/issues/comments/{id}"), json!({"body": "yours"})).await;
    assert_eq!((said.status, &said.body["message"]), (403, &json!("Resource not accessible by integration")));
}

#[tokio::test]
async fn lists_come_in_pages_with_links() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    for n in 0..5 {
        standin.comment_as("monalisa", REPO, 1, &format!("comment {n}")).await.unwrap();
    }
    let first = client.get("/repos/acme/shop/issues/1/comments?per_page=2").await;
    assert_eq!(first.body.as_array().unwrap().len(), 2);
    let link = first.header("link").unwrap();
    assert!(link.contains("rel=\"next\"") && link.contains("rel=\"last\""), "{link}");
    let next = link.split('<').nth(1).and_then(|rest| rest.split('>').next()).unwrap();
    let second = client.get(next).await;
    assert_eq!(second.body[0]["body"], "comment 2");
    let last = client.get("/repos/acme/shop/issues/1/comments?per_page=2&page=3").await;
    assert!(!last.header("link").unwrap().contains("rel=\"next\""));
}
