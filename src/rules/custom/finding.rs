//! A match → a finding: its place, its words, and a fix when whole lines can be replaced.

use ast_grep_core::NodeMatch;
use ast_grep_core::replacer::Replacer;

use super::document::Document;
use super::fault::plain;
use super::limits::{FIXED_BYTES, FIXED_LINES};
use super::load::CustomRule;
use super::message::message;
use crate::model::{Evidence, FilePath, Finding, Fix, Location, Mode, Side, SourceText, Span};

/// Longest note that is shown beside a finding; the rest is in the rule's file.
const NOTE: usize = 400;

pub(super) fn finding(
    rule: &CustomRule,
    path: &FilePath,
    source: &SourceText,
    found: &NodeMatch<'_, Document>,
) -> Finding {
    let range = found.range();
    let said = message(&rule.message, found);
    let said = plain(said.trim_end_matches('.'), 400);
    let definition =
        Location { path: rule.path.clone(), side: Side::Left, line: rule.line, end_line: rule.line, columns: (1, 1) };
    Finding {
        rule: rule.id.clone(),
        severity: rule.severity,
        confidence: rule.confidence,
        mode: Mode::ChangedLines,
        location: location(path, source, Span::new(range.start, range.end)),
        scope: String::new(),
        message: if said.is_empty() {
            format!("this repository's rule `{}` matches here", rule.id.slug())
        } else {
            said
        },
        help: plain(rule.note.trim_end_matches('.'), NOTE),
        evidence: vec![Evidence { text: "a rule of this repository".to_owned(), location: Some(definition) }],
        fix: fix(rule, source, found),
        fingerprint: String::new(),
    }
}

fn location(path: &FilePath, source: &SourceText, span: Span) -> Location {
    let (line, end_line) = source.lines(span);
    let first = source.line_span(line);
    let start = source.pos(span.start).column;
    let end = source.pos(span.end.min(first.end).max(span.start)).column;
    Location { path: path.clone(), side: Side::Right, line, end_line, columns: (start, end) }
}

/// The lines that hold the match, as they are when the rule's fix has been applied.
fn fix(rule: &CustomRule, source: &SourceText, found: &NodeMatch<'_, Document>) -> Option<Fix> {
    let fixer = rule.fixer()?;
    if found.range().len() > FIXED_BYTES {
        return None;
    }
    let range = Replacer::<Document>::get_replaced_range(fixer, found, &rule.config.matcher);
    let written = String::from_utf8(fixer.generate_replacement(found)).ok()?;
    let span = Span::new(range.start, range.end.max(range.start));
    let (line, end_line) = source.lines(span);
    let before = source.slice(Span { start: source.line_span(line).start, end: span.start });
    let after = source.slice(Span { start: span.end, end: source.line_span(end_line).end.max(span.end) });
    // Lines that hold nothing any more go with what they held.
    let written = indented(written, before);
    let emptied = written.is_empty() && before.trim().is_empty() && after.trim().is_empty();
    let replacement = if emptied { String::new() } else { format!("{before}{written}{after}") };
    let fits = replacement.lines().count() <= FIXED_LINES && FIXED_LINES > (end_line - line) as usize;
    let title = fixer.title().map(|title| plain(title, 100));
    let title = title.unwrap_or_else(|| format!("apply the fix of {}", rule.id));
    fits.then_some(Fix { title, line, end_line, replacement })
}

/// ast-grep carries an indentation of spaces over to the further lines of a fix, but not one of tabs. Lines that came
/// from the code have theirs already.
fn indented(written: String, before: &str) -> String {
    let margin = &before[..before.len() - before.trim_start().len()];
    if !margin.contains('\t') {
        return written;
    }
    let mut lines = written.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push('\n');
        if !line.trim().is_empty() && !line.starts_with(margin) {
            out.push_str(margin);
        }
        out.push_str(line);
    }
    out
}
