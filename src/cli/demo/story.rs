//! The review as it landed, told in the terminal.

use std::io::Write;

use super::plain_markdown::{lines, tame};
use crate::standin::{CheckView, CommentView, Conversation, ThreadView};

const WIDTH: usize = 100;
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const OFF: &str = "\x1b[0m";

pub(super) fn tell(out: &mut impl Write, seen: &Conversation) -> std::io::Result<()> {
    for review in seen.reviews.iter().filter(|review| !review.body.trim().is_empty()) {
        heading(out, &format!("Review by {}", tame(&review.author)))?;
        body(out, &review.body)?;
    }
    if !seen.threads.is_empty() {
        heading(out, &format!("Inline comments ({})", seen.threads.len()))?;
    }
    for thread in &seen.threads {
        inline(out, thread)?;
    }
    for comment in &seen.comments {
        heading(out, &format!("Comment by {}", tame(&comment.author)))?;
        said(out, comment)?;
    }
    for check in &seen.checks {
        run(out, check)?;
    }
    if seen.threads.is_empty() && seen.comments.is_empty() {
        writeln!(out, "\nNothing was posted: there is nothing to say about this change.")?;
    }
    writeln!(out)
}

fn heading(out: &mut impl Write, text: &str) -> std::io::Result<()> {
    writeln!(out, "\n{BOLD}── {text} {}{OFF}", "─".repeat(WIDTH.saturating_sub(text.chars().count() + 4)))
}

fn body(out: &mut impl Write, markdown: &str) -> std::io::Result<()> {
    for line in lines(markdown, WIDTH - 4) {
        writeln!(out, "{}", format!("    {line}").trim_end())?;
    }
    Ok(())
}

fn said(out: &mut impl Write, comment: &CommentView) -> std::io::Result<()> {
    match &comment.minimised {
        Some(reason) => writeln!(out, "    {DIM}minimised as {}{OFF}", reason.to_lowercase()),
        None => body(out, &comment.body),
    }
}

fn inline(out: &mut impl Write, thread: &ThreadView) -> std::io::Result<()> {
    let line = thread.line.or(thread.original_line).map(|line| format!(":{line}")).unwrap_or_default();
    writeln!(out, "\n  {BOLD}{}{line}{OFF}", tame(&thread.path))?;
    let quoted: Vec<&str> = thread.diff_hunk.lines().skip(1).collect();
    for line in quoted.iter().skip(quoted.len().saturating_sub(3)) {
        let colour = match line.chars().next() {
            Some('+') => "\x1b[32m",
            Some('-') => "\x1b[31m",
            _ => DIM,
        };
        writeln!(out, "    {colour}{}{OFF}", tame(&line.replace('\t', "    ")))?;
    }
    writeln!(out)?;
    for comment in &thread.comments {
        said(out, comment)?;
    }
    Ok(())
}

fn run(out: &mut impl Write, check: &CheckView) -> std::io::Result<()> {
    let verdict = check.conclusion.as_deref().unwrap_or(&check.status);
    heading(out, &format!("Check run {}: {verdict}", tame(&check.name)))?;
    if let Some(title) = &check.title {
        writeln!(out, "    {}", tame(title))?;
    }
    for note in &check.annotations {
        let title = note.title.as_deref().unwrap_or(&note.message);
        writeln!(out, "    {DIM}{:7}{OFF} {}:{} {}", note.level, tame(&note.path), note.start_line, tame(title))?;
    }
    Ok(())
}
