//! The decision as JSON, for programs. The format has a version of its own: fields may be added within one version,
//! and nothing is renamed or removed.
//!
//! | field | content |
//! |---|---|
//! | `version` | 1 |
//! | `base`, `head` | commits that were compared; `null` for an empty tree, the index or the working tree |
//! | `summary` | `conclusion`, numbers of findings by severity, of inline comments, suppressions and files |
//! | `findings[]` | `rule`, `title`, `severity`, `confidence`, `mode`, `path`, `line`, `end_line`, `column`, `end_column`, `side`, `scope`, `message`, `help`, `evidence[]`, `fix`, `fingerprint`, `placement`, `inline`, `folded_into` |
//! | `coverage` | the operations this change touches: `operations`, `observable`, `not_observable`, `unknown`; `percent` and `possible_percent` (surely and possibly observable; `null` below three operations); `list[]` with `kind` (`entry`, `outbound`, `failure`, `boundary`, `job`), `path`, `line`, `end_line`, `column`, `end_column`, `side`, `name`, `sight` (`seen`, `unseen`, `unknown`), `reason`, `marker` (`path`, `line`, or `null`), `unit` |
//! | `suppressed[]` | `rule`, `path`, `line`, `side`, `fingerprint`, `by` |
//! | `notes[]` | `kind`, `path`, `text`: what was not or only partly analysed |
//! | `files[]` | `path`, `state` (`analysed`, `partial`, `skipped`), `reason` |
//!
//! `inline` says whether the finding would be a comment at its line. A repeat of a rule in a file has `folded_into`, the
//! fingerprint of the finding that speaks for it, and no fingerprint of its own.

use serde::Serialize;

use super::tally::Tally;
use crate::model::{
    ChangeSet, CommitSha, Confidence, Fix, Location, Mode, Note, Operation, OperationKind, Severity, Side, Sight,
    Sights,
};
use crate::policy::{Conclusion, Decision, FileOutcome, Judged, Placement};
use crate::rules;

/// The version of the format.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    base: Option<&'a CommitSha>,
    head: Option<&'a CommitSha>,
    summary: Summary,
    findings: Vec<Row<'a>>,
    coverage: Coverage<'a>,
    suppressed: Vec<SuppressedRow<'a>>,
    notes: &'a [Note],
    files: &'a [FileOutcome],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    conclusion: Conclusion,
    errors: usize,
    warnings: usize,
    notices: usize,
    inline: usize,
    suppressed: usize,
    analysed: usize,
    partial: usize,
    skipped: usize,
}

#[derive(Serialize)]
struct Row<'a> {
    rule: &'a str,
    title: Option<&'a str>,
    severity: Severity,
    confidence: Confidence,
    mode: Mode,
    #[serde(flatten)]
    place: Place<'a>,
    scope: &'a str,
    message: &'a str,
    help: &'a str,
    evidence: Vec<EvidenceRow<'a>>,
    fix: Option<&'a Fix>,
    fingerprint: Option<&'a str>,
    placement: Placement,
    inline: bool,
    folded_into: Option<&'a str>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    line: u32,
    end_line: u32,
    column: u32,
    end_column: u32,
    side: Side,
}

/// Operations of a change, or of a whole repository.
#[derive(Serialize)]
pub(super) struct Coverage<'a> {
    #[serde(flatten)]
    sights: Sights,
    percent: Option<u32>,
    possible_percent: Option<u32>,
    list: Vec<OperationRow<'a>>,
}

#[derive(Serialize)]
struct OperationRow<'a> {
    kind: OperationKind,
    #[serde(flatten)]
    place: Place<'a>,
    name: &'a str,
    sight: Sight,
    reason: &'a str,
    marker: Option<Spot<'a>>,
    unit: Option<&'a str>,
}

#[derive(Serialize)]
struct Spot<'a> {
    path: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct EvidenceRow<'a> {
    text: &'a str,
    #[serde(flatten)]
    place: Option<Place<'a>>,
}

#[derive(Serialize)]
struct SuppressedRow<'a> {
    rule: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    fingerprint: &'a str,
    by: &'a str,
}

/// Pretty-printed, with a final newline.
pub fn render(decision: &Decision, change: &ChangeSet) -> String {
    let tally = Tally::of(decision, true);
    let report = Report {
        version: VERSION,
        tool: Tool { name: "sightline", version: env!("CARGO_PKG_VERSION") },
        base: change.base.as_ref(),
        head: change.head.as_ref(),
        summary: Summary {
            conclusion: decision.conclusion,
            errors: tally.errors,
            warnings: tally.warnings,
            notices: tally.notices,
            inline: decision.at(Placement::Inline).count(),
            suppressed: decision.suppressed.len(),
            analysed: tally.analysed,
            partial: tally.partial,
            skipped: tally.skipped,
        },
        findings: decision.findings.iter().flat_map(rows).collect(),
        coverage: coverage(&decision.operations),
        suppressed: decision.suppressed.iter().map(|one| suppressed(&one.finding, &one.by)).collect(),
        notes: &decision.notes,
        files: &decision.files,
    };
    let mut text = serde_json::to_string_pretty(&report).expect("texts and numbers always serialise");
    text.push('\n');
    text
}

pub(super) fn coverage(operations: &[Operation]) -> Coverage<'_> {
    let sights = Sights::of(operations);
    let (percent, possible_percent) = sights.percent().unzip();
    Coverage { sights, percent, possible_percent, list: operations.iter().map(operation).collect() }
}

fn operation(one: &Operation) -> OperationRow<'_> {
    OperationRow {
        kind: one.kind,
        place: place(&one.location),
        name: &one.name,
        sight: one.sight,
        reason: &one.reason,
        marker: one.marker.as_ref().map(|at| Spot { path: at.path.as_str(), line: at.line }),
        unit: one.unit.as_deref(),
    }
}

/// The finding, and each of its repeats as a row of its own.
fn rows(judged: &Judged) -> Vec<Row<'_>> {
    let mut rows = vec![row(judged, &judged.finding.location)];
    rows.extend(judged.repeats.iter().map(|place| Row {
        evidence: Vec::new(),
        fix: None,
        fingerprint: None,
        placement: if judged.placement == Placement::Report { Placement::Report } else { Placement::Summary },
        inline: false,
        folded_into: Some(&judged.finding.fingerprint),
        ..row(judged, place)
    }));
    rows
}

fn row<'a>(judged: &'a Judged, location: &'a Location) -> Row<'a> {
    let finding = &judged.finding;
    Row {
        rule: finding.rule.as_str(),
        title: rules::find(finding.rule.as_str()).map(|rule| rules::meta(rule.id).title.as_str()),
        severity: finding.severity,
        confidence: finding.confidence,
        mode: finding.mode,
        place: place(location),
        scope: &finding.scope,
        message: &finding.message,
        help: &finding.help,
        evidence: finding
            .evidence
            .iter()
            .map(|link| EvidenceRow { text: &link.text, place: link.location.as_ref().map(place) })
            .collect(),
        fix: finding.fix.as_ref(),
        fingerprint: Some(&finding.fingerprint),
        placement: judged.placement,
        inline: judged.placement == Placement::Inline,
        folded_into: None,
    }
}

fn suppressed<'a>(finding: &'a crate::model::Finding, by: &'a str) -> SuppressedRow<'a> {
    SuppressedRow {
        rule: finding.rule.as_str(),
        place: place(&finding.location),
        fingerprint: &finding.fingerprint,
        by,
    }
}

fn place(location: &Location) -> Place<'_> {
    Place {
        path: location.path.as_str(),
        line: location.line,
        end_line: location.end_line,
        column: location.columns.0,
        end_column: location.columns.1,
        side: location.side,
    }
}
