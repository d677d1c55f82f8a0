//! GitHub turns us away, is slow, or loses its answer. In the end there is one review, and nobody had to help.

use std::time::Duration;

use sightline::standin::{Fault, RetryAfter};

use crate::support::review::{World, with};

const CHECK: &str = "POST /repos/*/*/check-runs";
const GRAPHQL: &str = "POST /graphql";
const REVIEW: &str = "POST /repos/*/*/pulls/*/reviews";
const CONCLUDE: &str = "PATCH /repos/*/*/check-runs/*";
const TOKEN: &str = "POST /app/installations/*/access_tokens";

/// Everything a review says, once: seven findings make a review, a summary and an annotated check run.
async fn survives(pattern: &str, skip: usize, times: usize, fault: Fault) {
    let case = format!("{pattern} after {skip}: {times} × {fault:?}");
    let world = World::new().await;
    world.github.fail_after(skip, times, pattern, fault);
    let text: String = (0..7).map(|n| format!("FINDME {n}\n")).collect();
    let number = world.reviewed("change", &with(&text)).await;
    world.outlast().await;
    let seen = world.seen(number);
    assert_eq!((seen.reviews.len(), seen.threads.len(), seen.comments.len()), (1, 5, 1), "{case}");
    assert_eq!(seen.checks.len(), 1, "{case}: {:?}", seen.checks);
    let check = world.check(number);
    assert_eq!((check.title.as_deref(), check.annotations.len()), (Some("1 file analysed, 7 findings"), 7), "{case}");
}

#[tokio::test]
async fn limits_are_waited_out() {
    for pattern in [CHECK, GRAPHQL, REVIEW, CONCLUDE] {
        survives(pattern, 0, 1, Fault::SecondaryLimit { retry_after: None }).await;
        survives(pattern, 0, 2, Fault::TooManyRequests { retry_after: RetryAfter::Date(30) }).await;
    }
    survives(REVIEW, 0, 6, Fault::SecondaryLimit { retry_after: Some(60) }).await;
    survives(REVIEW, 0, 1, Fault::Abuse).await;
    survives(GRAPHQL, 1, 1, Fault::HourSpent { reset_in: 300 }).await;
    survives(CHECK, 0, 1, Fault::TooManyRequests { retry_after: RetryAfter::Seconds(90) }).await;
    survives(CONCLUDE, 0, 1, Fault::TooManyRequests { retry_after: RetryAfter::Absent }).await;
}

#[tokio::test]
async fn outages_are_tried_again() {
    for pattern in [CHECK, REVIEW, CONCLUDE, TOKEN] {
        survives(pattern, 0, 1, Fault::Status(502)).await;
        survives(pattern, 0, 1, Fault::Drop).await;
    }
    for skip in [0, 1] {
        survives(GRAPHQL, skip, 2, Fault::Status(503)).await;
        survives(GRAPHQL, skip, 1, Fault::Drop).await;
    }
    survives(REVIEW, 0, 1, Fault::Slow(Duration::from_secs(4))).await;
}

#[tokio::test]
async fn a_lost_answer_is_not_said_again() {
    for (pattern, skip) in [(CHECK, 0), (GRAPHQL, 0), (REVIEW, 0), (GRAPHQL, 1), (CONCLUDE, 0)] {
        survives(pattern, skip, 1, Fault::LoseAnswer).await;
    }
}

#[tokio::test]
async fn a_token_that_ends_early_is_replaced_at_once() {
    for (pattern, skip) in [(CHECK, 0), (GRAPHQL, 0), (REVIEW, 0), (GRAPHQL, 1), (CONCLUDE, 0)] {
        survives(pattern, skip, 1, Fault::ExpiredToken).await;
    }
}

#[tokio::test]
async fn a_missing_permission_is_named_in_the_check_run() {
    let world = World::new().await;
    world.github.set_permission("pull_requests", Some("read"));
    let number = world.reviewed("change", &with("FINDME\n")).await;
    let check = world.check(number);
    assert_eq!(check.title.as_deref(), Some("1 file analysed, 1 finding"), "the check run tells it all the same");
    let summary = check.summary.unwrap();
    assert!(
        summary.contains("comments are missing") && summary.contains("pull") && summary.contains("write"),
        "{summary}"
    );

    let world = World::new().await;
    world.github.set_permission("checks", None);
    world.reviewed("change", &with("FINDME\n")).await;
    let dead = world.doors.store.dead(10).await.unwrap();
    let error = dead[0].error.as_deref().unwrap();
    assert!(error.contains("checks: write") || error.contains("checks=write"), "{error}");
}

#[tokio::test]
async fn a_review_that_never_succeeds_ends_with_the_reason() {
    let world = World::new().await;
    world.github.fail_next(1_000, GRAPHQL, Fault::Status(500));
    let number = world.reviewed("change", &with("FINDME\n")).await;
    world.outlast().await;
    let check = world.check(number);
    assert_eq!(check.conclusion.as_deref(), Some("neutral"));
    assert!(check.title.unwrap().starts_with("Not analysed: could not read the state of acme/shop#1"));
    let dead = world.doors.store.dead(10).await.unwrap();
    assert_eq!(dead.len(), 1);
    // An operator tries again when GitHub is back: the same run tells the truth.
    world.github.stop_failing();
    assert!(world.doors.store.requeue(dead[0].id, world.doors.clock.now()).await.unwrap());
    world.work().await;
    assert_eq!(world.check(number).title.as_deref(), Some("1 file analysed, 1 finding"));
    assert_eq!(world.seen(number).threads.len(), 1);
}
