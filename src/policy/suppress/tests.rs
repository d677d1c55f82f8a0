use chrono::NaiveDate;

use super::*;
use crate::model::{Finding, SourceText, Span};
use crate::policy::testing::{change, finding};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 1).unwrap()
}

/// A file whose comments are found by their marker.
fn file(text: &str, marker: &str) -> FileText {
    let source = SourceText::new(text);
    let comments = (1..=source.line_count())
        .filter_map(|line| {
            let span = source.line_span(line);
            let at = source.slice(span).find(marker)?;
            Some(Span { start: span.start + at as u32, end: span.end })
        })
        .collect();
    FileText { path: "a.go".into(), source, comments }
}

fn silenced(text: &str, marker: &str, rule: &str, line: u32) -> Option<String> {
    Silence::read(&[file(text, marker)], today()).silences(&finding(rule, "a.go", line))
}

fn notes(text: &str) -> Vec<String> {
    let silence = Silence::read(&[file(text, "//")], today());
    silence.into_notes(&[change("a.go", &[1, 2, 3, 40])]).into_iter().map(|note| note.text).collect()
}

const RULE: &str = "errors/swallowed-io-failure";

#[test]
fn a_comment_on_the_line_or_the_line_above_silences() {
    let above =
        "// sightline: allow(errors/swallowed-io-failure) reason=\"best effort\"\n\n// more words\ncode()\ncode()\n";
    assert_eq!(silenced(above, "//", RULE, 4).unwrap(), "line 1: allowed: best effort");
    assert_eq!(silenced(above, "//", RULE, 5), None);
    let behind =
        "code()\ncode() // sightline: allow(errors/*, tracing/span-not-ended) until=2026-06-01 reason=later\ncode()\n";
    assert_eq!(silenced(behind, "//", RULE, 2).unwrap(), "line 2: allowed until 2026-06-01: later");
    assert!(silenced(behind, "//", "tracing/span-not-ended", 2).is_some());
    assert_eq!(
        (silenced(behind, "//", RULE, 3), silenced(behind, "//", "cost/metric-label-unbounded", 2)),
        (None, None)
    );
    let python = "# sightline: allow(errors/swallowed-io-failure) reason='x'\ncode()\n";
    assert!(silenced(python, "#", RULE, 2).is_some());
}

#[test]
fn a_whole_file_is_allowed_at_its_top_only() {
    let top = "// sightline: allow-file(errors/*) reason=\"a demo\"\ncode()\n";
    assert!(silenced(top, "//", RULE, 99).is_some());
    let late = format!("{}// sightline: allow-file(errors/*) reason=\"a demo\"\n", "\n".repeat(39));
    assert_eq!(silenced(&late, "//", RULE, 99), None);
    assert_eq!(notes(&late), ["line 40: this suppression is not valid: `allow-file` must stand in the first 30 lines"]);
}

#[test]
fn what_is_wrong_with_a_suppression_is_said() {
    let said = |text: &str| notes(&format!("{text}\n")).pop().unwrap_or_default();
    let cases = [
        ("// sightline: allow(errors/swallowed-io-failure)", "it needs a reason: reason=\"…\""),
        ("// sightline: allow() reason=x", "it names no rule"),
        ("// sightline: allow(errors/nope) reason=x", "no rule is called `errors/nope`"),
        ("// sightline: allow(errors/* reason=x", "the parenthesis is not closed"),
        ("// sightline: allow(errors/*) until=soon reason=x", "`soon` is no date like 2027-01-31"),
        ("// sightline: allow(errors/*) reason=\"x", "a quote is not closed"),
        ("// sightline: allow(errors/*) because", "`because` is not an option"),
        ("// sightline: allow(errors/*) who=me", "unknown option `who`; there are `until` and `reason`"),
        ("// sightline: ignore", "only `allow(rule)` and `allow-file(rule)` are known"),
    ];
    for (text, why) in cases {
        assert_eq!(said(text), format!("line 1: this suppression is not valid: {why}"));
    }
    assert_eq!(notes("// see sightline: allow(nothing)\n"), Vec::<String>::new());
    assert_eq!(
        said("// sightline: allow(custom/a b) reason=x"),
        "line 1: this suppression is not valid: no rule is called `custom/a b`"
    );
    assert_eq!(
        said("// sightline: allow(custom/no-print, custom/*) reason=x"),
        "line 1: this suppression of custom/no-print, custom/* silences nothing"
    );
}

#[test]
fn what_ended_or_silences_nothing_becomes_a_note() {
    let ended = "// sightline: allow(errors/*) until=2026-05-31 reason=x\ncode()\n";
    assert_eq!(silenced(ended, "//", RULE, 2), None);
    assert_eq!(notes(ended), ["line 1: this suppression ended on 2026-05-31"]);
    let unused = "// sightline: allow(errors/*) reason=x\ncode()\n";
    assert_eq!(notes(unused), ["line 1: this suppression of errors/* silences nothing"]);
    let old = format!("{}// sightline: allow(errors/*) reason=x\n", "\n".repeat(9));
    assert_eq!(notes(&old), Vec::<String>::new(), "it was there before");
}

#[test]
fn other_tools_are_heard_where_they_mean_the_same() {
    let cases = [
        ("f() //nolint:errcheck // best effort", "//", RULE, true),
        ("f() //nolint:spancheck", "//", RULE, false),
        ("f() //nolint", "//", RULE, true),
        ("f() //nolint", "//", "privacy/secret-in-telemetry", false),
        ("f() // a nolintish remark", "//", RULE, false),
        ("except E:  # noqa: S110", "#", RULE, true),
        ("except E:  # noqa: E501", "#", RULE, false),
        ("except E:  # noqa", "#", RULE, true),
        ("except E:  # pylint: disable=broad-except", "#", RULE, true),
        ("log.error(x)  # noqa: TRY400,E501", "#", "errors/log-drops-error", true),
        ("f() // eslint-disable-line no-empty -- on purpose", "//", RULE, true),
        ("f() // eslint-disable-line no-console", "//", RULE, false),
        ("f(); // NOSONAR", "//", RULE, true),
    ];
    for (text, marker, rule, expected) in cases {
        assert_eq!(silenced(&format!("{text}\n"), marker, rule, 1).is_some(), expected, "{text}");
    }
    let own = "custom/no-print";
    assert!(silenced("f() // ast-grep-ignore\n", "//", own, 1).is_some());
    assert!(silenced("// ast-grep-ignore: a, no-print\nf()\n", "//", own, 2).is_some());
    assert!(silenced("// ast-grep-ignore: other\nf()\n", "//", own, 2).is_none());
    assert!(silenced("f() // ast-grep-ignore\n", "//", RULE, 1).is_none(), "it means the repository's own rules");
    let next = "// eslint-disable-next-line no-empty\ntry {} catch {}\ntry {} catch {}\n";
    assert!(silenced(next, "//", RULE, 2).is_some() && silenced(next, "//", RULE, 3).is_none());
    let staticcheck = "//lint:ignore SA9003 nothing to do\nif err != nil {\n";
    assert!(silenced(staticcheck, "//", RULE, 2).is_some());
}

#[test]
fn regions_of_eslint_end_where_it_says() {
    let region = "/* eslint-disable no-empty */\na()\n/* eslint-enable no-empty */\nb()\n";
    assert!(silenced(region, "/*", RULE, 2).is_some() && silenced(region, "/*", RULE, 4).is_none());
    assert!(silenced("/* eslint-disable */\na()\n", "/*", RULE, 2).is_none(), "it switches formatting off, mostly");
}

#[test]
fn annotations_hold_for_the_item_below() {
    let java = "class A {\n    @SuppressWarnings({\"EmptyCatch\", \"unused\"})\n    void a() {\n        x();\n    }\n    void b() {\n        x();\n    }\n}\n";
    assert!(silenced(java, "//", RULE, 4).is_some() && silenced(java, "//", RULE, 7).is_none());
    let rust = "#[allow(clippy::let_underscore_must_use)]\nfn a() {\n    x();\n}\nfn b() {\n    x();\n}\n";
    assert!(silenced(rust, "//", RULE, 3).is_some() && silenced(rust, "//", RULE, 6).is_none());
    let line = "fn a() {\n    #[allow(unused_must_use)]\n    x();\n    y();\n}\n";
    assert!(silenced(line, "//", RULE, 3).is_some() && silenced(line, "//", RULE, 4).is_none());
}

#[test]
fn removed_lines_are_silenced_by_the_whole_file_only() {
    let text = "// sightline: allow-file(errors/*) reason=x\ncode() // sightline: allow(errors/*) reason=y\n";
    let mut removed = finding(RULE, "a.go", 2);
    removed.location.side = crate::model::Side::Left;
    let by = |text: &str, finding: &Finding| Silence::read(&[file(text, "//")], today()).silences(finding);
    assert_eq!(by(text, &removed).unwrap(), "line 1: allowed: x");
    assert_eq!(by(text.lines().last().unwrap(), &removed), None);
}
