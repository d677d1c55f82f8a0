//! GitHub's own example payloads, all of them, through the parser and the router.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::{TimeZone, Utc};
use sightline::flows::route;
use sightline::github::event::{self, Event};

/// `(event, payload)` of every official example.
pub(crate) fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/github/payloads");
    let mut examples = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        examples.extend(text.lines().map(|line| (name.clone(), line.to_owned())));
    }
    examples.sort();
    examples
}

#[test]
fn every_official_payload_is_read() {
    let examples = examples();
    assert_eq!(examples.len(), 329, "the collection is complete");
    let mut handled = BTreeMap::<String, usize>::new();
    for (name, body) in &examples {
        let event = event::parse(name, body.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        if event != Event::Ignored {
            *handled.entry(name.clone()).or_default() += 1;
        }
    }
    let expected = [
        ("check_run", 9),
        ("check_suite", 9),
        ("installation", 7),
        ("installation_repositories", 3),
        ("issue_comment", 9),
        ("merge_group", 2),
        ("ping", 4),
        ("pull_request", 29),
        ("pull_request_review_comment", 5),
        ("push", 7),
    ];
    assert_eq!(handled, expected.map(|(name, number)| (name.to_owned(), number)).into());
}

#[test]
fn official_payloads_bring_the_expected_work() {
    let now = Utc.timestamp_opt(1_800_000_000, 0).unwrap();
    let mut kinds = BTreeMap::<(String, &str), usize>::new();
    for (name, body) in examples() {
        let event = event::parse(&name, body.as_bytes()).unwrap();
        for work in route::works(&event, None, now).works {
            *kinds.entry((name.clone(), work.kind)).or_default() += 1;
        }
    }
    insta::assert_debug_snapshot!(kinds);
}
