//! The doors a flow may go through: one value, made once by the composition root.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::analysis::Engine;
use super::probe::Probe;
use crate::github::GitHub;
use crate::model::Clock;
use crate::queue::Store;
use crate::workspace::Cache;

#[derive(Clone)]
pub struct Doors {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    /// Where this service is reached, for links to rule pages; without a slash at the end.
    pub public_url: Option<Arc<str>>,
    pub github: GitHub,
    pub workspace: Cache,
    pub engine: Engine,
    /// Seats for analyses: as many as there are cores to spare.
    pub cpu: Arc<Semaphore>,
    pub probe: Arc<dyn Probe>,
    /// The profile with `contents: write`: closes threads, not only comments.
    pub resolve_threads: bool,
}
