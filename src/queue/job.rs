//! The nouns of the queue.

use std::time::Duration;

use serde_json::Value;

use crate::model::Timestamp;

/// A webhook delivery as the inbox remembers it: enough to recognise it when it comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// `X-GitHub-Delivery`; a redelivery carries the same one.
    pub guid: String,
    pub event: String,
}

/// Work to be queued.
#[derive(Clone, Debug, PartialEq)]
pub struct NewWork {
    pub kind: &'static str,
    /// Works of one key never run at the same time, and a newer one replaces an older one that still waits.
    pub key: String,
    pub payload: Value,
    /// Higher runs first.
    pub priority: i16,
    /// Not before this time; `None` is at once.
    pub run_at: Option<Timestamp>,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    New {
        jobs: usize,
    },
    /// Seen before, and its work is done, waiting or running: nothing was queued.
    Duplicate,
    /// Seen before, and some of its work had failed for good: that much is queued again.
    Revived {
        jobs: usize,
    },
}

impl Accepted {
    pub fn jobs(self) -> usize {
        match self {
            Self::New { jobs } | Self::Revived { jobs } => jobs,
            Self::Duplicate => 0,
        }
    }
}

/// The terms on which a worker takes a job.
#[derive(Clone, Debug)]
pub struct Lease {
    /// Who holds it, for the operator's eyes: host and process.
    pub holder: String,
    /// Without a heartbeat for this long, the job is somebody else's.
    pub length: Duration,
    /// A job whose workers died this many times is buried instead of claimed again.
    pub max_attempts: u32,
}

/// A job in the hands of one worker. `lease` is a fencing number: an older one can settle nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Leased {
    pub id: i64,
    pub lease: i64,
    pub delivery: Option<String>,
    pub kind: String,
    pub key: String,
    pub payload: Value,
    /// How often this job was started, this time included.
    pub attempts: u32,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobState {
    /// Waits for its time and for a worker.
    Queued,
    /// A worker holds it.
    Leased,
    Done,
    /// Failed for good; an operator may queue it again.
    Dead,
    /// Failed or was given back while a newer job of the same key waited: that one does its work.
    Replaced,
}

impl JobState {
    pub const ALL: [Self; 5] = [Self::Queued, Self::Leased, Self::Done, Self::Dead, Self::Replaced];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Replaced => "replaced",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A job as an operator sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: i64,
    pub state: JobState,
    pub kind: String,
    pub key: String,
    pub delivery: Option<String>,
    pub attempts: u32,
    pub error: Option<String>,
    pub holder: Option<String>,
    pub run_at: Timestamp,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// How many jobs there are, for metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Queued jobs whose time has come.
    pub ready: u64,
    /// Queued jobs that wait for their time: retries and delayed ones.
    pub delayed: u64,
    pub leased: u64,
    pub dead: u64,
    /// When the oldest of the ready jobs became ready.
    pub oldest_ready: Option<Timestamp>,
}

/// How long to keep what is over.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Jobs that are done or were replaced.
    pub finished: Duration,
    pub dead: Duration,
    /// GUIDs of deliveries; must outlive GitHub's redelivery window (three days; seven on a GitHub Enterprise Server).
    pub deliveries: Duration,
    pub memories: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        Self { finished: 2 * DAY, dead: 30 * DAY, deliveries: 31 * DAY, memories: 60 * DAY }
    }
}
