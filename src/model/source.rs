//! Text with positions. A [`Span`] counts bytes; people and GitHub count lines from one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        // Files above the size budget (far below 4 GiB) are never read, so the casts cannot wrap.
        Self { start: start as u32, end: end as u32 }
    }

    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub fn contains_offset(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// The smallest span that covers both.
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A place for people: line and column from one; the column counts Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pos {
    pub line: u32,
    pub column: u32,
}

/// One file's text and the start of each of its lines. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SourceText {
    text: Arc<str>,
    starts: Arc<[u32]>,
}

impl SourceText {
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        let starts = std::iter::once(0).chain(newlines).collect();
        Self { text, starts }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text of a span; empty when the span does not lie on character boundaries of this text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// How many lines there are; a final newline does not open another one.
    pub fn line_count(&self) -> u32 {
        let lines = self.starts.len() as u32;
        if self.text.ends_with('\n') { lines - 1 } else { lines }
    }

    /// The line (from one) that holds a byte offset.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    pub fn pos(&self, offset: u32) -> Pos {
        let line = self.line_of(offset);
        let start = self.starts[line as usize - 1] as usize;
        let column = self.text.get(start..offset as usize).map_or(0, |before| before.chars().count());
        Pos { line, column: column as u32 + 1 }
    }

    /// First and last line of a span. A span that ends with a newline ends on the line it closes.
    pub fn lines(&self, span: Span) -> (u32, u32) {
        let last = span.end.saturating_sub(1).max(span.start);
        (self.line_of(span.start), self.line_of(last))
    }

    /// The bytes of one line (from one), without its line ending.
    pub fn line_span(&self, line: u32) -> Span {
        let index = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        let start = self.starts[index] as usize;
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| *next as usize - 1);
        let end =
            if self.text.as_bytes().get(end.wrapping_sub(1)) == Some(&b'\r') && end > start { end - 1 } else { end };
        Span::new(start, end.max(start))
    }

    /// The text of one line (from one), without its line ending.
    pub fn line_text(&self, line: u32) -> &str {
        self.slice(self.line_span(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let text = SourceText::new("aß\r\nb\n");
        assert_eq!(text.line_count(), 2);
        assert_eq!(text.line_text(1), "aß");
        assert_eq!(text.line_text(2), "b");
        assert_eq!(text.pos(3), Pos { line: 1, column: 3 });
        assert_eq!(text.pos(5), Pos { line: 2, column: 1 });
        assert_eq!(text.lines(Span::new(0, 5)), (1, 1));
        assert_eq!(SourceText::new("").line_count(), 1);
    }

    #[test]
    fn a_span_off_a_character_boundary_reads_as_nothing() {
        assert_eq!(SourceText::new("ß").slice(Span::new(1, 2)), "");
    }
}
