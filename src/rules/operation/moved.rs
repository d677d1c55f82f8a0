//! Code that only moved touches nothing: the same operation on removed lines of the base takes one of the head off.

use std::collections::HashMap;

use super::candidate::Candidate;
use crate::facts::{Delta, FileFacts};
use crate::model::{OperationKind, Span};

/// So many words tell two pieces of code apart.
const MAX_WORDS: usize = 48;

/// What makes two operations the same wherever they stand: kind, name, and the words of what they are.
type Key = (OperationKind, String, String);

/// Operations on removed lines that were not found again yet.
pub(super) struct Moved(HashMap<Key, usize>);

impl Moved {
    pub(super) fn of(delta: &Delta<'_>) -> Self {
        let mut gone = HashMap::new();
        for pair in delta.pairs() {
            let Some(base) = pair.base else { continue };
            for candidate in Candidate::all(base) {
                let line = base.source.line_of(candidate.anchor(base).start);
                if pair.change.is_removed(line) {
                    *gone.entry(key(base, candidate)).or_default() += 1;
                }
            }
        }
        Self(gone)
    }

    /// Whether an operation of the head is one of them; each is found once.
    pub(super) fn take(&mut self, file: &FileFacts, candidate: Candidate<'_>) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let Some(left) = self.0.get_mut(&key(file, candidate)).filter(|left| **left > 0) else { return false };
        *left -= 1;
        true
    }
}

fn key(file: &FileFacts, candidate: Candidate<'_>) -> Key {
    let span = match candidate {
        Candidate::Entry(_) => candidate.anchor(file),
        Candidate::Outbound(op) => file.call(op.call).span,
        Candidate::Failure(failure) => failure.span,
        Candidate::Boundary(boundary) => file.call(boundary.call).statement,
    };
    let name = match candidate {
        // The receiver is often renamed when code moves.
        Candidate::Outbound(op) => file.call(op.call).path.last().cloned().unwrap_or_default(),
        _ => candidate.name(file),
    };
    (candidate.kind(), name, words(file, span))
}

fn words(file: &FileFacts, span: Span) -> String {
    file.text(span).split_whitespace().take(MAX_WORDS).collect::<Vec<_>>().join(" ")
}
