//! The comments: one per finding in the diff, and one summary for what has no place there. A comment says in one
//! sentence what happens in production, why we think so, what to do and how to silence it; it never grows past what a
//! reviewer reads at a glance.

use std::collections::HashMap;
use std::fmt::Write;

use super::anchor;
use super::coverage;
use super::links::Links;
use super::markdown_text::{cell_code, cell_prose, code, fence, prose, sentence, shortened};
use super::marker::{self, FindingMark, Standing};
use crate::model::publication::{Anchor, ReviewComment};
use crate::model::{ChangeSet, Confidence, FileChange, Finding, Fix, Language, Location, RuleId, Severity, Side};
use crate::policy::{Decision, FileState, Judged, Placement};

/// Characters of a comment, without its suggestion and its marker.
pub const MAX_BODY: usize = 600;
/// The summary comment stays far below GitHub's 65,536: nobody reads more.
const MAX_SUMMARY: usize = 30_000;
const MAX_NOTES: usize = 20;

/// Every finding that may have a comment, in the order of the decision.
pub fn wanted(decision: &Decision, change: &ChangeSet, links: &Links) -> Vec<ReviewComment> {
    let shown = decision.findings.iter().filter(|judged| judged.placement != Placement::Report);
    let mut twins: HashMap<String, usize> = HashMap::new();
    let comments = shown.map(|judged| {
        // Two findings must never share a comment, so twins are numbered in the order of the decision.
        let fingerprint = marker::safe(&judged.finding.fingerprint);
        let twin = twins.entry(fingerprint.clone()).or_default();
        *twin += 1;
        let name = if *twin == 1 { fingerprint } else { format!("{fingerprint}~{twin}") };
        review_comment(judged, name, change, links)
    });
    comments.collect()
}

fn review_comment(judged: &Judged, fingerprint: String, change: &ChangeSet, links: &Links) -> ReviewComment {
    let finding = &judged.finding;
    let file = anchor::file_of(change, &finding.location.path);
    let suggestion = file.and_then(|file| suggestion(finding, file));
    let anchor = match &suggestion {
        Some((anchor, _)) => Some(anchor.clone()),
        None => anchor::anchor(change, finding),
    };
    let elsewhere = anchor.as_ref().is_some_and(|anchor| !covers(anchor, &finding.location)) && suggestion.is_none();
    let suggestion = suggestion.map(|(_, block)| block);
    let mut body = body(judged, elsewhere, suggestion.as_deref(), links);
    body.push_str(&FindingMark::line(&fingerprint, Standing::Open));
    ReviewComment { fingerprint, anchor, body, inline: judged.placement == Placement::Inline }
}

fn covers(anchor: &Anchor, at: &Location) -> bool {
    anchor.side == at.side && (anchor.start_line.unwrap_or(anchor.line)..=anchor.line).contains(&at.line)
}

/// A block GitHub can commit: only when the fix is certain, changes something, and lies on the head side of one hunk.
fn suggestion(finding: &Finding, file: &FileChange) -> Option<(Anchor, String)> {
    let fix = finding.fix.as_ref().filter(|_| finding.confidence == Confidence::Certain)?;
    if finding.location.side != Side::Right
        || fix.replacement.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
    {
        return None;
    }
    let anchor = anchor::replacement(file, fix.line, fix.end_line)?;
    (head_lines(file, fix)? != fix.replacement).then(|| (anchor, fence("suggestion", &fix.replacement)))
}

fn head_lines(file: &FileChange, fix: &Fix) -> Option<String> {
    let lines = file.head.text()?.lines().skip(fix.line as usize - 1);
    Some(lines.take((fix.end_line - fix.line + 1) as usize).collect::<Vec<_>>().join("\n"))
}

fn body(judged: &Judged, elsewhere: bool, suggestion: Option<&str>, links: &Links) -> String {
    let (head, footer) = text_within_budget(judged, elsewhere, links);
    let suggestion = suggestion.map(|block| format!("{block}\n\n")).unwrap_or_default();
    format!("{head}\n\n{suggestion}{footer}\n\n")
}

/// The text above and below the suggestion. Sheds evidence first, then shortens the help, then the sentence.
fn text_within_budget(judged: &Judged, elsewhere: bool, links: &Links) -> (String, String) {
    let footer = footer(&judged.finding, links);
    let budget = MAX_BODY.saturating_sub(footer.chars().count() + 4);
    let mut shape = Shape { evidence: judged.finding.evidence.len(), help: 240, message: 280 };
    loop {
        let head = head(judged, elsewhere, shape);
        if head.chars().count() <= budget || shape.message < 40 {
            return (head, footer);
        }
        match shape {
            Shape { evidence: 2.., .. } => shape.evidence -= 1,
            Shape { help: 100.., .. } => shape.help -= 40,
            Shape { evidence: 1, .. } => shape.evidence = 0,
            Shape { message: 120.., .. } => shape.message -= 40,
            Shape { help: 1.., .. } => shape.help = 0,
            _ => shape.message -= 20,
        }
    }
}

#[derive(Clone, Copy)]
struct Shape {
    evidence: usize,
    help: usize,
    message: usize,
}

fn head(judged: &Judged, elsewhere: bool, shape: Shape) -> String {
    let finding = &judged.finding;
    let mut out = format!("**{}**", prose(&sentence(&shortened(&finding.message, shape.message))));
    if elsewhere {
        let side = if finding.location.side == Side::Left { " of the base" } else { "" };
        let _ = write!(out, " (line {}{side})", finding.location.line);
    }
    let more = finding.evidence.len() - shape.evidence;
    if shape.evidence > 0 {
        out.push('\n');
    }
    for link in &finding.evidence[..shape.evidence] {
        let place = link.location.as_ref().map(|at| place(at, finding)).unwrap_or_default();
        let _ = write!(out, "\n- {}{place}", prose(&shortened(link.text.trim(), 140)));
    }
    if more > 0 && shape.evidence > 0 {
        let _ = write!(out, "\n- and {more} more in the check run");
    }
    if !judged.repeats.is_empty() {
        let _ = write!(out, "\n\nAlso {}.", repeats(&judged.repeats));
    }
    if shape.help > 0 && !finding.help.is_empty() {
        let _ = write!(out, "\n\n{}", prose(&sentence(&shortened(&finding.help, shape.help))));
    }
    out
}

fn place(at: &Location, finding: &Finding) -> String {
    let base = if at.side == Side::Left { " of the base" } else { "" };
    if at.path == finding.location.path {
        return format!(" (line {}{base})", at.line);
    }
    format!(" ({} line {}{base})", code(&shortened(at.path.as_str(), 80)), at.line)
}

fn repeats(repeats: &[Location]) -> String {
    let lines: Vec<_> = repeats.iter().take(4).map(|at| at.line.to_string()).collect();
    let more = repeats.len() - lines.len();
    let word = if repeats.len() == 1 { "at line" } else { "at lines" };
    match more {
        0 => format!("{word} {}", lines.join(", ")),
        more => format!("{word} {} and {more} more", lines.join(", ")),
    }
}

fn footer(finding: &Finding, links: &Links) -> String {
    let comment = Language::of_path(&finding.location.path).map_or("//", Language::line_comment);
    let silence = code(&format!("{comment} sightline: allow({}) reason=…", finding.rule));
    format!("<sub>{} · {} · silence with {silence}</sub>", severity(finding.severity), rule(&finding.rule, links))
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Notice => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

pub(super) fn rule(rule: &RuleId, links: &Links) -> String {
    match links.rule(rule) {
        Some(url) => format!("[{}]({url})", code(rule.as_str())),
        None => code(rule.as_str()),
    }
}

/// The one line above the comments of a review.
pub fn review_body(count: usize) -> String {
    let (noun, verb) = if count == 1 { ("place", "needs") } else { ("places", "need") };
    format!("{count} {noun} in this change {verb} a look before production does.")
}

/// What the summary comment says while nothing is left outside the diff.
pub fn all_clear(links: &Links) -> String {
    format!("✅ Nothing further to report as of {}.\n\n{}", links.commit(), marker::SUMMARY)
}

/// The summary comment: findings without a comment of their own. `None` when there are none.
pub fn summary(decision: &Decision, outside: &[&Judged], links: &Links) -> Option<String> {
    if outside.is_empty() {
        return None;
    }
    let mut outside = outside.to_vec();
    // The decision's order stays within a file and decides which file comes first.
    let mut order = HashMap::new();
    for judged in &outside {
        let next = order.len();
        order.entry(judged.finding.location.path.clone()).or_insert(next);
    }
    outside.sort_by_key(|judged| order[&judged.finding.location.path]);
    let mut out = format!(
        "**{}** beyond the comments in the diff, as of {}.\n\n",
        counted(outside.len(), "finding"),
        links.commit()
    );
    out.push_str("<details><summary>Show them</summary>\n\n| Where | What happens | Rule |\n|---|---|---|\n");
    let mut written = 0;
    for judged in &outside {
        let row = row(judged, links);
        if out.len() + row.len() > MAX_SUMMARY {
            break;
        }
        out.push_str(&row);
        written += 1;
    }
    if written < outside.len() {
        let _ = write!(out, "\n{} more are listed in the check run.\n", outside.len() - written);
    }
    out.push_str("\n</details>\n\n");
    out.push_str(&coverage::markdown(decision, links));
    out.push_str(&not_analysed(decision));
    out.push_str(marker::SUMMARY);
    Some(out)
}

fn row(judged: &Judged, links: &Links) -> String {
    let finding = &judged.finding;
    let at = &finding.location;
    let place = cell_code(&shortened(&format!("{}:{}", at.path, at.line), 120));
    let more = if judged.repeats.is_empty() { String::new() } else { format!(" and {} more", judged.repeats.len()) };
    let message = cell_prose(&sentence(&shortened(&finding.message, 280)));
    format!("| [{place}]({}){more} | {message} | {} |\n", links.line(at), rule(&finding.rule, links))
}

/// Files that were not, or only partly, read, with the reason; and everything else people should know.
pub(super) fn not_analysed(decision: &Decision) -> String {
    let mut lines: Vec<String> = Vec::new();
    for file in &decision.files {
        match &file.state {
            FileState::Analysed => {}
            FileState::Partial(why) => {
                lines.push(format!("- {}: analysed in part: {}", code(file.path.as_str()), prose(why)))
            }
            FileState::Skipped(why) => lines.push(format!("- {}: {}", code(file.path.as_str()), prose(why))),
        }
    }
    for note in &decision.notes {
        // A note about a file that the list above already explains would say it twice.
        let told = note.path.as_ref().is_some_and(|path| {
            decision.files.iter().any(|file| file.path == *path && file.state != FileState::Analysed)
        });
        if !told {
            let path = note.path.as_ref().map(|path| format!("{}: ", code(path.as_str()))).unwrap_or_default();
            lines.push(format!("- {path}{}", prose(&note.text)));
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    let more = lines.len().saturating_sub(MAX_NOTES);
    let mut out = format!("<details><summary>{} about the analysis</summary>\n\n", counted(lines.len(), "note"));
    lines.truncate(MAX_NOTES);
    out.push_str(&lines.join("\n"));
    if more > 0 {
        let _ = write!(out, "\n- and {more} more");
    }
    out.push_str("\n\n</details>\n\n");
    out
}

pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
