//! `sightline rules` and the rules of the repository it stands in: as they lie on disk, so that people see what they
//! are writing. A review uses those of the base.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::words::{USAGE, word};
use crate::model::RuleId;
use crate::report::terminal::visible_lines;
use crate::rules::custom::{CustomRule, Fault, Outcome, RuleSet, Trial, load, trial};
use crate::workspace::RuleFiles;

/// Rules that can be used, for a list. Broken ones are the business of `sightline rules test`.
pub(super) fn of_repository(path: &Path) -> RuleSet {
    let files = RuleFiles::read(path).unwrap_or_default();
    load(&files.rules).0
}

pub(super) fn row(rule: &CustomRule) -> (String, String, String, String) {
    let about = if rule.message.is_empty() { rule.path.as_str() } else { &rule.message };
    (
        rule.id.as_str().to_owned(),
        word(rule.severity),
        rule.language.name().to_ascii_lowercase(),
        visible_lines(about).replace('\n', " "),
    )
}

pub(super) fn listed(rule: &CustomRule) -> Value {
    json!({
        "id": rule.id.as_str(), "title": rule.message, "severity": rule.severity, "confidence": rule.confidence,
        "mode": crate::model::Mode::ChangedLines, "languages": [rule.language], "path": rule.path.as_str(),
        "line": rule.line,
    })
}

pub(super) fn explanation(rule: &CustomRule) -> String {
    let mut out = format!(
        "{} ({}, a rule of this repository)\nlanguage: {}\ndefined in {}:{}\n",
        rule.id,
        word(rule.severity),
        rule.language,
        visible_lines(rule.path.as_str()),
        rule.line
    );
    for text in [&rule.message, &rule.note].into_iter().filter(|text| !text.is_empty()) {
        let _infallible = write!(out, "\n{}\n", visible_lines(text));
    }
    out
}

/// Runs the tests of the rules below a folder.
pub(super) fn test(path: &Path) -> anyhow::Result<ExitCode> {
    let files = RuleFiles::read(path)?;
    if files.rules.is_empty() {
        let folder = files.folder.display();
        anstream::eprintln!(
            "error: there are no rules in {folder}; `sightline rules new --custom ID` writes a first one"
        );
        return Ok(ExitCode::from(USAGE));
    }
    let (set, mut faults) = load(&files.rules);
    let (trials, more) = trial(&set, &files.tests);
    faults.extend(more);
    let report = Report::of(&set, &trials, &faults);
    super::super::check::write_out(&report.text)?;
    for fault in &faults {
        anstream::eprintln!("error: {}", visible_lines(&fault.to_string()));
    }
    Ok(match (faults.is_empty(), report.failed) {
        (false, _) => ExitCode::from(USAGE),
        (true, 0) => ExitCode::SUCCESS,
        (true, _) => ExitCode::FAILURE,
    })
}

struct Report {
    text: String,
    failed: usize,
}

impl Report {
    fn of(set: &RuleSet, trials: &[Trial], faults: &[Fault]) -> Self {
        let mut by_rule: BTreeMap<&RuleId, Vec<&Trial>> = set.rules.iter().map(|rule| (&rule.id, Vec::new())).collect();
        for trial in trials {
            by_rule.entry(&trial.rule).or_default().push(trial);
        }
        let mut report = Self { text: String::new(), failed: 0 };
        let mut total = 0;
        for (rule, trials) in &by_rule {
            total += report.rule(rule, trials);
        }
        let broken = if faults.is_empty() { String::new() } else { format!(", {} broken", faults.len()) };
        let _infallible = writeln!(
            report.text,
            "{} rules{broken}, {total} tests: {} passed, {} failed",
            set.rules.len(),
            total - report.failed,
            report.failed
        );
        report
    }

    /// Answers with the number of tests.
    fn rule(&mut self, rule: &RuleId, trials: &[&Trial]) -> usize {
        let outcomes: usize = trials.iter().map(|trial| trial.outcomes.len()).sum();
        let failed: usize =
            trials.iter().flat_map(|trial| &trial.outcomes).filter(|outcome| **outcome != Outcome::Passed).count();
        self.failed += failed;
        let _infallible = match (outcomes, failed) {
            (0, _) => writeln!(self.text, "{rule}: no tests"),
            (1, 0) => writeln!(self.text, "{rule}: 1 test passed"),
            (_, 0) => writeln!(self.text, "{rule}: {outcomes} tests passed"),
            _ => writeln!(self.text, "{rule}: {failed} of {outcomes} failed"),
        };
        for trial in trials {
            let failures = trial.outcomes.iter().filter(|outcome| **outcome != Outcome::Passed);
            failures.for_each(|outcome| self.failure(trial, outcome));
        }
        outcomes
    }

    fn failure(&mut self, trial: &Trial, outcome: &Outcome) {
        let (what, code) = match outcome {
            Outcome::Passed => return,
            Outcome::Noisy { code, matched } => {
                (format!("valid code is matched, namely `{}`", one_line(matched)), code)
            }
            Outcome::Missed { code } => ("invalid code is not matched".to_owned(), code),
            Outcome::Unclear { code, why } => (format!("could not be tried: {why}"), code),
        };
        let path = visible_lines(trial.path.as_str());
        let _infallible = writeln!(self.text, "  {path}:{}: {what}", trial.line);
        for line in visible_lines(code).lines().take(12) {
            let _infallible = writeln!(self.text, "    | {line}");
        }
    }
}

fn one_line(text: &str) -> String {
    let line = visible_lines(text).split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(80).collect()
}
