//! What is wrong with a rule file, where, and what to do about it.

use std::fmt;

use crate::model::{FilePath, Note, NoteKind};

/// One thing that keeps one rule, or one file, from being used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub path: FilePath,
    /// From one.
    pub line: u32,
    /// What is wrong and what to do.
    pub message: String,
}

impl Fault {
    pub(super) fn new(path: &FilePath, line: u32, message: impl Into<String>) -> Self {
        Self { path: path.clone(), line, message: message.into() }
    }

    /// The same for people who read a review.
    pub fn into_note(self) -> Note {
        let text = format!("line {}: {}; `sightline rules test` checks it", self.line, self.message);
        Note::on(NoteKind::Configuration, &self.path, text)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Foreign text inside a message of ours: one line, no control characters, not long.
pub(super) fn plain(text: &str, max: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: String = words.join(" ").chars().filter(|c| !c.is_control()).collect();
    if line.chars().count() <= max {
        return line;
    }
    let kept: String = line.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
