//! What a workspace hands to the engine.

use std::sync::Arc;

use crate::model::{ChangeSet, Note};

#[derive(Clone, Debug, Default)]
pub struct Fetched {
    pub change: ChangeSet,
    /// `.github/sightline.yml` as it stands at the **base**: a change cannot excuse itself.
    pub config: Option<Arc<str>>,
    /// What was cut, and why.
    pub notes: Vec<Note>,
    /// What the head was compared with, for people: "merge base with origin/main".
    pub compared_with: String,
}
