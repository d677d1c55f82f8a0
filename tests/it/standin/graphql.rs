//! GraphQL answers from the same world, by GitHub's own schema.

use serde_json::{Value, json};

use super::super::support::client::Client;
use super::world::{REPO, standin};

const STATE: &str = "query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      id headRefOid baseRefOid isDraft state merged title viewerDidAuthor author { login }
      reviewThreads(first: 1, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id isResolved isOutdated path line startLine diffSide
          comments(first: 10) { totalCount nodes { id fullDatabaseId body viewerDidAuthor isMinimized minimizedReason author { login __typename } } }
        }
      }
      comments(first: 100) { pageInfo { hasNextPage } nodes { id body viewerDidAuthor } }
    }
  }
}";

fn variables(after: Value) -> Value {
    json!({"owner": "acme", "name": "shop", "number": 1, "after": after})
}

async fn reviewed(client: &Client) {
    let comment = |line: u32| json!({"path": "a.txt", "line": line, "side": "RIGHT", "body": format!("at {line}")});
    let review = json!({"event": "COMMENT", "comments": [comment(9), comment(10)]});
    assert_eq!(client.send("POST", "/repos/acme/shop/pulls/1/reviews", review).await.status, 200);
}

#[tokio::test]
async fn threads_come_in_pages() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    reviewed(&client).await;
    let first = client.graphql(STATE, variables(Value::Null)).await;
    assert!(first["errors"].is_null(), "{first}");
    let threads = &first["data"]["repository"]["pullRequest"]["reviewThreads"];
    assert_eq!((&threads["pageInfo"]["hasNextPage"], &threads["nodes"][0]["line"]), (&json!(true), &json!(9)));
    let comment = &threads["nodes"][0]["comments"]["nodes"][0];
    assert_eq!(
        (&comment["viewerDidAuthor"], &comment["author"]),
        (&json!(true), &json!({"login": "sightline", "__typename": "Bot"}))
    );
    let second = client.graphql(STATE, variables(threads["pageInfo"]["endCursor"].clone())).await;
    let threads = &second["data"]["repository"]["pullRequest"]["reviewThreads"];
    assert_eq!((&threads["pageInfo"]["hasNextPage"], &threads["nodes"][0]["line"]), (&json!(false), &json!(10)));
}

#[tokio::test]
async fn several_mutations_in_one_document() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    reviewed(&client).await;
    let pull = client.graphql(STATE, variables(Value::Null)).await["data"]["repository"]["pullRequest"].take();
    let (pr, comment) = (&pull["id"], &pull["reviewThreads"]["nodes"][0]["comments"]["nodes"][0]["id"]);
    let document = "mutation($pr: ID!, $c: ID!) {
      a: updatePullRequestReviewComment(input: {pullRequestReviewCommentId: $c, body: \"edited\"}) { pullRequestReviewComment { body } }
      b: minimizeComment(input: {subjectId: $c, classifier: RESOLVED}) { minimizedComment { isMinimized minimizedReason } }
      c: addComment(input: {subjectId: $pr, body: \"summary\"}) { commentEdge { node { id body } } }
    }";
    let done = client.graphql(document, json!({"pr": pr, "c": comment})).await;
    assert!(done["errors"].is_null(), "{done}");
    assert_eq!(done["data"]["b"]["minimizedComment"], json!({"isMinimized": true, "minimizedReason": "resolved"}));
    let summary = &done["data"]["c"]["commentEdge"]["node"]["id"];
    let document = "mutation($s: ID!, $c: ID!) {
      updateIssueComment(input: {id: $s, body: \"new summary\"}) { issueComment { body } }
      unminimizeComment(input: {subjectId: $c}) { unminimizedComment { isMinimized } }
    }";
    let done = client.graphql(document, json!({"s": summary, "c": comment})).await;
    assert!(done["errors"].is_null(), "{done}");
    let seen = standin.conversation(REPO, 1).unwrap();
    assert_eq!(seen.comments[0].body, "new summary");
    assert_eq!((seen.threads[0].comments[0].body.as_str(), &seen.threads[0].comments[0].minimised), ("edited", &None));
}

#[tokio::test]
async fn resolving_takes_write_access_to_contents() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    reviewed(&client).await;
    let pull = client.graphql(STATE, variables(Value::Null)).await["data"]["repository"]["pullRequest"].take();
    let thread = pull["reviewThreads"]["nodes"][0]["id"].clone();
    let document = "mutation($t: ID!) { resolveReviewThread(input: {threadId: $t}) { thread { isResolved } } }";
    let refused = client.graphql(document, json!({"t": thread})).await;
    assert_eq!(refused["errors"][0]["type"], "FORBIDDEN", "{refused}");
    assert_eq!(refused["errors"][0]["message"], "Resource not accessible by integration");
    assert_eq!(refused["errors"][0]["path"], json!(["resolveReviewThread"]));
    standin.set_permission("contents", Some("write"));
    let client = Client::installed(&standin).await;
    let done = client.graphql(document, json!({"t": thread})).await;
    assert_eq!(done["data"]["resolveReviewThread"]["thread"]["isResolved"], true);
    assert!(standin.conversation(REPO, 1).unwrap().threads[0].resolved);
}

#[tokio::test]
async fn what_the_schema_does_not_know_is_an_error_with_status_200() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let said =
        client.send("POST", "/graphql", json!({"query": "{ repository(owner: \"a\", name: \"b\") { nope } }"})).await;
    assert_eq!(said.status, 200);
    assert!(said.body["errors"].to_string().contains("does not have a field `nope`"), "{}", said.body);
    let said = client.graphql("{ repository(owner: \"acme\", name: \"nothing\") { id } }", json!({})).await;
    assert_eq!((&said["errors"][0]["type"], &said["data"]["repository"]), (&json!("NOT_FOUND"), &Value::Null));
}

#[tokio::test]
async fn lists_must_be_bounded() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let ask = |bound: &str| {
        format!(
            "{{ repository(owner: \"acme\", name: \"shop\") {{ pullRequest(number: 1) {{ comments{bound} {{ totalCount }} }} }} }}"
        )
    };
    let none = client.graphql(&ask(""), json!({})).await;
    assert_eq!(none["errors"][0]["type"], "MISSING_PAGINATION_BOUNDARIES", "{none}");
    let many = client.graphql(&ask("(first: 101)"), json!({})).await;
    assert_eq!(many["errors"][0]["type"], "EXCESSIVE_PAGINATION");
}

#[tokio::test]
async fn checks_of_a_commit() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let head = standin.conversation(REPO, 1).unwrap().head_sha;
    client
        .send(
            "POST",
            "/repos/acme/shop/check-runs",
            json!({"name": "sightline", "head_sha": head, "conclusion": "neutral"}),
        )
        .await;
    let document = "query($oid: GitObjectID!) { repository(owner: \"acme\", name: \"shop\") { object(oid: $oid) {
      ... on Commit { checkSuites(first: 5) { nodes { conclusion app { slug } checkRuns(first: 5) { nodes { name conclusion } } } } } } } }";
    let said = client.graphql(document, json!({"oid": head})).await;
    let suite = &said["data"]["repository"]["object"]["checkSuites"]["nodes"][0];
    assert_eq!(
        (&suite["app"]["slug"], &suite["checkRuns"]["nodes"][0]["name"]),
        (&json!("sightline"), &json!("sightline")),
        "{said}"
    );
}
