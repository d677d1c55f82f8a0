//! What was not, or only partly, analysed. Every note reaches the report: silence must mean "nothing found".

use serde::{Deserialize, Serialize};

use super::ids::FilePath;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    pub kind: NoteKind,
    /// The file concerned, if it is about one.
    pub path: Option<FilePath>,
    /// One sentence for people, lower case, no full stop.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// The file was not read at all.
    Skipped,
    /// The parser met text it does not understand; the rest of the file was analysed.
    PartialParse,
    /// A budget ran out: time, matches or depth.
    LimitReached,
    /// A rule failed inside; the others went on.
    RuleFailed,
    /// The configuration at the base is broken; defaults were used.
    Configuration,
    /// A suppression in the source that is expired, malformed or silences nothing.
    Suppression,
    /// Something else people should know about how this was analysed.
    Analysis,
}

impl Note {
    pub fn on(kind: NoteKind, path: &FilePath, text: impl Into<String>) -> Self {
        Self { kind, path: Some(path.clone()), text: text.into() }
    }

    pub fn general(kind: NoteKind, text: impl Into<String>) -> Self {
        Self { kind, path: None, text: text.into() }
    }
}
