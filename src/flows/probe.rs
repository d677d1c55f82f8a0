//! The places where a review may be cut off. A probe is told at each of them; the tests use one to kill the process
//! there and to prove that the next attempt says nothing twice. In production nobody listens.

use std::fmt;
use std::str::FromStr;

/// What has just been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    CheckOpened,
    ChangeFetched,
    Analysed,
    StateRead,
    ReviewPosted,
    CommentsEdited,
    /// A batch of annotations that is not the last one.
    Annotated,
    CheckCompleted,
}

impl Step {
    pub const ALL: [Self; 8] = [
        Self::CheckOpened,
        Self::ChangeFetched,
        Self::Analysed,
        Self::StateRead,
        Self::ReviewPosted,
        Self::CommentsEdited,
        Self::Annotated,
        Self::CheckCompleted,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::CheckOpened => "check-opened",
            Self::ChangeFetched => "change-fetched",
            Self::Analysed => "analysed",
            Self::StateRead => "state-read",
            Self::ReviewPosted => "review-posted",
            Self::CommentsEdited => "comments-edited",
            Self::Annotated => "annotated",
            Self::CheckCompleted => "check-completed",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|step| step.name() == text);
        known.ok_or_else(|| format!("`{text}` is no step of a review"))
    }
}

pub trait Probe: Send + Sync {
    fn reached(&self, step: Step);
}

/// Listens to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProbe;

impl Probe for NoProbe {
    fn reached(&self, _step: Step) {}
}
