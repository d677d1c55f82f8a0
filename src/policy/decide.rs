//! From findings to a decision: configuration, suppressions, modes, budget and gate, in this order.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::budget::{Candidate, best_placement, place};
use super::config::{Config, Level};
use super::decision::{Decision, FileOutcome, Placement, Suppressed};
use super::gate::conclude;
use super::scope;
use super::suppress::{FileText, OPERATION, Silence};
use crate::model::{ChangeSet, FileChange, FilePath, Finding, Note, NoteKind, Operation, RuleId, Sights};
use crate::rules;

/// What the engine hands over.
#[derive(Default)]
pub struct Input {
    pub findings: Vec<Finding>,
    pub notes: Vec<Note>,
    pub files: Vec<FileOutcome>,
    /// The files of the head that were read, for the suppressions in their comments.
    pub texts: Vec<FileText>,
    pub operations: Vec<Operation>,
    /// A whole tree instead of a change: nothing is held back for its size.
    pub whole: bool,
}

/// What to say about a change, and how loud. `today` is the day on which suppressions may have ended.
pub fn decide(change: &ChangeSet, input: Input, config: &Config, today: NaiveDate) -> Decision {
    let Input { findings, mut notes, files, texts, operations, whole } = input;
    let mut silence = Silence::read(&texts, today);
    let operations = applicable(operations, config, &mut silence);
    let bulk = !whole && scope::is_bulk(&change.files);
    let by_path: HashMap<&FilePath, &FileChange> = change.files.iter().map(|file| (&file.path, file)).collect();
    let mut suppressed = Vec::new();
    let mut candidates = Vec::new();
    let mut held_back = 0;
    for mut finding in findings {
        let Some(file) = by_path.get(&finding.location.path).copied().or_else(|| file_of(change, &finding)) else {
            continue;
        };
        if config.ignores(&finding.location.path) {
            continue;
        }
        // Asked before anything else, so that a suppression of a finding on an old line counts as used.
        let silenced = silence.silences(&finding);
        if !scope::belongs(file, &finding) {
            continue;
        }
        let Some(severity) = config.severity(&finding.rule, &finding.location.path, finding.severity) else {
            suppressed.push(Suppressed { finding, by: "switched off in .github/sightline.yml".to_owned() });
            continue;
        };
        finding.severity = severity;
        if let Some(by) = silenced {
            suppressed.push(Suppressed { finding, by });
            continue;
        }
        let quiet = bulk && !scope::speaks_in_bulk(&finding);
        held_back += usize::from(quiet);
        let best = loudest(file, &finding, quiet, config);
        candidates.push(Candidate { finding, best });
    }
    if held_back > 0 {
        let what = if held_back == 1 { "finding that is no error was" } else { "findings that are no errors were" };
        let text = format!("this change is large; {held_back} {what} left to the full report");
        notes.push(Note::general(NoteKind::Analysis, text));
    }
    notes.extend(silence.into_notes(&change.files));
    notes.sort();
    notes.dedup();
    let findings = place(candidates, config.comments.inline_max);
    let conclusion = conclude(config, &findings, &files, Sights::of(&operations));
    Decision { findings, suppressed, notes, operations, files, conclusion }
}

/// Operations that somebody may want to see: not ignored, and not said to be none by a comment.
fn applicable(mut operations: Vec<Operation>, config: &Config, silence: &mut Silence) -> Vec<Operation> {
    let rule = RuleId::new(OPERATION);
    operations.retain(|one| {
        let place = &one.location;
        !config.ignores(&place.path) && !silence.allows(&rule, &place.path, place.line)
    });
    operations
}

/// A finding is about a changed file, under the name of the side it stands on.
fn file_of<'a>(change: &'a ChangeSet, finding: &Finding) -> Option<&'a FileChange> {
    change.files.iter().find(|file| *file.base_path() == finding.location.path)
}

fn loudest(file: &FileChange, finding: &Finding, quiet: bool, config: &Config) -> Placement {
    let monitored = rules::find(finding.rule.as_str()).is_some_and(|rule| rules::meta(rule.id).monitor);
    if quiet || monitored || config.level == Level::Observe {
        return Placement::Report;
    }
    best_placement(finding, scope::can_comment(file, &finding.location))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, Mode, Severity, SourceText, Span};
    use crate::policy::testing::{change, finding};
    use crate::policy::{Conclusion, FileState};

    const RULE: &str = "errors/swallowed-io-failure";

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, 1).unwrap()
    }

    fn decided(findings: Vec<Finding>, config: &str) -> Decision {
        let set = ChangeSet { files: vec![change("a.go", &[5, 6]), change("b.go", &[1])], ..ChangeSet::default() };
        let files = vec![FileOutcome { path: "a.go".into(), state: FileState::Analysed }];
        decide(&set, Input { findings, files, ..Input::default() }, &Config::parse(config).unwrap(), today())
    }

    #[test]
    fn changed_lines_speak_and_old_ones_do_not() {
        let decision = decided(vec![finding(RULE, "a.go", 5), finding(RULE, "a.go", 50)], "");
        assert_eq!(decision.findings.len(), 1);
        assert_eq!((decision.findings[0].placement, decision.findings[0].repeats.len()), (Placement::Inline, 0));
        assert_eq!(decision.conclusion, Conclusion::Neutral);
        assert_eq!(decided(vec![finding(RULE, "a.go", 50)], "").conclusion, Conclusion::Success);
    }

    #[test]
    fn configuration_silences_raises_and_ignores() {
        let one = || vec![finding(RULE, "a.go", 5)];
        let off = decided(one(), "rules: { severity: { errors/*: off } }");
        assert_eq!((off.findings.len(), off.suppressed.len()), (0, 1));
        let raised = decided(one(), "level: guard\nrules: { severity: { errors/*: error } }");
        assert_eq!(raised.findings[0].finding.severity, Severity::Error);
        assert_eq!(raised.conclusion, Conclusion::Failure);
        let ignored = decided(one(), "paths: { ignore: [a.go] }");
        assert_eq!((ignored.findings.len(), ignored.suppressed.len()), (0, 0));
        let observed = decided(one(), "level: observe");
        assert_eq!((observed.findings[0].placement, observed.conclusion), (Placement::Report, Conclusion::Neutral));
    }

    #[test]
    fn a_suppression_of_an_old_line_counts_as_used() {
        let text = format!("{}// sightline: allow(errors/*) reason=x\nf()\n", "\n".repeat(4));
        let source = SourceText::new(text.as_str());
        let comment = source.line_span(5);
        let texts = vec![FileText { path: "a.go".into(), source, comments: vec![Span { ..comment }] }];
        let set = ChangeSet { files: vec![change("a.go", &[5])], ..ChangeSet::default() };
        let input = Input { findings: vec![finding(RULE, "a.go", 6)], texts, ..Input::default() };
        let decision = decide(&set, input, &Config::default(), today());
        assert_eq!((decision.findings.len(), decision.notes.len()), (0, 0), "{:?}", decision.notes);
    }

    #[test]
    fn bulk_changes_leave_what_is_no_error_to_the_report() {
        let files: Vec<FileChange> = (0..70).map(|index| change(&format!("{index}.go"), &[1])).collect();
        let set = ChangeSet { files, ..ChangeSet::default() };
        let loud = Finding { severity: Severity::Error, ..finding(RULE, "1.go", 1) };
        let compared = Finding { mode: Mode::Compare, ..finding(RULE, "2.go", 1) };
        let findings = vec![loud, compared, finding(RULE, "3.go", 1)];
        let decision = decide(&set, Input { findings, ..Input::default() }, &Config::default(), today());
        let placements: Vec<Placement> = decision.findings.iter().map(|judged| judged.placement).collect();
        assert_eq!(placements, [Placement::Inline, Placement::Inline, Placement::Report]);
        assert!(decision.notes[0].text.contains("1 finding that is no error was left"), "{:?}", decision.notes);
    }

    #[test]
    fn doubtful_findings_are_for_reports() {
        let doubtful = Finding { confidence: Confidence::Possible, ..finding(RULE, "a.go", 5) };
        assert_eq!(decided(vec![doubtful], "").findings[0].placement, Placement::Report);
    }
}
