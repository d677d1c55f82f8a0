//! Base and head side by side. Rules that compare ask it whether something is new, gone or merely moved.

use super::file::{FactSet, FileFacts};
use crate::model::{ChangeSet, FileChange, Span};

/// The facts of both sides of a change set.
#[derive(Clone, Debug)]
pub struct Delta<'a> {
    pub change: &'a ChangeSet,
    pub base: &'a FactSet,
    pub head: &'a FactSet,
}

/// One changed file with the facts of either side, where it could be read.
#[derive(Clone, Copy, Debug)]
pub struct FilePair<'a> {
    pub change: &'a FileChange,
    pub base: Option<&'a FileFacts>,
    pub head: Option<&'a FileFacts>,
}

impl<'a> Delta<'a> {
    pub fn pairs(&self) -> impl Iterator<Item = FilePair<'a>> {
        let (base, head) = (self.base, self.head);
        self.change.files.iter().map(move |change| FilePair {
            change,
            base: base.file(change.base_path()).filter(|_| change.base.text().is_some()),
            head: head.file(&change.path).filter(|_| change.head.text().is_some()),
        })
    }
}

impl FilePair<'_> {
    /// Whether the first line of a span of the head is new.
    pub fn is_new(&self, span: Span) -> bool {
        self.head.is_some_and(|head| self.change.is_added(head.source.line_of(span.start)))
    }

    /// Whether any line of a span of the head is new.
    pub fn touches(&self, span: Span) -> bool {
        self.head.is_some_and(|head| {
            let (first, last) = head.source.lines(span);
            self.change.added_between(first, last) > 0
        })
    }

    /// Mode "changed lines": the anchor is new, or at least half of a short block (at most 12 lines) is.
    pub fn is_changed(&self, anchor: Span, block: Span) -> bool {
        if self.is_new(anchor) {
            return true;
        }
        self.head.is_some_and(|head| {
            let (first, last) = head.source.lines(block);
            let lines = last - first + 1;
            lines <= 12 && self.change.added_between(first, last) * 2 >= lines
        })
    }
}
