//! A summary in Markdown, for `$GITHUB_STEP_SUMMARY` and for reading elsewhere.

use std::fmt::Write as _;

use super::coverage;
use super::markdown_text::{cell_code, cell_prose, code, fence, prose, sentence};
use super::tally::{Tally, counted};
use crate::model::{Severity, Side};
use crate::policy::{Decision, FileState, Judged, Placement};

/// GitHub shows a megabyte of summary; a table longer than this is read by nobody.
const ROWS: usize = 200;

pub fn render(decision: &Decision) -> String {
    let tally = Tally::of(decision, false);
    let mut out =
        format!("## Sightline: {}\n\n{}.\n", tally.findings(), sentence(&tally.files()).trim_end_matches('.'));
    let shown: Vec<&Judged> = decision.findings.iter().filter(|one| one.placement != Placement::Report).collect();
    if !shown.is_empty() {
        out.push_str("\n| | Rule | Where | What happens |\n|---|---|---|---|\n");
        for judged in shown.iter().take(ROWS) {
            let _infallible = writeln!(out, "{}", row(judged));
        }
        if shown.len() > ROWS {
            let _infallible = writeln!(out, "\n…and {} more.", shown.len() - ROWS);
        }
        for judged in shown.iter().filter(|judged| judged.placement == Placement::Inline) {
            details(judged, &mut out);
        }
    }
    if let Some(line) = coverage::line(decision.sights()) {
        let _infallible = writeln!(out, "\n{line}.");
    }
    notes(decision, &mut out);
    out
}

fn row(judged: &Judged) -> String {
    let finding = &judged.finding;
    let sign = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    };
    let more = match judged.repeats.len() {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let message = cell_prose(&sentence(&finding.message));
    format!("| {sign} | {} | {}{more} | {message} |", cell_code(finding.rule.as_str()), cell_code(&place(judged)))
}

fn place(judged: &Judged) -> String {
    let place = &judged.finding.location;
    let before = if place.side == Side::Left { " (before)" } else { "" };
    format!("{}:{}{before}", place.path, place.line)
}

fn details(judged: &Judged, out: &mut String) {
    let finding = &judged.finding;
    let _infallible = writeln!(
        out,
        "\n### {} at {}\n\n{}",
        code(finding.rule.as_str()),
        code(&place(judged)),
        prose(&sentence(&finding.message))
    );
    if !finding.evidence.is_empty() {
        out.push('\n');
    }
    for link in &finding.evidence {
        let at = link
            .location
            .as_ref()
            .map(|at| format!(" ({})", code(&format!("{}:{}", at.path, at.line))))
            .unwrap_or_default();
        let _infallible = writeln!(out, "- {}{at}", prose(&link.text));
    }
    if !finding.help.is_empty() {
        let _infallible = writeln!(out, "\n{}", prose(&sentence(&finding.help)));
    }
    if let Some(fix) = &finding.fix {
        let _infallible = writeln!(out, "\n{}", fence("", &fix.replacement));
    }
}

fn notes(decision: &Decision, out: &mut String) {
    let mut lines: Vec<String> = decision
        .notes
        .iter()
        .map(|note| match &note.path {
            Some(path) => format!("- {}: {}", code(path.as_str()), prose(&note.text)),
            None => format!("- {}", prose(&note.text)),
        })
        .collect();
    lines.extend(decision.files.iter().filter_map(|file| match &file.state {
        FileState::Partial(reason) => {
            Some(format!("- {} was read in part: {}", code(file.path.as_str()), prose(reason)))
        }
        FileState::Skipped(_) | FileState::Analysed => None,
    }));
    if lines.is_empty() {
        return;
    }
    let _infallible = writeln!(out, "\n<details><summary>{}</summary>\n", counted(lines.len(), "note"));
    for line in lines.iter().take(ROWS) {
        let _infallible = writeln!(out, "{line}");
    }
    out.push_str("\n</details>\n");
}
