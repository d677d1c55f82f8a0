//! Every operation the stand-in serves, asked once and held against GitHub's description.

use serde_json::{Value, json};
use sightline::standin::{Opening, Options, Standin};

use super::support::client::Client;
use super::support::github::Watched;

const REPO: &str = "acme/shop";
const BASE: &[u8] = b"one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";
const HEAD: &[u8] = b"one\ntwo\nthree and a half\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\n";

async fn world() -> Watched {
    let standin = Watched::start(Options::default());
    standin.add_repository(REPO, &[("src/a.txt", Some(BASE)), ("docs/b.md", Some(b"hello\n"))]).await.unwrap();
    standin.push(REPO, "change", &[("src/a.txt", Some(HEAD)), ("new.txt", Some(b"new\n"))]).await.unwrap();
    open(&standin).await;
    standin
}

async fn open(standin: &Standin) -> u64 {
    let opening = Opening {
        repo: REPO,
        base: "main",
        head: "change",
        fork: None,
        title: "A change",
        body: "",
        author: "monalisa",
        draft: false,
    };
    standin.open_pull_request(opening).await.unwrap()
}

async fn expect(client: &Client, status: u16, method: &str, path: &str, body: Value) -> Value {
    let said = client.send(method, path, body).await;
    assert_eq!(said.status, status, "{method} {path}: {}", said.body);
    said.body
}

#[tokio::test]
async fn the_app_and_its_installation() {
    let standin = world().await;
    let app = Client::app(&standin);
    let id = standin.credentials().unwrap().installation;
    for path in
        ["/app", "/app/hook/config", "/app/hook/deliveries", "/app/installations", "/repos/acme/shop/installation"]
    {
        expect(&app, 200, "GET", path, Value::Null).await;
    }
    expect(&app, 200, "GET", &format!("/app/installations/{id}"), Value::Null).await;
    expect(&app, 200, "GET", "/orgs/acme/installation", Value::Null).await;
    expect(&app, 200, "PATCH", "/app/hook/config", json!({"content_type": "json"})).await;
    let ask = json!({"repositories": ["shop"], "permissions": {"contents": "read"}});
    expect(&app, 201, "POST", &format!("/app/installations/{id}/access_tokens"), ask).await;
    let client = Client::installed(&standin).await;
    for path in ["/installation/repositories", "/rate_limit", "/users/monalisa", "/meta"] {
        expect(&client, 200, "GET", path, Value::Null).await;
    }
    expect(&client, 204, "DELETE", "/installation/token", Value::Null).await;
    expect(&client, 401, "GET", "/installation/repositories", Value::Null).await;
}

#[tokio::test]
async fn repositories_and_history() {
    let standin = world().await;
    let client = Client::installed(&standin).await;
    let pull = expect(&client, 200, "GET", "/repos/acme/shop/pulls/1", Value::Null).await;
    let (base, head) = (pull["base"]["sha"].as_str().unwrap(), pull["head"]["sha"].as_str().unwrap());
    let file = expect(&client, 200, "GET", "/repos/acme/shop/contents/src/a.txt?ref=change", Value::Null).await;
    let blob = file["sha"].as_str().unwrap();
    for path in [
        String::new(),
        "/contents/src".to_owned(),
        format!("/commits/{head}"),
        format!("/commits/{head}/pulls"),
        format!("/git/commits/{head}"),
        format!("/git/blobs/{blob}"),
        format!("/git/trees/{head}?recursive=1"),
        "/git/ref/heads/main".to_owned(),
        "/commits?sha=change".to_owned(),
        format!("/compare/{base}...{head}"),
        "/collaborators/monalisa/permission".to_owned(),
        "/pulls?state=all".to_owned(),
        "/pulls/1/files".to_owned(),
        "/pulls/1/commits".to_owned(),
        "/issues/1".to_owned(),
    ] {
        expect(&client, 200, "GET", &format!("/repos/acme/shop{path}"), Value::Null).await;
    }
    expect(&client, 404, "GET", "/repos/acme/shop/contents/nothing", Value::Null).await;
    expect(&client, 200, "PATCH", "/repos/acme/shop/pulls/1", json!({"title": "Another"})).await;
}

#[tokio::test]
async fn reviews_and_comments() {
    let standin = world().await;
    let client = Client::installed(&standin).await;
    let pulls = "/repos/acme/shop/pulls";
    let review = json!({"event": "COMMENT", "body": "words", "comments": [
        {"path": "src/a.txt", "line": 3, "side": "RIGHT", "body": "here"},
        {"path": "src/a.txt", "line": 3, "side": "LEFT", "body": "gone"},
    ]});
    let made = expect(&client, 200, "POST", &format!("{pulls}/1/reviews"), review).await;
    let id = &made["id"];
    expect(&client, 200, "GET", &format!("{pulls}/1/reviews"), Value::Null).await;
    expect(&client, 200, "GET", &format!("{pulls}/1/reviews/{id}"), Value::Null).await;
    expect(&client, 200, "PUT", &format!("{pulls}/1/reviews/{id}"), json!({"body": "other words"})).await;
    let inline = expect(&client, 200, "GET", &format!("{pulls}/1/reviews/{id}/comments"), Value::Null).await;
    assert_eq!(inline.as_array().unwrap().len(), 2);
    let draft = expect(&client, 200, "POST", &format!("{pulls}/1/reviews"), json!({"body": "draft"})).await;
    let draft = &draft["id"];
    expect(&client, 200, "POST", &format!("{pulls}/1/reviews/{draft}/events"), json!({"event": "REQUEST_CHANGES"}))
        .await;
    expect(&client, 200, "PUT", &format!("{pulls}/1/reviews/{draft}/dismissals"), json!({"message": "no"})).await;
    let draft = expect(&client, 200, "POST", &format!("{pulls}/1/reviews"), json!({"body": "draft"})).await;
    expect(&client, 200, "DELETE", &format!("{pulls}/1/reviews/{}", draft["id"]), Value::Null).await;

    let listed = expect(&client, 200, "GET", &format!("{pulls}/1/comments"), Value::Null).await;
    let (first, head) = (&listed[0]["id"], listed[0]["commit_id"].clone());
    expect(&client, 200, "GET", &format!("{pulls}/comments/{first}"), Value::Null).await;
    expect(&client, 200, "PATCH", &format!("{pulls}/comments/{first}"), json!({"body": "edited"})).await;
    expect(&client, 201, "POST", &format!("{pulls}/1/comments/{first}/replies"), json!({"body": "answer"})).await;
    let single = json!({"path": "new.txt", "line": 1, "side": "RIGHT", "body": "one", "commit_id": head});
    let single = expect(&client, 201, "POST", &format!("{pulls}/1/comments"), single).await;
    let whole = json!({"path": "new.txt", "subject_type": "file", "body": "whole", "commit_id": head});
    expect(&client, 201, "POST", &format!("{pulls}/1/comments"), whole).await;
    expect(&client, 201, "POST", &format!("{pulls}/comments/{first}/reactions"), json!({"content": "eyes"})).await;
    expect(&client, 200, "GET", &format!("{pulls}/comments/{first}/reactions"), Value::Null).await;
    expect(&client, 204, "DELETE", &format!("{pulls}/comments/{}", single["id"]), Value::Null).await;
}

#[tokio::test]
async fn the_conversation() {
    let standin = world().await;
    let client = Client::installed(&standin).await;
    let issues = "/repos/acme/shop/issues";
    let made = expect(&client, 201, "POST", &format!("{issues}/1/comments"), json!({"body": "hello"})).await;
    let id = &made["id"];
    expect(&client, 200, "GET", &format!("{issues}/1/comments"), Value::Null).await;
    expect(&client, 200, "GET", &format!("{issues}/comments/{id}"), Value::Null).await;
    expect(&client, 200, "PATCH", &format!("{issues}/comments/{id}"), json!({"body": "again"})).await;
    let react = json!({"content": "rocket"});
    expect(&client, 201, "POST", &format!("{issues}/comments/{id}/reactions"), react.clone()).await;
    expect(&client, 200, "POST", &format!("{issues}/comments/{id}/reactions"), react).await;
    expect(&client, 200, "GET", &format!("{issues}/comments/{id}/reactions"), Value::Null).await;
    expect(&client, 200, "POST", &format!("{issues}/1/labels"), json!({"labels": ["observability"]})).await;
    expect(&client, 200, "DELETE", &format!("{issues}/1/labels/observability"), Value::Null).await;
    expect(&client, 204, "DELETE", &format!("{issues}/comments/{id}"), Value::Null).await;
}

#[tokio::test]
async fn checks() {
    let standin = world().await;
    let client = Client::installed(&standin).await;
    let repo = "/repos/acme/shop";
    let head = standin.conversation(REPO, 1).unwrap().head_sha;
    let run = json!({"name": "sightline", "head_sha": head, "status": "in_progress"});
    let run = expect(&client, 201, "POST", &format!("{repo}/check-runs"), run).await;
    let (id, suite) = (&run["id"], &run["check_suite"]["id"]);
    let note =
        json!({"path": "src/a.txt", "start_line": 3, "end_line": 3, "annotation_level": "warning", "message": "look"});
    let done = json!({"conclusion": "neutral", "output": {"title": "t", "summary": "s", "annotations": [note]}});
    expect(&client, 200, "PATCH", &format!("{repo}/check-runs/{id}"), done).await;
    for path in [
        format!("/check-runs/{id}"),
        format!("/check-runs/{id}/annotations"),
        format!("/check-suites/{suite}"),
        format!("/check-suites/{suite}/check-runs"),
        format!("/commits/{head}/check-runs?check_name=sightline"),
        format!("/commits/{head}/check-suites"),
    ] {
        expect(&client, 200, "GET", &format!("{repo}{path}"), Value::Null).await;
    }
    expect(&client, 201, "POST", &format!("{repo}/check-runs/{id}/rerequest"), Value::Null).await;
    expect(&client, 201, "POST", &format!("{repo}/check-suites/{suite}/rerequest"), Value::Null).await;
    expect(&client, 200, "POST", &format!("{repo}/check-suites"), json!({"head_sha": head})).await;
}

#[tokio::test]
async fn an_unknown_route_is_a_violation() {
    let standin = world().await;
    let client = Client::installed(&standin).await;
    client.get("/repos/acme/shop/nonsense").await;
    assert_eq!(standin.violations(), ["GET /repos/acme/shop/nonsense: unknown route"]);
}

#[tokio::test]
async fn a_request_github_would_not_understand_is_a_violation() {
    let standin = world().await;
    let client = Client::installed(&standin).await;
    client.get("/repos/acme/shop/pulls?per_pgae=3").await;
    client.send("POST", "/repos/acme/shop/issues/1/comments", json!({"bdoy": "x"})).await;
    client.graphql("{ repository(owner: \"acme\", name: \"shop\") { nonsense } }", json!({})).await;
    let wrong = standin.violations();
    assert_eq!(wrong.len(), 5, "{wrong:#?}");
    assert!(wrong[0].contains("unknown query parameter per_pgae"), "{wrong:#?}");
    assert!(wrong[1].contains("\"body\" is a required property"), "{wrong:#?}");
    assert!(wrong[2].contains("unknown field bdoy"), "{wrong:#?}");
    assert!(wrong[4].contains("does not have a field `nonsense`"), "{wrong:#?}");
}
