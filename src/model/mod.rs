//! Floor 0, the nouns: what every other floor talks about. No I/O, no clock, no randomness.

pub mod change;
pub mod finding;
pub mod ids;
pub mod language;
pub mod note;
pub mod operation;
pub mod publication;
pub mod source;
pub mod time;

pub use change::{ChangeSet, Content, FileChange, FileStatus, Hunk, Linguist, Neighbour};
pub use finding::{Confidence, Evidence, Finding, Fix, Location, Mode, Severity, Side};
pub use ids::{CommitSha, FilePath, RepoName, RuleId};
pub use language::Language;
pub use note::{Note, NoteKind};
pub use operation::{Operation, OperationKind, Sight, Sights};
pub use source::{Pos, SourceText, Span};
pub use time::{Clock, Timestamp};
