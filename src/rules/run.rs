//! Runs every rule over one difference of facts. A rule that fails inside becomes a note; the others go on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::fingerprint::fingerprint_all;
use super::list::RULES;
use super::meta::meta;
use super::operation::touched;
use super::rule::{Change, Report};
use crate::facts::Delta;
use crate::model::{Finding, Note, NoteKind, Operation};

/// The operations that a change touches, with what is known of each.
pub fn operations(delta: &Delta<'_>) -> (Vec<Operation>, Option<Note>) {
    match catch_unwind(AssertUnwindSafe(|| touched(delta))) {
        Ok(operations) => (operations, None),
        Err(_) => {
            let text = "the operations of this change could not be counted; please report it";
            (Vec::new(), Some(Note::general(NoteKind::RuleFailed, text)))
        }
    }
}

/// All findings, in the order of path and line, with their fingerprints.
pub fn run(delta: &Delta<'_>) -> (Vec<Finding>, Vec<Note>) {
    let change = Change { delta };
    let mut findings = Vec::new();
    let mut notes = Vec::new();
    for rule in RULES {
        let meta = meta(rule.id);
        let mut report = Report::new(rule, meta.severity, meta.mode);
        // The facts are only read, so nothing is left half-written when a rule unwinds.
        match catch_unwind(AssertUnwindSafe(|| (rule.check)(&change, &mut report))) {
            Ok(()) => findings.extend(report.findings.into_iter().map(|mut finding| {
                finding.confidence = finding.confidence.min(meta.confidence);
                finding
            })),
            Err(_) => notes.push(Note::general(
                NoteKind::RuleFailed,
                format!("rule {} failed inside and was left out; please report it", rule.id),
            )),
        }
    }
    let place = |finding: &Finding| {
        let at = &finding.location;
        (at.path.clone(), at.line, at.columns, finding.rule.clone())
    };
    findings.sort_by_key(place);
    findings.dedup_by(|later, earlier| later.rule == earlier.rule && later.location == earlier.location);
    fingerprint_all(&mut findings, delta);
    (findings, notes)
}
