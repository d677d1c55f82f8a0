//! The work that the queue carries for us: small, versioned by name, and nothing in it that can go out of date (a work
//! reads the current state of the pull request when it runs).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{CommitSha, RepoName, Timestamp};
use crate::queue::NewWork;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    Review(ReviewWork),
    Head(HeadWork),
    GroupCheck(GroupWork),
}

/// Review one pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewWork {
    pub installation: u64,
    pub repo: RepoName,
    pub number: u64,
    /// The head as the event told it: good for a first check run, but the pull request may have moved on.
    pub head: CommitSha,
    /// The tip of the base branch as the event told it. With it the change can be fetched before GitHub is asked for
    /// the state, so that one reading of the state, right before publishing, is enough.
    #[serde(default)]
    pub base: Option<CommitSha>,
    pub cause: Cause,
}

/// Find the pull requests of a head and review each: for checks of forks, whose events name no pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadWork {
    pub installation: u64,
    pub repo: RepoName,
    pub head: CommitSha,
    pub cause: Cause,
}

/// Check the commit that a merge queue wants to merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupWork {
    pub installation: u64,
    pub repo: RepoName,
    pub head: CommitSha,
    /// `refs/heads/gh-readonly-queue/…`
    pub head_ref: String,
    pub base: CommitSha,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The pull request was opened, pushed to or changed.
    Change,
    /// GitHub asked for checks of a head; usually the event of the pull request has said so already.
    Suite,
    /// A person pressed "re-run": do it even when nothing has changed.
    Rerun,
}

impl Work {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Review(_) => "review",
            Self::Head(_) => "head",
            Self::GroupCheck(_) => "group_check",
        }
    }

    /// Works of one key replace each other while they wait and never run together.
    pub fn key(&self) -> String {
        match self {
            Self::Review(work) => format!("review:{}#{}", work.repo, work.number),
            Self::Head(work) => format!("head:{}@{}", work.repo, work.head),
            Self::GroupCheck(work) => format!("group:{}@{}", work.repo, work.head),
        }
    }

    pub fn repo(&self) -> &RepoName {
        match self {
            Self::Review(work) => &work.repo,
            Self::Head(work) => &work.repo,
            Self::GroupCheck(work) => &work.repo,
        }
    }

    pub fn pull_request(&self) -> Option<u64> {
        match self {
            Self::Review(work) => Some(work.number),
            Self::Head(_) | Self::GroupCheck(_) => None,
        }
    }

    /// A merge queue blocks everybody, a person who pressed a button waits for it, a push can take its turn.
    fn priority(&self) -> i16 {
        match self {
            Self::GroupCheck(_) => 20,
            Self::Review(ReviewWork { cause: Cause::Rerun, .. }) | Self::Head(_) => 10,
            Self::Review(_) => 0,
        }
    }

    /// How long one attempt may take before the worker ends it.
    pub fn deadline(&self) -> Duration {
        match self {
            Self::Review(_) | Self::GroupCheck(_) => Duration::from_secs(10 * 60),
            Self::Head(_) => Duration::from_secs(60),
        }
    }

    pub fn queued(&self, run_at: Option<Timestamp>) -> NewWork {
        NewWork {
            kind: self.kind(),
            key: self.key(),
            payload: serde_json::to_value(self).expect("a work has string keys only"),
            priority: self.priority(),
            run_at,
        }
    }
}
