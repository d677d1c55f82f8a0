//! What a rule found, before anyone decided what to do about it.

use serde::{Deserialize, Serialize};

use super::ids::{FilePath, RuleId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Notice,
    Warning,
    Error,
}

/// How sure the evidence makes us: each unresolved symbol in the chain lowers it by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Below 0.7: reports only.
    Possible,
    /// 0.7 to 0.9: inline for warnings and errors.
    Likely,
    /// 0.9 and more.
    Certain,
}

impl Confidence {
    pub fn lowered(self) -> Self {
        match self {
            Self::Certain => Self::Likely,
            Self::Likely | Self::Possible => Self::Possible,
        }
    }
}

/// When a rule speaks at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The anchor is an added line, or at least half of a short block is new.
    ChangedLines,
    /// The anchor is old, but its scope gained what makes the rule true.
    TouchedScope,
    /// Base and head were compared.
    Compare,
    /// Never on a pull request; whole-repository reports only.
    Never,
}

/// Which side of the diff a line number belongs to, in GitHub's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Side {
    /// The base: deleted lines.
    Left,
    /// The head.
    Right,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    pub path: FilePath,
    pub side: Side,
    /// First line, from one.
    pub line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
    /// Columns of the first line, from one, for underlining; `(1, 1)` when the whole line is meant.
    pub columns: (u32, u32),
}

/// One link of the chain that led to the finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub text: String,
    pub location: Option<Location>,
}

/// A replacement that can be committed as it stands: whole lines of the head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, as an instruction: "pass the error under `err`".
    pub title: String,
    pub line: u32,
    pub end_line: u32,
    /// The new text of those lines, without a final newline.
    pub replacement: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub rule: RuleId,
    pub severity: Severity,
    pub confidence: Confidence,
    pub mode: Mode,
    pub location: Location,
    /// The enclosing functions and classes, outermost first, joined by dots; empty at file level.
    pub scope: String,
    /// One sentence on what happens in production. Starts in lower case, no full stop at the end.
    pub message: String,
    /// What to do, as an instruction.
    pub help: String,
    pub evidence: Vec<Evidence>,
    pub fix: Option<Fix>,
    /// Stable under moves: rule, scope and the normalised text of the anchor, never a line number.
    pub fingerprint: String,
}
