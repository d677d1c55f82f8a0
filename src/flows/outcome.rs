//! How a work ended, for the queue, the log and the metrics.

use std::collections::BTreeMap;
use std::error::Error;

use crate::model::{CommitSha, RuleId, Sights, Timestamp};
use crate::queue::NewWork;

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Everything there is to say was said.
    Published(Told),
    /// There was nothing to do; the reason is for the log.
    Skipped(&'static str),
    /// The pull request moved on while this ran; a newer work does, or will do, the rest.
    Superseded,
    /// Done, and this follows; it is queued in the transaction that settles the work.
    Then(Vec<NewWork>),
}

/// What was said about one head.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub head: CommitSha,
    pub findings: BTreeMap<RuleId, u64>,
    /// Operations the change touches, and how many of them production will be able to see.
    pub sights: Sights,
    /// Requests to GitHub's API, tokens included.
    pub requests: u32,
}

/// When a failed work may run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// GitHub said when; it costs no attempt, because nothing is wrong with the work.
    At(Timestamp),
    /// After a pause that grows with the attempts.
    Backoff,
    /// Trying again cannot help: it becomes a dead letter.
    Never,
}

/// A work that failed: what was tried, and whether to try again.
#[derive(Debug, thiserror::Error)]
#[error("{doing}")]
pub struct FlowError {
    pub doing: String,
    pub retry: Retry,
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl FlowError {
    pub fn new(doing: impl Into<String>, retry: Retry) -> Self {
        Self { doing: doing.into(), retry, source: None }
    }

    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The whole chain in one line, for dead letters and logs.
    pub fn story(&self) -> String {
        let mut story = self.doing.clone();
        let mut cause = self.source();
        while let Some(error) = cause {
            story.push_str(": ");
            story.push_str(&error.to_string());
            cause = error.source();
        }
        story
    }
}

impl From<crate::queue::QueueError> for FlowError {
    fn from(error: crate::queue::QueueError) -> Self {
        Self::new("could not use the queue's database", Retry::Backoff).because(error)
    }
}

impl From<crate::github::GitHubError> for FlowError {
    fn from(error: crate::github::GitHubError) -> Self {
        let retry = match error.retry() {
            crate::github::Retry::At(time) => Retry::At(time),
            crate::github::Retry::Backoff => Retry::Backoff,
            crate::github::Retry::Never => Retry::Never,
        };
        // The error says what was tried and holds no secret, so it is the whole story.
        Self::new(error.to_string(), retry)
    }
}
