//! What a push changes on the pull request, and above all what it does not.

use sightline::github::Failure;
use sightline::model::publication::{Anchor, ReviewComment};
use sightline::model::{CommitSha, RepoName, Side};

use crate::support::review::{REPO, World, lines, marked, with};

#[tokio::test]
async fn a_pull_request_gets_one_review_and_one_check() {
    let world = World::new().await;
    let number = world.reviewed("change", &with("FINDME one\nFINDME two\n")).await;
    let seen = world.seen(number);
    assert_eq!(seen.reviews.len(), 1);
    assert_eq!((seen.reviews[0].state.as_str(), seen.threads.len(), seen.comments.len()), ("COMMENTED", 2, 0));
    assert_eq!(seen.threads.iter().map(|thread| thread.line).collect::<Vec<_>>(), [Some(21), Some(22)]);
    assert!(seen.threads[0].comments[0].body.contains("**`FINDME one` is in production.**"), "{:?}", seen.threads[0]);
    let check = world.check(number);
    assert_eq!(check.title.as_deref(), Some("1 file analysed, 2 findings"));
    assert_eq!((check.conclusion.as_deref(), check.annotations.len()), (Some("neutral"), 2));
}

#[tokio::test]
async fn a_clean_pull_request_gets_a_green_check_and_no_word() {
    let world = World::new().await;
    let number = world.reviewed("change", &with("fine\n")).await;
    let seen = world.seen(number);
    assert_eq!((seen.reviews.len(), seen.threads.len(), seen.comments.len()), (0, 0, 0));
    assert_eq!(world.check(number).title.as_deref(), Some("1 file analysed, no findings"));
    assert_eq!(world.check(number).conclusion.as_deref(), Some("success"));
    assert_eq!(world.api_requests().len(), 3, "open, read, conclude");
}

#[tokio::test]
async fn a_push_that_moves_code_says_nothing_new() {
    let world = World::new().await;
    let number = world.reviewed("change", &with("FINDME\n")).await;
    world.push("change", &format!("new first line\n{}", with("more\nFINDME\n"))).await;
    world.work().await;
    let seen = world.seen(number);
    assert_eq!((seen.reviews.len(), seen.threads.len(), seen.comments.len()), (1, 1, 0));
    assert!(!seen.threads[0].comments[0].edited);
    assert_eq!(world.check(number).conclusion.as_deref(), Some("neutral"));
}

#[tokio::test]
async fn a_fix_closes_the_comment_and_a_relapse_reopens_it() {
    let world = World::new().await;
    let number = world.reviewed("change", &with("FINDME\n")).await;
    let first = world.seen(number).threads[0].comments[0].body.clone();
    let comment = world.seen(number).threads[0].comments[0].id;
    world.github.reply_in_thread("monalisa", REPO, comment, "right, will do").await.unwrap();
    let fixed = world.push("change", &with("fine\n")).await;
    world.work().await;
    let seen = world.seen(number);
    assert_eq!((seen.threads.len(), seen.threads[0].comments.len()), (1, 2), "a thread with replies is never deleted");
    let closed = &seen.threads[0].comments[0];
    assert_eq!(closed.minimised.as_deref(), Some("RESOLVED"));
    assert!(closed.body.starts_with(&format!("✅ Fixed in [`{}`]", &fixed[..7])), "{}", closed.body);
    assert!(closed.body.contains("<details>") && closed.body.contains("`FINDME` is in production"));
    assert!(!seen.threads[0].resolved, "that takes a permission nobody asked for");
    assert_eq!(world.check(number).conclusion.as_deref(), Some("success"));

    world.push("change", &with("fine\nFINDME\n")).await;
    world.work().await;
    let seen = world.seen(number);
    let reviews = seen.reviews.iter().filter(|review| review.author != "monalisa").count();
    assert_eq!((reviews, seen.threads.len()), (1, 1), "a reply is a review of its own");
    let reopened = &seen.threads[0].comments[0];
    assert_eq!((reopened.minimised.as_deref(), &reopened.body), (None, &first));
}

#[tokio::test]
async fn the_profile_with_contents_write_resolves_threads_too() {
    let world = World::with(|doors| doors.resolve_threads = true).await;
    world.github.set_permission("contents", Some("write"));
    let number = world.reviewed("change", &with("FINDME\n")).await;
    world.push("change", &with("fine\n")).await;
    world.work().await;
    assert!(world.seen(number).threads[0].resolved);
    world.push("change", &with("FINDME\n")).await;
    world.work().await;
    let thread = &world.seen(number).threads[0];
    assert!(!thread.resolved && thread.comments[0].minimised.is_none());
}

#[tokio::test]
async fn what_has_no_room_goes_to_one_summary_edited_in_place() {
    let world = World::new().await;
    let many: String = (0..7).map(|n| format!("FINDME {n}\n")).collect();
    let number = world.reviewed("change", &with(&many)).await;
    let seen = world.seen(number);
    assert_eq!((seen.threads.len(), seen.comments.len()), (5, 1));
    assert!(seen.comments[0].body.starts_with("**2 findings** beyond the comments"), "{}", seen.comments[0].body);
    // A fix frees a place, but what stands there stays, and nothing is said twice.
    world.push("change", &with(&many.replace("FINDME 0\n", ""))).await;
    world.work().await;
    let seen = world.seen(number);
    assert_eq!((seen.reviews.len(), seen.threads.len(), seen.comments.len()), (2, 6, 1));
    assert!(seen.comments[0].body.starts_with("**1 finding** beyond the comments"), "{}", seen.comments[0].body);
    world.push("change", &with("fine\n")).await;
    world.work().await;
    let seen = world.seen(number);
    assert_eq!((seen.threads.len(), seen.comments.len()), (6, 1));
    assert!(seen.comments[0].body.starts_with("✅ Nothing further"), "{}", seen.comments[0].body);
    assert!(seen.inline_comments().all(|comment| comment.minimised.as_deref() == Some("RESOLVED")));
}

#[tokio::test]
async fn a_finding_on_a_removed_line_sits_on_the_left() {
    let world = World::new().await;
    world.push("main", &with("KEEPME\n")).await;
    let number = world.reviewed("change", &lines(1, 40)).await;
    let thread = &world.seen(number).threads[0];
    assert_eq!((thread.side, thread.line), (sightline::standin::Side::Left, Some(21)));
}

#[tokio::test]
async fn a_renamed_file_keeps_its_comments() {
    let world = World::new().await;
    let number = world.reviewed("change", &with("FINDME\n")).await;
    let moved = with("FINDME\n");
    world.github.push(REPO, "change", &[("a.txt", None), ("b.txt", Some(moved.as_bytes()))]).await.unwrap();
    world.work().await;
    let seen = world.seen(number);
    assert_eq!((seen.reviews.len(), seen.threads.len()), (1, 1));
    assert_eq!(seen.threads[0].comments[0].minimised, None);
    assert_eq!(world.check(number).annotations[0].path, "b.txt");
}

#[tokio::test]
async fn a_deleted_comment_of_ours_does_no_harm() {
    let world = World::new().await;
    let number = world.reviewed("change", &with("FINDME one\nFINDME two\n")).await;
    let comment = world.seen(number).threads[0].comments[0].id;
    world.github.delete_comment("monalisa", REPO, comment).await.unwrap();
    world.push("change", &with("FINDME two\n")).await;
    world.work().await;
    assert_eq!(world.check(number).conclusion.as_deref(), Some("neutral"));
}

#[tokio::test]
async fn a_person_who_copies_our_marker_is_not_us() {
    let world = World::new().await;
    let number = world.reviewed("change", &with("FINDME\n")).await;
    let body = world.seen(number).threads[0].comments[0].body.clone();
    world.github.comment_as("hubot", REPO, number, "mine\n\n<!-- sightline:summary v1 -->").await.unwrap();
    world.github.reply_in_thread("hubot", REPO, world.seen(number).threads[0].comments[0].id, &body).await.unwrap();
    world.push("change", &with("fine\n")).await;
    world.work().await;
    let seen = world.seen(number);
    assert_eq!(seen.comments[0].body, "mine\n\n<!-- sightline:summary v1 -->");
    assert_eq!(seen.threads[0].comments[1].body, body);
    assert!(seen.threads[0].comments[0].body.starts_with("✅"));
}

#[tokio::test]
async fn one_bad_place_does_not_take_the_others_along() {
    let world = World::new().await;
    let number = world.reviewed("change", &with("FINDME\n")).await;
    let head = CommitSha::new(world.seen(number).head_sha);
    let comment = |line, fingerprint: &str| ReviewComment {
        fingerprint: fingerprint.into(),
        anchor: Some(Anchor { path: "a.txt".into(), side: Side::Right, line, start_line: None }),
        body: format!("at {line}"),
        inline: true,
    };
    let installation = world.github.credentials().unwrap().installation;
    let repository = world.doors.github.repository(installation, &RepoName::new(REPO));
    let batch = [comment(20, "a"), comment(21, "b"), comment(39, "out"), comment(22, "c")];
    let unplaced = repository.post_review(number, &head, &batch, "words").await.unwrap();
    assert_eq!(unplaced, ["out"]);
    assert_eq!(world.seen(number).threads.iter().filter(|thread| !marked(&thread.comments[0])).count(), 3);
    let error = repository.post_review(999, &head, &batch, "words").await.unwrap_err();
    assert_eq!(error.failure(), Failure::NotFound);
}
