//! Why a change set could not be made, with the remedy in the message.

use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    #[error("{} is not inside a git repository; name one with --repo", path.display())]
    NotARepository { path: PathBuf },
    #[error(
        "git refuses to read {} because it belongs to another user; if you trust it, run `git config --global --add safe.directory {}`",
        path.display(),
        path.display()
    )]
    ForeignOwner { path: PathBuf },
    #[error("{} has no commit yet: there is nothing to compare", path.display())]
    NoCommits { path: PathBuf },
    #[error("{} is a bare repository: it has no index and no working tree; name a commit with --head", path.display())]
    Bare { path: PathBuf },
    #[error("`{revision}` names no commit in this repository{remedy}")]
    UnknownRevision { revision: String, remedy: &'static str },
    #[error("the index has unmerged paths; finish the merge, or check the working tree instead of --staged")]
    Unmerged,
    #[error("cannot run git: {0}; Sightline needs git 2.38 or newer on the PATH")]
    GitMissing(#[source] std::io::Error),
    #[error("git {command} failed: {message}")]
    Git { command: String, message: String },
    #[error("git {command} did not finish within {} s; the change may be too large for the time limit", limit.as_secs())]
    Timeout { command: String, limit: Duration },
    #[error("git {command} wrote more than {limit} bytes")]
    TooMuchOutput { command: String, limit: u64 },
    #[error("git answered something unexpected while {doing}: {detail}")]
    Unexpected { doing: &'static str, detail: String },
    #[error("refusing to fetch from {url}: {reason}")]
    Url { url: String, reason: &'static str },
    #[error("cannot fetch {repo}: {message}")]
    Fetch { repo: String, failure: FetchFailure, message: String },
    #[error("{repo} is being fetched by another job and did not become free in time")]
    Busy { repo: String },
    #[error("cannot {doing} {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: std::io::Error },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchFailure {
    /// The token is missing, expired or may not read the repository.
    Denied,
    /// There is no such repository, as far as the token can see.
    NotFound,
    /// The commit is not (or no longer) there.
    MissingCommit,
    /// Anything on the way: worth another try.
    Network,
    /// It would take more disk than allowed.
    TooLarge,
}

impl WorkspaceError {
    /// Whether the same request may succeed later without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Busy { .. } => true,
            Self::Fetch { failure, .. } => *failure == FetchFailure::Network,
            Self::Io { source, .. } => {
                matches!(source.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::Interrupted)
            }
            _ => false,
        }
    }

    /// Whether making the cached repository anew may help: it answered nonsense, and nobody outside is to blame.
    pub(super) fn suggests_corruption(&self) -> bool {
        matches!(self, Self::Git { .. } | Self::Unexpected { .. } | Self::NotARepository { .. })
    }
}
