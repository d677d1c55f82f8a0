//! The changed files, with threads and annotations at their lines.

use maud::{Markup, html};

use super::super::conversation::{AnnotationView, Conversation, ThreadView};
use super::super::diff::{FileDiff, Line};
use super::super::pull::Side;
use super::checks::annotation;
use super::diff_table::{hunk_header, row};
use super::thread::comments;

/// What a browser still shows at ease; files somebody spoke about are always shown.
const MOST_FILES: usize = 300;
const MOST_LINES: usize = 3000;

pub(super) fn body(seen: &Conversation, files: &[FileDiff]) -> Markup {
    let notes: Vec<&AnnotationView> = seen.checks.iter().flat_map(|check| &check.annotations).collect();
    let spoken = |file: &FileDiff| {
        seen.threads.iter().any(|thread| thread.path == file.path) || notes.iter().any(|note| note.path == file.path)
    };
    let shown: Vec<&FileDiff> =
        files.iter().enumerate().filter(|(at, file)| *at < MOST_FILES || spoken(file)).map(|(_, file)| file).collect();
    html! {
        @for file in &shown { (one(seen, file, &notes)) }
        @if shown.len() < files.len() { p.quiet { (files.len() - shown.len()) " more files are not shown." } }
    }
}

fn one(seen: &Conversation, file: &FileDiff, notes: &[&AnnotationView]) -> Markup {
    let threads: Vec<&ThreadView> = seen.threads.iter().filter(|thread| thread.path == file.path).collect();
    let notes: Vec<&AnnotationView> = notes.iter().copied().filter(|note| note.path == file.path).collect();
    let moved = file.status == "renamed";
    let homeless = threads.iter().filter(|thread| thread.line.is_none());
    let lines: usize = file.hunks.iter().map(|hunk| hunk.lines.len()).sum();
    html! {
        section.file {
            header {
                code { @if moved { (file.old_path) " → " } (file.path) }
                " " span.quiet { (file.status) }
                " " span.added { "+" (file.count('+')) } " " span.removed { "−" (file.count('-')) }
            }
            @for thread in homeless {
                div.thread.inline id=(format!("thread-{}", thread.id)) {
                    @if thread.outdated { span.label.warn { "Outdated" } }
                    (comments(thread))
                }
            }
            @if file.patch.is_none() {
                p.quiet { "No lines to show." }
            } @else if lines > MOST_LINES && threads.is_empty() {
                p.quiet { "Large diffs are not shown: " (lines) " lines." }
            } @else {
                table.diff {
                    @for hunk in &file.hunks {
                        (hunk_header(hunk))
                        @for line in &hunk.lines {
                            (row(line))
                            (below(line, &threads, &notes))
                        }
                    }
                }
            }
        }
    }
}

/// What hangs below one line: threads of either side, annotations of the new one.
fn below(line: &Line, threads: &[&ThreadView], notes: &[&AnnotationView]) -> Markup {
    // A context line is on both sides; it shows its threads once.
    let here = |thread: &&&ThreadView| match thread.side {
        Side::Right => line.new.is_some() && thread.line == line.new,
        Side::Left => line.old.is_some() && thread.line == line.old,
    };
    let hanging: Vec<&&ThreadView> = threads.iter().filter(here).collect();
    let noted: Vec<&&AnnotationView> =
        notes.iter().filter(|note| line.new.is_some_and(|number| u64::from(number) == note.end_line)).collect();
    if hanging.is_empty() && noted.is_empty() {
        return html! {};
    }
    html! {
        tr.below {
            td colspan="4" {
                @for note in noted { (annotation(note, false)) }
                @for thread in hanging {
                    div.thread.inline id=(format!("thread-{}", thread.id)) { (comments(thread)) }
                }
            }
        }
    }
}
