//! Where a review speaks: everywhere in the check run, on most pull requests in comments.

use sightline::flows::{Cause, ReviewWork, Work};
use sightline::standin::Opening;

use crate::support::review::{REPO, World, opening, with};

/// The check tells of the finding, and nothing else does.
fn only_the_check(world: &World, number: u64) {
    let seen = world.seen(number);
    assert_eq!((seen.reviews.len(), seen.threads.len(), seen.comments.len()), (0, 0, 0));
    let check = world.check(number);
    assert_eq!((check.title.as_deref(), check.annotations.len()), (Some("1 file analysed, 1 finding"), 1));
    assert!(check.summary.unwrap().contains("comments"), "it says why there are none");
}

async fn opened(world: &World, opening: Opening<'_>) -> u64 {
    world.push(opening.head, &with("FINDME\n")).await;
    let number = world.github.open_pull_request(opening).await.unwrap();
    world.work().await;
    number
}

#[tokio::test]
async fn a_draft_gets_its_comments_when_it_is_ready() {
    let world = World::new().await;
    let number = opened(&world, Opening { draft: true, ..opening("change") }).await;
    only_the_check(&world, number);
    world.github.set_pull_request(REPO, number, "ready_for_review").await.unwrap();
    world.work().await;
    let seen = world.seen(number);
    assert_eq!((seen.reviews.len(), seen.threads.len()), (1, 1));
}

#[tokio::test]
async fn bots_reverts_merges_releases_and_closed_pull_requests_get_the_check_only() {
    let world = World::new().await;
    let number = opened(&world, Opening { author: "dependabot[bot]", ..opening("bot") }).await;
    only_the_check(&world, number);
    let number = opened(&world, Opening { title: "Revert \"Add the cache\"", ..opening("revert") }).await;
    only_the_check(&world, number);
    let number = opened(&world, Opening { title: "Merge branch 'main' into develop", ..opening("merge") }).await;
    only_the_check(&world, number);
    world.github.push(REPO, "release/1.2", &[]).await.unwrap();
    let number = opened(&world, Opening { base: "release/1.2", ..opening("backport") }).await;
    only_the_check(&world, number);
    let number = world.opened("closed", &with("FINDME\n")).await;
    world.github.set_pull_request(REPO, number, "closed").await.unwrap();
    world.work().await;
    only_the_check(&world, number);
}

#[tokio::test]
async fn a_pull_request_that_was_there_before_sightline_starts_quietly() {
    let world = World::new().await;
    let number = world.opened("change", &with("FINDME\n")).await;
    world.pass(2 * 3_600).await;
    let seen = world.seen(number);
    assert_eq!((seen.threads.len(), seen.comments.len()), (0, 1), "a warning is told in the summary");
    assert!(seen.comments[0].body.contains("was opened before Sightline"), "{}", seen.comments[0].body);
    world.push("change", &with("FINDME\nFINDME too\n")).await;
    world.work().await;
    assert_eq!(world.seen(number).threads.len(), 0, "later pushes do not change that");
    let next = world.reviewed("next", &with("FINDME\n")).await;
    assert_eq!(world.seen(next).threads.len(), 1);
}

#[tokio::test]
async fn a_fork_is_reviewed_like_any_other() {
    let world = World::new().await;
    world.github.make_public(REPO);
    world.github.fork(REPO, "stranger/shop").await.unwrap();
    world
        .github
        .push_as("stranger", "stranger/shop", "change", &[("a.txt", Some(with("FINDME\n").as_bytes()))])
        .await
        .unwrap();
    let number = world
        .github
        .open_pull_request(Opening { fork: Some("stranger/shop"), author: "stranger", ..opening("change") })
        .await
        .unwrap();
    world.work().await;
    let seen = world.seen(number);
    assert_eq!((seen.reviews.len(), seen.threads.len()), (1, 1));
    let run = world.check(number).id;
    world.github.rerequest_check(REPO, run).await.unwrap();
    world.work().await;
    assert_eq!(world.seen(number).checks.len(), 2, "its events name no pull request, so it is found by its head");
}

#[tokio::test]
async fn the_check_is_there_before_any_time_has_passed() {
    let world = World::new().await;
    let number = world.opened("change", &with("fine\n")).await;
    world.pass(0).await;
    assert_eq!(world.check(number).conclusion.as_deref(), Some("success"));
    world.push("change", &with("FINDME\n")).await;
    world.pass(0).await;
    assert_eq!(world.check(number).conclusion.as_deref(), Some("neutral"));
    world.pass(60).await;
    assert_eq!(world.seen(number).checks.len(), 1, "the suite of the same push asks for nothing more");
}

#[tokio::test]
async fn a_merge_group_gets_a_check_on_its_own_commit() {
    let world = World::new().await;
    let number = world.reviewed("change", &with("FINDME\n")).await;
    let group = world.github.merge_queue(REPO, number).await.unwrap();
    world.work().await;
    let checks = world.github.checks(REPO, &group);
    assert_eq!((checks.len(), checks[0].title.as_deref()), (1, Some("1 file analysed, 1 finding")));
    assert_eq!(world.seen(number).reviews.len(), 1);
}

#[tokio::test]
async fn the_rerun_button_makes_a_new_run_and_says_nothing_twice() {
    let world = World::new().await;
    let number = world.reviewed("change", &with("FINDME\n")).await;
    world.github.rerequest_check(REPO, world.check(number).id).await.unwrap();
    world.work().await;
    let seen = world.seen(number);
    assert_eq!((seen.checks.len(), seen.reviews.len(), seen.threads.len()), (2, 1, 1));
    assert!(seen.checks.iter().all(|check| check.status == "completed"));
    world.github.rerequest_suite_of(REPO, seen.checks[1].id).await.unwrap();
    world.work().await;
    assert_eq!(world.seen(number).checks.len(), 3);
}

#[tokio::test]
async fn a_head_that_was_replaced_is_cancelled_and_its_successor_reviewed() {
    let world = World::new().await;
    let number = world.opened("change", &with("FINDME\n")).await;
    let old = world.seen(number).head_sha;
    let base = world.seen(number).base_sha;
    let new = world.push("change", &with("FINDME\nmore\n")).await;
    let installation = world.github.credentials().unwrap().installation;
    let (head, base) = (old.as_str().into(), Some(base.as_str().into()));
    let stale = ReviewWork { installation, repo: REPO.into(), number, head, base, cause: Cause::Change };
    world.doors.store.enqueue(&[Work::Review(stale).queued(None)], world.doors.clock.now()).await.unwrap();
    world.work().await;
    let cancelled = world.github.checks(REPO, &old);
    assert_eq!(cancelled.last().unwrap().conclusion.as_deref(), Some("cancelled"));
    assert_eq!(cancelled.last().unwrap().title.as_deref(), Some(format!("Superseded by {}", &new[..7]).as_str()));
    assert_eq!(world.check(number).conclusion.as_deref(), Some("neutral"));
    assert_eq!(world.seen(number).reviews.len(), 1);
}

#[tokio::test]
async fn a_broken_configuration_is_told_and_does_not_silence() {
    let world = World::new().await;
    world.github.push(REPO, "main", &[(".github/sightline.yml", Some(b"levle: guard\n"))]).await.unwrap();
    let number = world.reviewed("change", &with("FINDME\n")).await;
    assert_eq!(world.seen(number).threads.len(), 1);
    let summary = world.check(number).summary.unwrap();
    assert!(summary.contains("cannot be used, so the defaults apply: 1:1:"), "{summary}");
}

#[tokio::test]
async fn nothing_to_read_is_neutral_not_green() {
    let world = World::new().await;
    world.github.push(REPO, "change", &[("x.bin", Some(b"FINDME"))]).await.unwrap();
    let number = world.github.open_pull_request(opening("change")).await.unwrap();
    world.work().await;
    let check = world.check(number);
    assert_eq!(
        (check.conclusion.as_deref(), check.title.as_deref()),
        (Some("neutral"), Some("0 files analysed, 1 skipped, no findings"))
    );
}
