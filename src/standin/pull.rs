//! Pull requests and what is said on them: reviews, threads of inline comments, the conversation.

use std::collections::BTreeSet;

use super::world::Time;

pub(super) struct Pull {
    pub(super) id: u64,
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: Option<String>,
    pub(super) author: String,
    pub(super) open: bool,
    pub(super) draft: bool,
    pub(super) merged: Option<Time>,
    pub(super) closed: Option<Time>,
    pub(super) base_ref: String,
    pub(super) base_sha: String,
    pub(super) head_repo: String,
    pub(super) head_ref: String,
    pub(super) head_sha: String,
    pub(super) labels: BTreeSet<String>,
    pub(super) reviews: Vec<Review>,
    pub(super) threads: Vec<Thread>,
    pub(super) comments: Vec<IssueComment>,
    pub(super) created: Time,
    pub(super) updated: Time,
}

#[derive(Clone)]
pub(super) struct Review {
    pub(super) id: u64,
    pub(super) author: String,
    pub(super) state: ReviewState,
    pub(super) body: String,
    pub(super) commit: String,
    pub(super) submitted: Option<Time>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ReviewState {
    Pending,
    Commented,
    Approved,
    ChangesRequested,
    Dismissed,
}

impl ReviewState {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Commented => "COMMENTED",
            Self::Approved => "APPROVED",
            Self::ChangesRequested => "CHANGES_REQUESTED",
            Self::Dismissed => "DISMISSED",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Left,
    Right,
}

impl Side {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Left => "LEFT",
            Self::Right => "RIGHT",
        }
    }
}

/// Where a thread hangs. `original` never changes; `current` follows the pushes and is lost when the line is.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) line: u32,
    pub(super) start_line: Option<u32>,
    pub(super) position: u32,
}

#[derive(Clone)]
pub(super) struct Thread {
    pub(super) id: u64,
    pub(super) path: String,
    pub(super) side: Side,
    pub(super) start_side: Option<Side>,
    /// `None` for a thread about the whole file.
    pub(super) original: Option<Spot>,
    pub(super) current: Option<Spot>,
    pub(super) original_commit: String,
    pub(super) commit: String,
    pub(super) diff_hunk: String,
    pub(super) resolved_by: Option<String>,
    pub(super) comments: Vec<ReviewComment>,
}

impl Thread {
    pub(super) fn outdated(&self) -> bool {
        self.original.is_some() && self.current.is_none()
    }
}

#[derive(Clone)]
pub(super) struct ReviewComment {
    pub(super) id: u64,
    pub(super) review: u64,
    pub(super) reply_to: Option<u64>,
    pub(super) author: String,
    pub(super) body: String,
    pub(super) created: Time,
    pub(super) updated: Time,
    pub(super) minimised: Option<String>,
    pub(super) reactions: Vec<Reaction>,
}

#[derive(Clone)]
pub(super) struct IssueComment {
    pub(super) id: u64,
    pub(super) author: String,
    /// The App it was written through, if any.
    pub(super) via_app: Option<u64>,
    pub(super) body: String,
    pub(super) created: Time,
    pub(super) updated: Time,
    pub(super) minimised: Option<String>,
    pub(super) reactions: Vec<Reaction>,
}

#[derive(Clone)]
pub(super) struct Reaction {
    pub(super) id: u64,
    pub(super) author: String,
    pub(super) content: String,
    pub(super) created: Time,
}
