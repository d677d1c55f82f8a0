//! One decision with everything in it, in every format of the command line.

use super::*;
use crate::model::{
    ChangeSet, Content, Evidence, FileChange, FileStatus, Finding, Fix, Location, Mode, Note, NoteKind, Operation,
    OperationKind, Severity, Side, Sight,
};
use crate::policy::testing::finding;
use crate::policy::{Conclusion, Decision, FileOutcome, FileState, Judged, Placement, Suppressed};

const RULE: &str = "errors/swallowed-io-failure";

fn sample() -> (Decision, ChangeSet) {
    let head = "package a\n\nfunc Load() {\n\terr := db.Ping()\n\tif err != nil {\n\t\treturn // \u{1b}[31m\n\t}\n}\n";
    let file = FileChange {
        path: "src/a,b.go".into(),
        old_path: None,
        status: FileStatus::Modified,
        base: Content::Text("package a\n".into()),
        head: Content::Text(head.into()),
        hunks: Vec::new(),
        linguist: crate::model::Linguist::default(),
    };
    let full = Finding {
        severity: Severity::Error,
        location: at(5, (2, 16)),
        message: "the failure of `db.Ping` leaves no trace|\u{1b}[2J".to_owned(),
        help: "log `err` or return it".to_owned(),
        evidence: vec![
            Evidence { text: "this may fail".to_owned(), location: Some(at(4, (9, 18))) },
            Evidence { text: "`db` is an *sql.DB".to_owned(), location: None },
        ],
        fix: Some(Fix {
            title: "return it".to_owned(),
            line: 6,
            end_line: 6,
            replacement: "\t\treturn err".to_owned(),
        }),
        fingerprint: "f1".to_owned(),
        ..finding(RULE, "src/a,b.go", 5)
    };
    let removed = Finding { mode: Mode::Compare, ..finding("errors/error-handling-removed", "src/a,b.go", 1) };
    let removed = Finding { location: Location { side: Side::Left, ..at(1, (1, 1)) }, ..removed };
    let doubtful = finding("cost/metric-label-unbounded", "src/a,b.go", 3);
    let decision = Decision {
        findings: vec![
            Judged { finding: full, placement: Placement::Inline, repeats: vec![at(7, (1, 1))] },
            Judged { finding: removed, placement: Placement::Summary, repeats: Vec::new() },
            Judged { finding: doubtful.clone(), placement: Placement::Report, repeats: Vec::new() },
        ],
        suppressed: vec![Suppressed { finding: doubtful, by: "line 2: allowed: known".to_owned() }],
        notes: vec![Note::general(NoteKind::LimitReached, "only 3 files were read")],
        operations: vec![
            operation(3, Sight::Seen, "covered by otelhttp handler"),
            operation(5, Sight::Unseen, "it is logged below warn only"),
            operation(7, Sight::Unknown, "nothing in the repository tells whether pgx is instrumented"),
        ],
        files: vec![
            FileOutcome { path: "src/a,b.go".into(), state: FileState::Analysed },
            FileOutcome { path: "x.bin".into(), state: FileState::Skipped("binary".into()) },
        ],
        conclusion: Conclusion::Neutral,
    };
    (decision, ChangeSet { files: vec![file], ..ChangeSet::default() })
}

fn at(line: u32, columns: (u32, u32)) -> Location {
    Location { path: "src/a,b.go".into(), side: Side::Right, line, end_line: line, columns }
}

fn operation(line: u32, sight: Sight, reason: &str) -> Operation {
    Operation {
        kind: OperationKind::Outbound,
        location: at(line, (2, 6)),
        name: "pool.Exec".to_owned(),
        sight,
        reason: reason.to_owned(),
        marker: (sight == Sight::Seen).then(|| at(1, (1, 1))),
        unit: Some(String::new()),
    }
}

const STYLE: terminal::Style = terminal::Style { coloured: false, width: 100, pedantic: false, quiet: false };

#[test]
fn the_terminal_shows_code_evidence_and_what_to_do() {
    let (decision, change) = sample();
    insta::assert_snapshot!(terminal::render(&decision, &change, STYLE));
}

#[test]
fn the_terminal_shows_more_when_asked_and_less_when_told() {
    let (decision, change) = sample();
    let pedantic = terminal::render(&decision, &change, terminal::Style { pedantic: true, ..STYLE });
    assert!(pedantic.contains("cost/metric-label-unbounded") && pedantic.contains("x.bin was not read: binary"));
    assert!(pedantic.contains("is suppressed: line 2: allowed: known"), "{pedantic}");
    let quiet = terminal::render(&Decision::default(), &change, terminal::Style { quiet: true, ..STYLE });
    assert_eq!(quiet, "");
    let coloured = terminal::render(&decision, &change, terminal::Style { coloured: true, ..STYLE });
    assert!(coloured.contains("\u{1b}[") && !coloured.contains("\u{1b}[2J"));
}

#[test]
fn json_has_a_version_and_a_row_for_every_place() {
    let (decision, change) = sample();
    let text = json::render(&decision, &change).replace(env!("CARGO_PKG_VERSION"), "0.0.0");
    insta::assert_snapshot!(text);
}

#[test]
fn sarif_names_rules_places_and_fixes() {
    let (decision, _) = sample();
    let log: serde_json::Value = serde_json::from_str(&sarif::render(&decision)).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), crate::rules::RULES.len());
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5, "three findings, one repeat, one suppressed");
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "src/a%2Cb.go");
    let index = results[0]["ruleIndex"].as_u64().unwrap() as usize;
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], RULE);
    assert_eq!(
        results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"],
        "\t\treturn err"
    );
    assert!(results[2]["locations"][0]["physicalLocation"].get("region").is_none(), "a line of the base");
    assert_eq!(results[4]["suppressions"][0]["kind"], "inSource");
}

#[test]
fn workflow_commands_cannot_be_broken_out_of() {
    let (mut decision, _) = sample();
    decision.findings[0].finding.message = "a\n::error::b%".to_owned();
    insta::assert_snapshot!(workflow::render(&decision), @r"
    ::error file=src/a%2Cb.go,line=5,endLine=5,col=2,endColumn=16,title=errors/swallowed-io-failure::a%0A::error::b%25%0Ahelp: log `err` or return it
    ::error file=src/a%2Cb.go,line=7,endLine=7,title=errors/swallowed-io-failure::a%0A::error::b%25%0Ahelp: log `err` or return it
    ::warning file=src/a%2Cb.go,title=errors/error-handling-removed::the failure is lost (line 1 before this change)%0Ahelp: log it
    note: only 3 files were read
    1 file analysed, 1 skipped: 3 findings (2 errors, 1 warning)
    ");
}

#[test]
fn markdown_is_a_table_with_details() {
    let (decision, _) = sample();
    insta::assert_snapshot!(markdown::render(&decision));
}
