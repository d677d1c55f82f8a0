//! What stands on a pull request, as far as a publication needs to know it. Authorship is what GitHub says about the
//! viewer (`ours`), never a login.

use crate::model::{CommitSha, FilePath, Timestamp};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullState {
    /// The node id, which adding a comment takes.
    pub id: String,
    pub title: String,
    pub open: bool,
    pub draft: bool,
    pub fork: bool,
    pub head: CommitSha,
    pub base: CommitSha,
    pub base_ref: String,
    pub created: Option<Timestamp>,
    /// `None` for a deleted account.
    pub author: Option<Author>,
    /// All review threads, oldest first.
    pub threads: Vec<Thread>,
    /// All comments of the conversation, oldest first.
    pub comments: Vec<Comment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub login: String,
    pub bot: bool,
}

/// A review thread with the comment that opened it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    pub id: String,
    pub path: FilePath,
    pub resolved: bool,
    pub replies: u64,
    pub comment: Comment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: String,
    pub body: String,
    pub ours: bool,
    /// Why it is collapsed, in GitHub's words, if it is.
    pub hidden: Option<String>,
}
