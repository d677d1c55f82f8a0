//! What will be written on a pull request, in GitHub's shape but without GitHub: places, texts, a check run.
//! Nothing here knows what is there already; that is for the reconciliation to find out.

use super::finding::Side;
use super::ids::FilePath;

/// Lines of the diff that GitHub accepts a comment on: inside one hunk, removed lines on the left, all others on the
/// right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The path at the head, also for lines of the base: so GitHub names files that were renamed.
    pub path: FilePath,
    pub side: Side,
    /// The last line; the comment appears below it.
    pub line: u32,
    /// The first line when there are several; always less than `line`.
    pub start_line: Option<u32>,
}

/// One finding as a comment that should exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewComment {
    pub fingerprint: String,
    /// `None`: no line of the diff is near enough, so it belongs into the summary.
    pub anchor: Option<Anchor>,
    pub body: String,
    /// Within the noise budget. A comment outside it is never created, but one that exists is kept up to date.
    pub inline: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRun {
    pub title: String,
    pub summary: String,
    pub text: Option<String>,
    pub verdict: Verdict,
    /// At most [`MAX_ANNOTATIONS`]; the texts state the true total.
    pub annotations: Vec<Annotation>,
}

/// How a check run ends, as far as Sightline ever ends one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Success,
    Neutral,
    Failure,
    /// A newer head replaced this one.
    Cancelled,
}

/// A check run shows the first findings at their lines; past this number nobody reads them.
pub const MAX_ANNOTATIONS: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    pub path: FilePath,
    pub start_line: u32,
    pub end_line: u32,
    /// Only on a single line.
    pub columns: Option<(u32, u32)>,
    pub level: AnnotationLevel,
    pub title: String,
    pub message: String,
    pub raw_details: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnotationLevel {
    Notice,
    Warning,
    Failure,
}
