//! The whole pure pipeline: a change set and a configuration in, a decision out. It cannot fail: trouble becomes a note.

use crate::facts::Delta;
use crate::model::{ChangeSet, FilePath, Finding, Note};
use crate::syntax::{Budget, Outcome, read};

/// What the engine found, before policy.
pub struct Analysis {
    pub findings: Vec<Finding>,
    pub notes: Vec<Note>,
    pub files: Vec<(FilePath, Outcome)>,
}

/// Facts, difference, rules: everything below policy.
pub fn analyse(change: &ChangeSet) -> Analysis {
    let reading = read(change, &Budget::default());
    let delta = Delta { change, base: &reading.base, head: &reading.head };
    let (findings, notes) = crate::rules::run(&delta);
    Analysis { findings, notes, files: reading.files }
}
