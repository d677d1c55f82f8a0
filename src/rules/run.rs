//! Runs every rule over one difference of facts. A rule that fails inside becomes a note; the others go on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::fingerprint::fingerprint_all;
use super::list::RULES;
use super::meta::meta;
use super::rule::{Change, Report};
use crate::facts::Delta;
use crate::model::{Finding, Note, NoteKind};

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
