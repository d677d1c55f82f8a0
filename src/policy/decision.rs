//! What Sightline decided to say about one change set: the output of the engine, the input of every report.

use serde::Serialize;

use crate::model::{FilePath, Finding, Location, Note, Operation, Sight, Sights};

#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// In the order people should read them: severity, compare findings first, confidence, fixable.
    pub findings: Vec<Judged>,
    /// Silenced by a comment in the source or by the configuration; listed, never counted.
    pub suppressed: Vec<Suppressed>,
    pub notes: Vec<Note>,
    /// Operations that the change touches; those a comment takes out are not among them.
    pub operations: Vec<Operation>,
    /// Every changed file, analysed or not.
    pub files: Vec<FileOutcome>,
    pub conclusion: Conclusion,
}

#[derive(Clone, Debug)]
pub struct Judged {
    pub finding: Finding,
    pub placement: Placement,
    /// Further places of the same rule in the same file, folded into this one.
    pub repeats: Vec<Location>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Placement {
    /// A review comment at its line.
    Inline,
    /// A row of the summary comment.
    Summary,
    /// Reports only (JSON, terminal with `--pedantic`): monitor mode, `possible` confidence.
    Report,
}

#[derive(Clone, Debug)]
pub struct Suppressed {
    pub finding: Finding,
    /// For people: "line 12: sightline: allow(…) reason=…".
    pub by: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileOutcome {
    pub path: FilePath,
    #[serde(flatten)]
    pub state: FileState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", content = "reason", rename_all = "lowercase")]
pub enum FileState {
    Analysed,
    /// Analysed except for what the reason says.
    Partial(String),
    /// Not read: unsupported language, generated, ignored by configuration, too large, binary.
    Skipped(String),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Conclusion {
    Success,
    /// Nothing could be analysed, or the gate only advises.
    #[default]
    Neutral,
    Failure,
}

impl Decision {
    pub fn at(&self, placement: Placement) -> impl Iterator<Item = &Judged> {
        self.findings.iter().filter(move |judged| judged.placement == placement)
    }

    /// How many of the touched operations production will be able to see.
    pub fn sights(&self) -> Sights {
        Sights::of(&self.operations)
    }

    /// Operations that nobody will see, and those of which nothing tells.
    pub fn out_of_sight(&self) -> impl Iterator<Item = &Operation> {
        let of = |wanted: Sight| self.operations.iter().filter(move |one| one.sight == wanted);
        of(Sight::Unseen).chain(of(Sight::Unknown))
    }

    /// `(analysed, partly, skipped)` files.
    pub fn file_counts(&self) -> (usize, usize, usize) {
        self.files.iter().fold((0, 0, 0), |(whole, part, none), file| match file.state {
            FileState::Analysed => (whole + 1, part, none),
            FileState::Partial(_) => (whole, part + 1, none),
            FileState::Skipped(_) => (whole, part, none + 1),
        })
    }
}
