//! Patches whose operations are known: what is counted, what is seen, and what nobody can tell. Each folder of
//! `fixtures/operations/` has a base, a head and an `expect.txt`: the one line, and a line for each operation.

use std::fs;

use sightline::check::analyse;
use sightline::model::{OperationKind, Sight, Sights};

use super::fixture;

fn kind(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Entry => "entry",
        OperationKind::Outbound => "outbound",
        OperationKind::Failure => "failure",
        OperationKind::Boundary => "boundary",
        OperationKind::Job => "job",
    }
}

fn sight(sight: Sight) -> &'static str {
    match sight {
        Sight::Seen => "seen",
        Sight::Unseen => "unseen",
        Sight::Unknown => "unknown",
    }
}

#[test]
fn the_worked_examples_are_counted_as_they_should_be() {
    let cases = fixture::of_rule("operations");
    assert!(cases.len() >= 6, "the examples are gone");
    let mut trouble = String::new();
    for case in cases {
        let wanted = fs::read_to_string(fixture::root().join(&case.name).join("expect.txt"))
            .expect("every example says what it expects");
        let operations = analyse(&case.change).operations;
        let line = Sights::of(&operations).line().unwrap_or_else(|| "no operations touched".to_owned());
        let rows = operations.iter().map(|one| {
            let at = &one.location;
            (format!("{} {} {}:{}", kind(one.kind), sight(one.sight), at.path, at.line), one.reason.as_str())
        });
        let rows: Vec<(String, &str)> = rows.collect();
        let mut found = vec![line];
        found.extend(rows.iter().map(|(row, _)| row.clone()));
        let mut expected: Vec<String> = wanted.lines().map(str::to_owned).collect();
        expected[1..].sort();
        found[1..].sort();
        if found != expected {
            trouble.push_str(&format!("{}\nexpected {expected:#?}\nfound {rows:#?} {}\n", case.name, found[0]));
        }
    }
    assert!(trouble.is_empty(), "\n{trouble}");
}
