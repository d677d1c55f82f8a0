//! One file of the head with its comments, as the reader found them.

use crate::model::{FilePath, SourceText, Span};

#[derive(Clone, Debug)]
pub struct FileText {
    pub path: FilePath,
    pub source: SourceText,
    /// In the order of the file.
    pub comments: Vec<Span>,
}

/// One line of one comment.
pub(super) struct CommentLine<'a> {
    pub(super) line: u32,
    pub(super) text: &'a str,
    /// No code stands before it.
    pub(super) alone: bool,
}

impl FileText {
    pub(super) fn comment_lines(&self) -> impl Iterator<Item = CommentLine<'_>> {
        self.comments.iter().flat_map(|span| {
            let (first, _) = self.source.lines(*span);
            let start = self.source.line_span(first).start;
            let before = self.source.slice(Span { start, end: span.start });
            let alone = before.trim().is_empty();
            self.source.slice(*span).lines().zip(first..).map(move |(text, line)| CommentLine {
                line,
                text,
                alone: alone || line > first,
            })
        })
    }

    /// The lines a comment is about: its own, and the next line of code when it stands alone.
    pub(super) fn targets(&self, line: u32, alone: bool) -> Vec<u32> {
        let mut targets = vec![line];
        if alone {
            let commented = |line: u32| {
                let span = self.source.line_span(line);
                let text = self.source.slice(span);
                let start = span.start + (text.len() - text.trim_start().len()) as u32;
                text.trim().is_empty() || self.comments.iter().any(|comment| comment.contains_offset(start))
            };
            targets.extend((line + 1..=self.source.line_count()).find(|line| !commented(*line)));
        }
        targets
    }
}
