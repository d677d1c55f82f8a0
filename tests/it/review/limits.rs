//! Six requests, fifty annotations, hundreds of comments by others: what a large review may cost.

use crate::support::review::{REPO, World, marked, with};

fn many(count: usize) -> String {
    (0..count).map(|n| format!("FINDME {n}\n")).collect()
}

#[tokio::test]
async fn a_review_takes_six_requests_whatever_its_size() {
    let world = World::new().await;
    let number = world.reviewed("change", &with(&many(120))).await;
    let sent: Vec<_> = world
        .api_requests()
        .iter()
        .map(|exchange| format!("{} {}", exchange.method, exchange.route.clone().unwrap_or_default()))
        .collect();
    let expected = [
        "POST /repos/{owner}/{repo}/check-runs",
        "POST /graphql",
        "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
        "POST /graphql",
        "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
        "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
    ];
    assert_eq!(sent, expected);
    let check = world.check(number);
    assert_eq!(check.title.as_deref(), Some("1 file analysed, 120 findings"));
    assert!(check.summary.unwrap().contains("100 of 120 findings are annotated"));
    assert_eq!(check.annotations.len(), 100);
    assert_eq!((world.seen(number).threads.len(), world.seen(number).comments.len()), (5, 1));
    // The hardest push: five comments closed, five new ones, a summary, as many annotations.
    let other: String = (500..620).map(|n| format!("FINDME {n}\n")).collect();
    world.push("change", &with(&other)).await;
    world.work().await;
    assert!(world.api_requests().len() <= 6);
    assert_eq!((world.seen(number).threads.len(), world.seen(number).comments.len()), (10, 1));
}

#[tokio::test]
async fn a_long_conversation_is_read_to_its_end() {
    let world = World::new().await;
    let number = world.reviewed("change", &with(&many(7))).await;
    for n in 0..230 {
        world.github.comment_as("monalisa", REPO, number, &format!("comment {n}")).await.unwrap();
    }
    world.push("change", &with(&many(8))).await;
    world.api_requests();
    world.work().await;
    assert!(world.api_requests().len() <= 6);
    let seen = world.seen(number);
    assert_eq!((seen.threads.len(), seen.comments.iter().filter(|comment| marked(comment)).count()), (5, 1));
    assert!(seen.comments[0].body.starts_with("**3 findings**"));
}

#[tokio::test]
async fn every_request_says_who_we_are_and_which_version_we_speak() {
    let world = World::new().await;
    world.reviewed("change", &with("FINDME\n")).await;
    for exchange in world.api_requests() {
        assert_eq!(exchange.header("x-github-api-version"), Some("2022-11-28"), "{}", exchange.path);
        assert!(exchange.header("user-agent").unwrap().starts_with("sightline/"));
        assert_eq!(exchange.header("accept"), Some("application/vnd.github+json"));
    }
    let limits = world.doors.github.rate_limits();
    assert!(limits.iter().any(|limit| limit.remaining < limit.limit), "{limits:?}");
}

#[tokio::test]
async fn a_token_is_fetched_once() {
    let world = World::new().await;
    world.reviewed("one", &with("FINDME\n")).await;
    world.reviewed("two", &with("FINDME\n")).await;
    let tokens = world.github.requests().iter().filter(|exchange| exchange.path.ends_with("/access_tokens")).count();
    assert_eq!(tokens, 1);
    let installation = world.github.credentials().unwrap().installation;
    world.pass(56 * 60).await;
    let both = futures::future::join(
        world.doors.github.installation_token(installation),
        world.doors.github.installation_token(installation),
    );
    let (one, two) = both.await;
    assert!(one.is_ok() && two.is_ok());
    let tokens = world.github.requests().iter().filter(|exchange| exchange.path.ends_with("/access_tokens")).count();
    assert_eq!(tokens, 2, "a stale token is replaced before it ends, once however many ask");
}
