//! One decision, seen through every text that goes to GitHub.

use crate::model::publication::Verdict;
use crate::model::{
    ChangeSet, Confidence, Content, Evidence, FileChange, FileStatus, Finding, Fix, Hunk, Location, Mode, Note,
    NoteKind, RuleId, Severity, Side,
};
use crate::policy::{Conclusion, Decision, FileOutcome, FileState, Judged, Placement, Suppressed};

use super::anchor::anchor;
use super::check_run::{check_run, not_analysed_run};
use super::comment::{MAX_BODY, summary, wanted};
use super::{Links, closing};

fn links() -> Links {
    Links {
        repository: "https://github.com/acme/shop".into(),
        head: "0123456789abcdef0123456789abcdef01234567".into(),
        base: Some("fedcba9876543210fedcba9876543210fedcba98".into()),
        rules: Some("https://sightline.example/rules".into()),
    }
}

fn at(path: &str, side: Side, line: u32, end_line: u32) -> Location {
    Location { path: path.into(), side, line, end_line, columns: (1, 1) }
}

/// Lines 10 to 16 of the head: 12 and 13 are new, and a line 11 of the base is gone.
fn file(path: &str) -> FileChange {
    let text: String = (1..=30).map(|line| format!("line {line}\n")).collect();
    FileChange {
        path: path.into(),
        old_path: None,
        status: FileStatus::Modified,
        base: Content::Text("".into()),
        head: Content::Text(text.into()),
        hunks: vec![Hunk {
            old_start: 10,
            old_lines: 6,
            new_start: 10,
            new_lines: 7,
            removed: vec![12],
            added: vec![12, 13],
        }],
        linguist: crate::model::Linguist::default(),
    }
}

fn change() -> ChangeSet {
    ChangeSet { files: vec![file("pay/charge.go")], ..ChangeSet::default() }
}

fn finding(line: u32) -> Finding {
    Finding {
        rule: RuleId::new("errors/log-drops-error"),
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        mode: Mode::ChangedLines,
        location: at("pay/charge.go", Side::Right, line, line),
        scope: "Charge".into(),
        message: "when the charge fails, the log says so but not why: `err` is not among its fields".into(),
        help: "pass the error under `err`".into(),
        evidence: vec![
            Evidence { text: "`logger` is a slog logger".into(), location: Some(at("pay/log.go", Side::Right, 4, 4)) },
            Evidence {
                text: "`err` is in scope and never read".into(),
                location: Some(at("pay/charge.go", Side::Right, 11, 11)),
            },
        ],
        fix: None,
        fingerprint: format!("fp{line}"),
    }
}

fn judged(finding: Finding, placement: Placement) -> Judged {
    Judged { finding, placement, repeats: Vec::new() }
}

fn decision(findings: Vec<Judged>) -> Decision {
    Decision {
        findings,
        files: vec![
            FileOutcome { path: "pay/charge.go".into(), state: FileState::Analysed },
            FileOutcome {
                path: "pay/@octocat.rb".into(),
                state: FileState::Skipped("its language is not read yet".into()),
            },
        ],
        conclusion: Conclusion::Success,
        ..Decision::default()
    }
}

fn body_of(judged: Judged) -> String {
    wanted(&decision(vec![judged]), &change(), &links()).remove(0).body
}

#[test]
fn a_comment_says_what_happens_why_what_to_do_and_how_to_silence_it() {
    let mut one = judged(finding(12), Placement::Inline);
    one.repeats = vec![at("pay/charge.go", Side::Right, 20, 20), at("pay/charge.go", Side::Right, 25, 25)];
    insta::assert_snapshot!(body_of(one), @r"
    **When the charge fails, the log says so but not why: `err` is not among its fields.**

    - `logger` is a slog logger (`pay/log.go` line 4)
    - `err` is in scope and never read (line 11)

    Also at lines 20, 25.

    Pass the error under `err`.

    <sub>warning · [`errors/log-drops-error`](https://sightline.example/rules/errors/log-drops-error) · silence with `// sightline: allow(errors/log-drops-error) reason=…`</sub>

    <!-- sightline:finding v1 fp12 -->
    ");
}

#[test]
fn a_certain_fix_is_a_suggestion_on_its_own_lines() {
    let mut finding = finding(12);
    finding.evidence.clear();
    finding.fix =
        Some(Fix { title: "pass it".into(), line: 12, end_line: 13, replacement: "line 12, err\n```".into() });
    let comment = wanted(&decision(vec![judged(finding.clone(), Placement::Inline)]), &change(), &links()).remove(0);
    let anchor = comment.anchor.unwrap();
    assert_eq!((anchor.start_line, anchor.line), (Some(12), 13));
    insta::assert_snapshot!(comment.body, @r"
    **When the charge fails, the log says so but not why: `err` is not among its fields.**

    Pass the error under `err`.

    ````suggestion
    line 12, err
    ```
    ````

    <sub>warning · [`errors/log-drops-error`](https://sightline.example/rules/errors/log-drops-error) · silence with `// sightline: allow(errors/log-drops-error) reason=…`</sub>

    <!-- sightline:finding v1 fp12 -->
    ");
    for broken in [
        Fix { line: 12, end_line: 13, replacement: "line 12\nline 13".into(), title: String::new() },
        Fix { line: 9, end_line: 12, replacement: "x".into(), title: String::new() },
        Fix { line: 12, end_line: 12, replacement: "\u{1b}[31m".into(), title: String::new() },
    ] {
        let body = body_of(judged(Finding { fix: Some(broken), ..finding.clone() }, Placement::Inline));
        assert!(!body.contains("```suggestion"), "{body}");
    }
    finding.confidence = Confidence::Likely;
    assert!(!body_of(judged(finding, Placement::Inline)).contains("suggestion"));
}

#[test]
fn a_comment_keeps_its_budget_whatever_a_stranger_wrote() {
    let hostile = "@octocat <!-- --> `` | #1 *_[](~".repeat(60);
    let mut finding = finding(12);
    finding.message = hostile.clone();
    finding.help = hostile.clone();
    finding.evidence =
        vec![Evidence { text: hostile.clone(), location: Some(at(&"é/`".repeat(90), Side::Left, 7, 7)) }; 9];
    let body = body_of(judged(finding, Placement::Inline));
    let (visible, marker) = body.rsplit_once('\n').unwrap();
    assert!(visible.chars().count() <= MAX_BODY, "{}", visible.chars().count());
    assert_eq!(marker, "<!-- sightline:finding v1 fp12 -->");
    assert!(!visible.contains("<!--") && !visible.contains("@octocat"), "{visible}");
}

#[test]
fn twins_do_not_share_a_comment() {
    let twins = vec![judged(finding(12), Placement::Inline), judged(finding(12), Placement::Inline)];
    let names: Vec<_> =
        wanted(&decision(twins), &change(), &links()).into_iter().map(|comment| comment.fingerprint).collect();
    assert_eq!(names, ["fp12", "fp12~2"]);
}

#[test]
fn anchors_lie_inside_a_hunk_or_nowhere() {
    let place = |side, line, end_line| {
        let mut finding = finding(12);
        finding.evidence.clear();
        finding.location = at("pay/charge.go", side, line, end_line);
        anchor(&change(), &finding).map(|anchor| (anchor.side, anchor.start_line, anchor.line))
    };
    let (left, right) = (Side::Left, Side::Right);
    assert_eq!(place(right, 12, 12), Some((right, None, 12)));
    assert_eq!(place(right, 12, 99), Some((right, Some(12), 16)), "cut at the end of the hunk");
    assert_eq!(place(right, 3, 20), Some((right, None, 12)), "an enclosing block: its first new line");
    assert_eq!(place(right, 9, 9), None);
    assert_eq!(place(right, 17, 17), None);
    assert_eq!(place(left, 12, 12), Some((left, None, 12)));
    assert_eq!(place(left, 10, 13), Some((left, None, 12)), "its removed line");
    assert_eq!(place(left, 13, 13), Some((right, None, 14)), "a context line of the base has moved");
    assert_eq!(place(left, 2, 2), None);
    let by_evidence = anchor(&change(), &finding(25)).map(|anchor| anchor.line);
    assert_eq!(by_evidence, Some(11), "the line that its evidence points at");
}

#[test]
fn a_comment_away_from_its_line_says_which_line_it_means() {
    assert!(body_of(judged(finding(25), Placement::Inline)).contains("** (line 25)"));
}

#[test]
fn the_summary_lists_what_has_no_comment() {
    let mut other = finding(25);
    other.location.path = "a|b`.go".into();
    let decision = decision(vec![judged(finding(12), Placement::Inline), judged(other, Placement::Summary)]);
    let outside = [&decision.findings[1], &decision.findings[0]];
    insta::assert_snapshot!(summary(&decision, &outside, &links()).unwrap(), @r"
    **2 findings** beyond the comments in the diff, as of [`0123456`](https://github.com/acme/shop/commit/0123456789abcdef0123456789abcdef01234567).

    <details><summary>Show them</summary>

    | Where | What happens | Rule |
    |---|---|---|
    | [``a\|b`.go:25``](https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567/a%7Cb%60.go#L25) | When the charge fails, the log says so but not why: `err` is not among its fields. | [`errors/log-drops-error`](https://sightline.example/rules/errors/log-drops-error) |
    | [`pay/charge.go:12`](https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567/pay/charge.go#L12) | When the charge fails, the log says so but not why: `err` is not among its fields. | [`errors/log-drops-error`](https://sightline.example/rules/errors/log-drops-error) |

    </details>

    <details><summary>1 note about the analysis</summary>

    - `pay/@octocat.rb`: its language is not read yet

    </details>

    <!-- sightline:summary v1 -->
    ");
    assert_eq!(summary(&decision, &[], &links()), None);
}

#[test]
fn a_summary_is_cut_between_rows() {
    let decision = decision((0..500).map(|_| judged(finding(12), Placement::Summary)).collect());
    let outside: Vec<_> = decision.findings.iter().collect();
    let text = summary(&decision, &outside, &links()).unwrap();
    assert!(text.len() < 40_000);
    assert!(text.contains("more are listed in the check run."));
    assert!(text.ends_with("<!-- sightline:summary v1 -->"));
}

#[test]
fn the_check_run_tells_the_whole_story() {
    let mut decision = decision(vec![judged(finding(12), Placement::Inline), judged(finding(25), Placement::Report)]);
    decision
        .files
        .push(FileOutcome { path: "b.go".into(), state: FileState::Partial("the parser lost its way".into()) });
    decision
        .notes
        .push(Note::general(NoteKind::Configuration, "the configuration is broken, so the defaults were used"));
    decision.suppressed.push(Suppressed { finding: finding(14), by: "line 14: `sightline: allow`".into() });
    let run = check_run(&decision, &change(), &links());
    assert_eq!(run.verdict, Verdict::Success);
    assert_eq!(run.title, "2 files analysed (1 in part), 1 skipped, 1 finding (1 below the bar)");
    insta::assert_snapshot!(run.summary, @r"
    Sightline looked at [`0123456`](https://github.com/acme/shop/commit/0123456789abcdef0123456789abcdef01234567), compared with `fedcba9`.

    **1 finding**: 1 warning.

    <details><summary>3 notes about the analysis</summary>

    - `pay/@octocat.rb`: its language is not read yet
    - `b.go`: analysed in part: the parser lost its way
    - the configuration is broken, so the defaults were used

    </details>

    <details><summary>1 finding below the bar for comments</summary>

    - [`pay/charge.go:25`](https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567/pay/charge.go#L25): when the charge fails, the log says so but not why: `err` is not among its fields ([`errors/log-drops-error`](https://sightline.example/rules/errors/log-drops-error))

    </details>

    <details><summary>1 finding silenced</summary>

    - `pay/charge.go:14` `errors/log-drops-error`: line 14: `sightline: allow`

    </details>
    ");
    insta::assert_snapshot!(run.text.unwrap(), @r"
    | Where | What happens | Rule |
    |---|---|---|
    | [`pay/charge.go:12`](https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567/pay/charge.go#L12) | When the charge fails, the log says so but not why: `err` is not among its fields.<br>↳ `logger` is a slog logger ([`pay/log.go:4`](https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567/pay/log.go#L4))<br>↳ `err` is in scope and never read ([`pay/charge.go:11`](https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567/pay/charge.go#L11))<br>**Do:** Pass the error under `err`. | warning · [`errors/log-drops-error`](https://sightline.example/rules/errors/log-drops-error) |
    ");
    insta::assert_debug_snapshot!(run.annotations, @r#"
    [
        Annotation {
            path: "pay/charge.go",
            start_line: 12,
            end_line: 12,
            columns: None,
            level: Warning,
            title: "errors/log-drops-error",
            message: "When the charge fails, the log says so but not why: `err` is not among its fields.\nPass the error under `err`.",
            raw_details: Some(
                "`logger` is a slog logger (pay/log.go:4)\n`err` is in scope and never read (pay/charge.go:11)",
            ),
        },
    ]
    "#);
}

#[test]
fn a_run_that_looked_at_nothing_is_not_green() {
    let mut decision = decision(Vec::new());
    decision.files.remove(0);
    let run = check_run(&decision, &change(), &links());
    assert_eq!((run.verdict, run.title.as_str()), (Verdict::Neutral, "0 files analysed, 1 skipped, no findings"));
    assert!(run.summary.contains("This is not an approval"));
    let failed = not_analysed_run("could not fetch @octocat's change", Verdict::Neutral);
    assert_eq!(failed.title, "Not analysed: could not fetch @octocat's change");
    assert!(!failed.summary.contains("@octocat"));
}

#[test]
fn the_gate_alone_makes_it_red() {
    let mut red = decision(vec![judged(Finding { severity: Severity::Error, ..finding(12) }, Placement::Inline)]);
    assert_eq!(check_run(&red, &change(), &links()).verdict, Verdict::Success);
    red.conclusion = Conclusion::Failure;
    assert_eq!(check_run(&red, &change(), &links()).verdict, Verdict::Failure);
}

#[test]
fn a_thousand_findings_stay_within_the_limits() {
    let run =
        check_run(&decision((0..1000).map(|_| judged(finding(12), Placement::Summary)).collect()), &change(), &links());
    assert_eq!(run.annotations.len(), 100);
    assert!(run.summary.contains("100 of 1000 findings are annotated"), "{}", run.summary);
    let text = run.text.unwrap();
    assert!(text.len() <= 65_535 && text.contains("rows do not fit"), "{}", text.len());
    assert!(text.lines().rev().nth(2).unwrap().ends_with('|'), "the last row is whole");
}

#[test]
fn removed_lines_are_annotated_where_they_were() {
    let mut gone = finding(12);
    gone.location.side = Side::Left;
    let run = check_run(&decision(vec![judged(gone, Placement::Inline)]), &change(), &links());
    assert_eq!((run.annotations[0].start_line, run.annotations[0].columns), (14, None));
}

#[test]
fn what_became_of_a_finding() {
    let mut decision = decision(vec![judged(finding(12), Placement::Report)]);
    decision.suppressed.push(Suppressed { finding: finding(14), by: "line 14: allowed".into() });
    decision.files.push(FileOutcome { path: "b.go".into(), state: FileState::Partial("lost".into()) });
    let outcome = |fingerprint, path: &str| closing::outcome(&decision, fingerprint, &path.into(), &links());
    assert!(outcome("fp99", "pay/charge.go").unwrap().starts_with("✅ Fixed in [`0123456`]"));
    assert!(outcome("fp99", "no/longer/in/the/change.go").unwrap().starts_with("✅"));
    assert_eq!(outcome("fp14~2", "pay/charge.go").as_deref(), Some("🔇 Silenced: Line 14: allowed."));
    assert_eq!(outcome("fp12", "pay/charge.go"), None, "still there, only not worth a comment");
    assert_eq!(outcome("fp99", "b.go"), None, "not wholly read");
    assert_eq!(outcome("fp99", "pay/@octocat.rb"), None, "not read");
}
