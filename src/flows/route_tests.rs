use chrono::TimeZone;
use serde_json::{Value, json};

use super::*;
use crate::github::event;

const OURS: u64 = 42;

fn now() -> Timestamp {
    chrono::Utc.timestamp_opt(1_800_000_000, 0).unwrap()
}

fn route(name: &str, mut body: Value) -> Routed {
    body["repository"] = json!({ "full_name": "acme/shop" });
    if body.get("installation").is_none() {
        body["installation"] = json!({ "id": 7 });
    }
    works(&event::parse(name, body.to_string().as_bytes()).unwrap(), Some(OURS), now())
}

fn pull_request(action: &str, changes: Value) -> Routed {
    let tip = |sha: &str| json!({ "sha": sha, "ref": "branch", "repo": null });
    let pull = json!({ "head": tip("aaa"), "base": tip("bbb"), "draft": true });
    route("pull_request", json!({ "action": action, "number": 3, "pull_request": pull, "changes": changes }))
}

fn check(event: &str, action: &str, app: u64, pulls: Value) -> Routed {
    route(
        event,
        json!({ "action": action, event: { "head_sha": "aaa", "app": { "id": app }, "pull_requests": pulls } }),
    )
}

fn works_of(routed: Routed) -> Vec<Work> {
    routed.works.into_iter().map(|work| serde_json::from_value(work.payload).unwrap()).collect()
}

#[test]
fn a_pull_request_that_changes_code_is_reviewed() {
    for action in ["opened", "synchronize", "reopened", "ready_for_review"] {
        let routed = pull_request(action, json!({}));
        assert_eq!(routed.works[0].key, "review:acme/shop#3", "{action}");
        let expected = ReviewWork {
            installation: 7,
            repo: "acme/shop".into(),
            number: 3,
            head: "aaa".into(),
            base: Some("bbb".into()),
            cause: Cause::Change,
        };
        assert_eq!(works_of(routed), [Work::Review(expected)]);
    }
    assert_eq!(pull_request("edited", json!({ "base": { "ref": { "from": "main" } } })).works.len(), 1);
}

#[test]
fn a_pull_request_that_changes_none_is_not() {
    for action in ["edited", "closed", "labeled", "converted_to_draft", "assigned", "invented_tomorrow"] {
        assert_eq!(pull_request(action, json!({ "title": { "from": "old" } })).works, [], "{action}");
    }
}

#[test]
fn a_rerun_reviews_the_pull_requests_of_the_head() {
    for (event, action) in
        [("check_run", "rerequested"), ("check_run", "requested_action"), ("check_suite", "rerequested")]
    {
        let works = works_of(check(event, action, OURS, json!([{ "number": 3 }, { "number": 4 }])));
        let reviewed: Vec<_> = works.iter().filter_map(Work::pull_request).collect();
        assert_eq!(reviewed, [3, 4], "{event} {action}");
        let works = works_of(check(event, action, OURS, json!([])));
        assert!(
            matches!(&works[..], [Work::Head(HeadWork { cause: Cause::Rerun, .. })]),
            "a fork names none: {works:?}"
        );
    }
}

#[test]
fn a_requested_suite_waits_for_the_event_of_the_pull_request() {
    let routed = check("check_suite", "requested", OURS, json!([{ "number": 3 }]));
    assert_eq!(routed.works[0].run_at, Some(now() + SUITE_PAUSE));
    assert_eq!(routed.works[0].key, "review:acme/shop#3", "so that the two coalesce");
    assert_eq!(check("check_suite", "requested", OURS, json!([])).works, []);
}

#[test]
fn our_own_echo_and_other_apps_are_left_alone() {
    for action in ["created", "completed"] {
        assert_eq!(check("check_run", action, OURS, json!([{ "number": 3 }])).works, []);
        assert_eq!(check("check_suite", action, OURS, json!([{ "number": 3 }])).works, []);
    }
    assert_eq!(check("check_run", "rerequested", OURS + 1, json!([{ "number": 3 }])).works, []);
    for event in ["issue_comment", "pull_request_review_comment"] {
        let sender = json!({ "login": "sightline[bot]", "type": "Bot" });
        assert_eq!(route(event, json!({ "action": "created", "sender": sender })).works, []);
    }
}

#[test]
fn a_merge_queue_goes_first() {
    let group = json!({ "head_sha": "aaa", "base_sha": "bbb", "base_ref": "refs/heads/main",
        "head_ref": "refs/heads/gh-readonly-queue/main/pr-3-bbb" });
    let routed = route("merge_group", json!({ "action": "checks_requested", "merge_group": group }));
    assert_eq!(routed.works[0].key, "group:acme/shop@aaa");
    assert!(routed.works[0].priority > pull_request("opened", json!({})).works[0].priority);
    assert_eq!(route("merge_group", json!({ "action": "destroyed", "merge_group": group })).works, []);
}

#[test]
fn the_rest_is_noted() {
    let account = json!({ "id": 7, "account": { "login": "acme", "type": "Organization" } });
    for event in ["installation", "installation_repositories"] {
        let routed = route(event, json!({ "action": "created", "installation": account }));
        assert_eq!((routed.works.len(), routed.because), (0, "installation noted"));
    }
    assert_eq!(route("push", json!({ "ref": "refs/heads/main", "after": "aaa" })).works, []);
    assert_eq!(route("star", json!({})).works, []);
}

#[test]
fn a_hook_without_an_installation_can_do_nothing() {
    let tip = json!({ "sha": "aaa", "ref": "branch" });
    let body = json!({ "action": "opened", "number": 3, "installation": null, "repository": { "full_name": "a/b" },
        "pull_request": { "head": tip, "base": tip } });
    let event = event::parse("pull_request", body.to_string().as_bytes()).unwrap();
    assert!(works(&event, None, now()).because.contains("no installation"));
}
