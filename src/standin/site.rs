//! Everything the handlers share: the world, the repositories, the clock, the address, the log.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};

use super::clock::Clock;
use super::diff::FileDiff;
use super::exchange::{Exchange, Observer};
use super::git::{GitError, GitStore};
use super::limits::Switches;
use super::world::{Time, World};

type DiffKey = (String, String, String);

pub(super) struct Site {
    pub(super) url: String,
    pub(super) git: GitStore,
    clock: Clock,
    world: Mutex<World>,
    diffs: Mutex<HashMap<DiffKey, Arc<Vec<FileDiff>>>>,
    switches: Mutex<Switches>,
    log: Mutex<Vec<Exchange>>,
    observers: Vec<Observer>,
    /// Ids of deliveries that wait to be sent.
    outbox: mpsc::UnboundedSender<u64>,
    waiting: watch::Sender<usize>,
}

impl Site {
    pub(super) fn new(
        url: String,
        root: PathBuf,
        clock: Clock,
        observers: Vec<Observer>,
        outbox: mpsc::UnboundedSender<u64>,
    ) -> Self {
        Self {
            url,
            git: GitStore::new(root),
            clock,
            world: Mutex::default(),
            diffs: Mutex::default(),
            switches: Mutex::default(),
            log: Mutex::default(),
            observers,
            outbox,
            waiting: watch::Sender::new(0),
        }
    }

    pub(super) fn now(&self) -> Time {
        (self.clock)()
    }

    /// A handler that panicked is a failed test already; the world is still worth reading.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn switches(&self) -> MutexGuard<'_, Switches> {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The diff GitHub shows for `base...head`: from their merge base.
    pub(super) fn pull_diff(&self, repo: &str, base: &str, head: &str) -> Result<Arc<Vec<FileDiff>>, GitError> {
        let merge_base = self.git.merge_base(repo, base, head)?;
        self.plain_diff(repo, &merge_base, head)
    }

    pub(super) fn plain_diff(&self, repo: &str, from: &str, to: &str) -> Result<Arc<Vec<FileDiff>>, GitError> {
        let key = (repo.to_lowercase(), from.to_owned(), to.to_owned());
        let cached = self.diffs.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = cached {
            return Ok(known);
        }
        let files = Arc::new(self.git.diff(repo, from, to)?);
        self.diffs.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&files));
        Ok(files)
    }

    pub(super) fn record(&self, exchange: Exchange) {
        for observer in &self.observers {
            observer(&exchange);
        }
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }

    pub(super) fn log(&self) -> Vec<Exchange> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn clear_log(&self) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Puts a recorded delivery on its way.
    pub(super) fn post(&self, delivery: u64) {
        self.waiting.send_modify(|count| *count += 1);
        if self.outbox.send(delivery).is_err() {
            self.arrived();
        }
    }

    pub(super) fn arrived(&self) {
        self.waiting.send_modify(|count| *count = count.saturating_sub(1));
    }

    /// Waits until every delivery was answered or given up.
    pub(super) async fn quiet(&self) {
        let mut waiting = self.waiting.subscribe();
        // The sender lives in `self`, so this cannot end early.
        let _ = waiting.wait_for(|count| *count == 0).await;
    }
}
