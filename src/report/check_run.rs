//! The check run: the whole story of one commit. Its title always carries how much was looked at, and a run that looked
//! at nothing is never green. Texts that would pass GitHub's limits are cut between rows, and say so.

use std::fmt::Write;

use super::anchor;
use super::comment::{counted, not_analysed, rule, severity};
use super::coverage;
use super::links::Links;
use super::markdown_text::{cell_code, cell_prose, code, prose, sentence, shortened, visible};
use crate::model::publication::{Annotation, AnnotationLevel, CheckRun, MAX_ANNOTATIONS, Verdict};
use crate::model::{ChangeSet, FileStatus, Finding, Location, Severity, Side};
use crate::policy::{Conclusion, Decision, Judged, Placement};

/// GitHub's limit for summary and text, each; counted in bytes here, which is never less than its characters.
const MAX_TEXT: usize = 65_535;
const MAX_LISTED: usize = 50;

pub fn check_run(decision: &Decision, change: &ChangeSet, links: &Links) -> CheckRun {
    let shown: Vec<&Judged> = decision.findings.iter().filter(|judged| judged.placement != Placement::Report).collect();
    let verdict = verdict(decision);
    let annotations: Vec<Annotation> =
        shown.iter().filter_map(|judged| annotation(judged, change, verdict)).take(MAX_ANNOTATIONS).collect();
    CheckRun {
        title: title(decision, shown.len(), quiet(decision).count()),
        summary: summary(decision, &shown, annotations.len(), links),
        text: details(&shown, links),
        verdict,
        annotations,
    }
}

/// A run about a commit that was not analysed at all, with the reason.
pub fn not_analysed_run(reason: &str, verdict: Verdict) -> CheckRun {
    let title = match verdict {
        Verdict::Cancelled => shortened(&visible(reason), 120),
        _ => format!("Not analysed: {}", shortened(&visible(reason), 120)),
    };
    let summary = format!("{}\n\nNothing was analysed at this commit.", prose(&sentence(&shortened(reason, 2_000))));
    CheckRun { title, summary, text: None, verdict, annotations: Vec::new() }
}

fn verdict(decision: &Decision) -> Verdict {
    let (whole, part, _) = decision.file_counts();
    match decision.conclusion {
        Conclusion::Failure => Verdict::Failure,
        Conclusion::Success if whole + part > 0 => Verdict::Success,
        Conclusion::Success | Conclusion::Neutral => Verdict::Neutral,
    }
}

/// Findings that are not worth a comment: rules on trial, weak evidence, a configuration that only observes.
fn quiet(decision: &Decision) -> impl Iterator<Item = &Judged> {
    decision.at(Placement::Report)
}

fn title(decision: &Decision, findings: usize, quiet: usize) -> String {
    let (whole, part, skipped) = decision.file_counts();
    let mut title = format!("{} analysed", counted(whole + part, "file"));
    if part > 0 {
        let _ = write!(title, " ({part} in part)");
    }
    if skipped > 0 {
        let _ = write!(title, ", {skipped} skipped");
    }
    let findings = if findings == 0 { "no findings".to_owned() } else { counted(findings, "finding") };
    let _ = write!(title, ", {findings}");
    if quiet > 0 {
        let _ = write!(title, " ({quiet} below the bar)");
    }
    title
}

fn summary(decision: &Decision, shown: &[&Judged], annotated: usize, links: &Links) -> String {
    let (whole, part, skipped) = decision.file_counts();
    let mut out = format!("Sightline looked at {}", links.commit());
    let _ = match &links.base {
        Some(base) => writeln!(out, ", compared with `{}`.\n", visible(base.short())),
        None => writeln!(out, ".\n"),
    };
    if whole + part == 0 {
        out.push_str(
            "**Nothing was analysed**: no changed file is in a language Sightline reads. This is not an approval.\n\n",
        );
    } else if shown.is_empty() {
        out.push_str("It found nothing to tell the author of this change.\n\n");
    } else {
        let count = |wanted| shown.iter().filter(|judged| judged.finding.severity == wanted).count();
        let parts: Vec<_> = [Severity::Error, Severity::Warning, Severity::Notice]
            .into_iter()
            .map(|level| (count(level), level))
            .filter(|(count, _)| *count > 0)
            .map(|(count, level)| counted(count, severity(level)))
            .collect();
        let _ = writeln!(out, "**{}**: {}.\n", counted(shown.len(), "finding"), parts.join(", "));
    }
    out.push_str(&coverage::markdown(decision, links));
    if annotated < shown.len() {
        let _ = writeln!(
            out,
            "{annotated} of {} findings are annotated in the diff; the rest is in the table below.\n",
            shown.len()
        );
    }
    if skipped > 0 || part > 0 || !decision.notes.is_empty() {
        out.push_str(&not_analysed(decision));
    }
    out.push_str(&below_the_bar(decision, links));
    out.push_str(&suppressed(decision));
    cut(out.split_inclusive('\n').map(str::to_owned), MAX_TEXT)
}

fn below_the_bar(decision: &Decision, links: &Links) -> String {
    let count = quiet(decision).count();
    if count == 0 {
        return String::new();
    }
    let mut out = format!("<details><summary>{} below the bar for comments</summary>\n\n", counted(count, "finding"));
    for Judged { finding, .. } in quiet(decision).take(MAX_LISTED) {
        let at = &finding.location;
        let message = prose(&shortened(&finding.message, 200));
        let _ = writeln!(out, "- [{}]({}): {message} ({})", spot(at), links.line(at), rule(&finding.rule, links));
    }
    if count > MAX_LISTED {
        let _ = writeln!(out, "- and {} more", count - MAX_LISTED);
    }
    out.push_str("\n</details>\n\n");
    out
}

fn suppressed(decision: &Decision) -> String {
    if decision.suppressed.is_empty() {
        return String::new();
    }
    let mut out = format!("<details><summary>{} silenced</summary>\n\n", counted(decision.suppressed.len(), "finding"));
    for silenced in decision.suppressed.iter().take(MAX_LISTED) {
        let at = &silenced.finding.location;
        let place = code(&format!("{}:{}", at.path, at.line));
        let _ = writeln!(
            out,
            "- {place} {}: {}",
            code(silenced.finding.rule.as_str()),
            prose(&shortened(&silenced.by, 200))
        );
    }
    if decision.suppressed.len() > MAX_LISTED {
        let _ = writeln!(out, "- and {} more", decision.suppressed.len() - MAX_LISTED);
    }
    out.push_str("\n</details>\n");
    out
}

/// Every finding with its evidence; `None` when there is none.
fn details(shown: &[&Judged], links: &Links) -> Option<String> {
    if shown.is_empty() {
        return None;
    }
    let head = "| Where | What happens | Rule |\n|---|---|---|\n".to_owned();
    let rows = shown.iter().map(|judged| row(judged, links));
    Some(cut(std::iter::once(head).chain(rows), MAX_TEXT))
}

fn row(judged: &Judged, links: &Links) -> String {
    let finding = &judged.finding;
    let mut what = cell_prose(&sentence(&shortened(&finding.message, 400)));
    for link in finding.evidence.iter().take(6) {
        let place =
            link.location.as_ref().map(|at| format!(" ([{}]({}))", spot(at), links.line(at))).unwrap_or_default();
        let _ = write!(what, "<br>↳ {}{place}", cell_prose(&shortened(link.text.trim(), 200)));
    }
    if !finding.help.is_empty() {
        let _ = write!(what, "<br>**Do:** {}", cell_prose(&sentence(&shortened(&finding.help, 300))));
    }
    let repeats: Vec<_> =
        judged.repeats.iter().take(10).map(|at| format!("[{}]({})", at.line, links.line(at))).collect();
    if !repeats.is_empty() {
        let more = judged.repeats.len() - repeats.len();
        let _ = write!(
            what,
            "<br>Also at {}{}",
            repeats.join(", "),
            if more > 0 { format!(" and {more} more") } else { String::new() }
        );
    }
    let at = &finding.location;
    format!(
        "| [{}]({}) | {what} | {} · {} |\n",
        spot(at),
        links.line(at),
        severity(finding.severity),
        rule(&finding.rule, links)
    )
}

fn spot(at: &Location) -> String {
    cell_code(&shortened(&format!("{}:{}", at.path, at.line), 160))
}

/// Whole rows up to the limit, and how many are missing.
fn cut(rows: impl Iterator<Item = String>, max: usize) -> String {
    let room = max - 80;
    let mut out = String::new();
    let mut left = 0;
    for row in rows {
        if left == 0 && out.len() + row.len() <= room {
            out.push_str(&row);
        } else {
            left += 1;
        }
    }
    if left > 0 {
        let _ = write!(out, "\nCut here: {left} more rows do not fit into GitHub's limit.\n");
    }
    out
}

fn annotation(judged: &Judged, change: &ChangeSet, verdict: Verdict) -> Option<Annotation> {
    let finding = &judged.finding;
    let (path, line, end_line) = annotated_lines(change, finding)?;
    let level = match finding.severity {
        Severity::Notice => AnnotationLevel::Notice,
        // A red mark beside a check that passes would contradict it.
        Severity::Error if verdict == Verdict::Failure => AnnotationLevel::Failure,
        Severity::Warning | Severity::Error => AnnotationLevel::Warning,
    };
    let (from, to) = finding.location.columns;
    let single = line == end_line && finding.location.side == Side::Right && from >= 1 && to > from;
    let mut message = sentence(&shortened(&visible(&finding.message), 1_000));
    if !finding.help.is_empty() {
        let _ = write!(message, "\n{}", sentence(&shortened(&visible(&finding.help), 1_000)));
    }
    Some(Annotation {
        path,
        start_line: line,
        end_line,
        columns: single.then_some((from, to)),
        level,
        title: shortened(finding.rule.as_str(), 255),
        message,
        raw_details: evidence(finding),
    })
}

fn evidence(finding: &Finding) -> Option<String> {
    let line = |link: &crate::model::Evidence| {
        let place = link.location.as_ref().map(|at| format!(" ({}:{})", at.path, at.line)).unwrap_or_default();
        visible(&format!("{}{place}", shortened(&link.text, 400)))
    };
    let lines: Vec<_> = finding.evidence.iter().take(20).map(line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Annotations number the lines of the head: a removed line is shown where it was, a removed file not at all.
fn annotated_lines(change: &ChangeSet, finding: &Finding) -> Option<(crate::model::FilePath, u32, u32)> {
    let at = &finding.location;
    if at.side == Side::Right {
        return Some((at.path.clone(), at.line.max(1), at.end_line.max(at.line).max(1)));
    }
    let file = anchor::file_of(change, &at.path).filter(|file| file.status != FileStatus::Removed)?;
    let hunk =
        file.hunks.iter().find(|hunk| (hunk.old_start..hunk.old_start + hunk.old_lines.max(1)).contains(&at.line));
    let line = hunk.and_then(|hunk| anchor::survivor(hunk, at.line)).unwrap_or(1);
    Some((file.path.clone(), line, line))
}
