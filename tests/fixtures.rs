//! One named test per fixture: every marker is one finding, every finding has a marker, good code is left alone.
//!
//! `cargo test --test fixtures errors/` runs a family, `… span-not-ended/bad.go` a single file.

mod fixture;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use fixture::{Case, Expected};
use libtest_mimic::{Arguments, Failed, Trial};
use sightline::check::{Analysis, analyse};
use sightline::model::{Finding, Side};
use sightline::syntax::Outcome;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trial = |case: Case| Trial::test(case.name.clone(), move || run(&case));
    let trials = fixture::all().into_iter().map(trial).collect();
    // One process, several threads: each query is compiled once.
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(case: &Case) -> Result<(), Failed> {
    let analysis = analyse(&case.change);
    let mut trouble = String::new();
    unread(&analysis, &mut trouble);
    if case.is_good && !case.expected.is_empty() {
        line(&mut trouble, "a good fixture must not expect findings");
    }
    if !case.is_good && !case.expected.iter().any(|expected| expected.rule == case.rule) {
        line(&mut trouble, &format!("no marker `expect: {}` in it", case.rule));
    }
    compare(case, &analysis.findings, &mut trouble);
    if trouble.is_empty() { Ok(()) } else { Err(Failed::from(trouble)) }
}

fn line(trouble: &mut String, text: &str) {
    let _ = writeln!(trouble, "{text}");
}

/// A fixture that was not read whole proves nothing.
fn unread(analysis: &Analysis, trouble: &mut String) {
    for note in &analysis.notes {
        line(trouble, &format!("note: {note:?}"));
    }
    for (path, outcome) in &analysis.files {
        match outcome {
            Outcome::Whole => {}
            // Manifests may change with the code.
            Outcome::Skipped(_) if sightline::model::Language::of_path(path).is_none() => {}
            other => line(trouble, &format!("{path} was not read whole: {other:?}")),
        }
    }
}

/// Findings of this rule and of every rule that is expected.
fn compare(case: &Case, findings: &[Finding], trouble: &mut String) {
    let mut missing: BTreeMap<&Expected, u32> = case.expected.iter().map(|expected| (expected, 0)).collect();
    let asked = |rule: &str| rule == case.rule || case.expected.iter().any(|expected| expected.rule == rule);
    for finding in findings.iter().filter(|finding| asked(finding.rule.as_str())) {
        let at = Expected {
            path: finding.location.path.as_str().to_owned(),
            line: finding.location.line,
            removed: finding.location.side == Side::Left,
            rule: finding.rule.as_str().to_owned(),
        };
        match missing.get_mut(&at) {
            Some(count) => *count += 1,
            None => line(trouble, &format!("not expected: {}", shown(&at, &finding.message))),
        }
    }
    for (expected, count) in missing {
        match count {
            0 => line(trouble, &format!("expected, not found: {}", shown(expected, ""))),
            1 => {}
            more => line(trouble, &format!("found {more} times: {}", shown(expected, ""))),
        }
    }
}

fn shown(at: &Expected, message: &str) -> String {
    let side = if at.removed { " (removed line)" } else { "" };
    format!("{}:{}{side} {} {message}", at.path, at.line, at.rule)
}
