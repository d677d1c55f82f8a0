//! [`Store`]: the one handle to inbox, jobs and memories, whichever database is behind it.

use std::sync::Arc;

use sqlx::{Postgres, Sqlite};
use tokio::sync::{Notify, mpsc, oneshot};

use super::database::Database;
use super::error::QueueError;
use super::inbox::{self, Batches, Pending};
use super::job::{Accepted, Counts, Delivery, Job, JobState, Lease, Leased, NewWork, Retention};
use super::{postgres, sqlite, statements};
use crate::model::Timestamp;

const PRUNE_SLICE: i64 = 2_000;

#[derive(Clone)]
pub struct Store {
    backend: Backend,
    inbox: mpsc::Sender<Pending>,
    arrivals: Arc<Notify>,
}

#[derive(Clone)]
enum Backend {
    Sqlite(Database<Sqlite>),
    Postgres(Database<Postgres>),
}

macro_rules! on {
    ($backend:expr, $database:ident => $call:expr) => {
        match &$backend {
            Backend::Sqlite($database) => $call,
            Backend::Postgres($database) => $call,
        }
    };
}

impl Batches for Backend {
    async fn commit(&self, batch: &[(&Delivery, &[NewWork])], now: Timestamp) -> Result<Vec<Accepted>, QueueError> {
        on!(*self, database => database.accept(batch, now).await)
    }
}

impl Store {
    /// Opens the database of `url` (`sqlite:PATH`, `sqlite::memory:`, `postgres://…`) and brings its tables up to date.
    pub async fn open(url: &str) -> Result<Self, QueueError> {
        let backend = match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Backend::Sqlite(sqlite::open(url).await?),
            Some("postgres" | "postgresql") => Backend::Postgres(postgres::open(url).await?),
            _ => return Err(QueueError::UnknownScheme),
        };
        let arrivals = Arc::new(Notify::new());
        let inbox = inbox::start(backend.clone(), Arc::clone(&arrivals));
        Ok(Self { backend, inbox, arrivals })
    }

    /// Commits a delivery and its works in one transaction; answers after the commit.
    pub async fn accept(
        &self,
        delivery: Delivery,
        works: Vec<NewWork>,
        now: Timestamp,
    ) -> Result<Accepted, QueueError> {
        let (answer, answered) = oneshot::channel();
        let pending = Pending { delivery, works, now, answer };
        self.inbox.send(pending).await.map_err(|_| QueueError::Closed)?;
        answered.await.map_err(|_| QueueError::Closed)?
    }

    /// Queues work that no delivery asked for.
    pub async fn enqueue(&self, works: &[NewWork], now: Timestamp) -> Result<(), QueueError> {
        on!(self.backend, database => database.enqueue(works, now).await)?;
        self.arrivals.notify_one();
        Ok(())
    }

    /// Resolves when this process has queued something since the last call. Other replicas' jobs are found by polling.
    pub async fn arrival(&self) {
        self.arrivals.notified().await;
    }

    /// Takes the most urgent job whose time has come and whose key is not running. Expired leases are settled first.
    pub async fn claim(&self, now: Timestamp, lease: &Lease) -> Result<Option<Leased>, QueueError> {
        on!(self.backend, database => database.claim(now, lease).await)
    }

    /// Extends the lease; [`QueueError::LeaseLost`] when it is no longer this worker's.
    pub async fn heartbeat(&self, job: &Leased, until: Timestamp) -> Result<(), QueueError> {
        on!(self.backend, database => database.heartbeat(job, until).await)
    }

    /// The job is done; `next` is queued in the same transaction.
    pub async fn complete(&self, job: &Leased, next: &[NewWork], now: Timestamp) -> Result<(), QueueError> {
        on!(self.backend, database => database.complete(job, next, now).await)?;
        // Even without `next`: the key is free now, and a newer job of it may be waiting.
        self.arrivals.notify_one();
        Ok(())
    }

    /// The job failed and runs again at `run_at`, unless a newer one of its key waits already.
    pub async fn retry(&self, job: &Leased, run_at: Timestamp, error: &str, now: Timestamp) -> Result<(), QueueError> {
        on!(self.backend, database => database.retry(job, run_at, error, false, now).await)?;
        self.arrivals.notify_one();
        Ok(())
    }

    /// Not now, and nobody's fault (GitHub said when): runs again at `run_at`, and this attempt does not count.
    pub async fn postpone(&self, job: &Leased, run_at: Timestamp, why: &str, now: Timestamp) -> Result<(), QueueError> {
        on!(self.backend, database => database.retry(job, run_at, why, true, now).await)?;
        self.arrivals.notify_one();
        Ok(())
    }

    /// The worker must stop before the job is finished: it is ready again, and this attempt does not count.
    pub async fn hand_back(&self, job: &Leased, now: Timestamp) -> Result<(), QueueError> {
        on!(self.backend, database => database.retry(job, now, "handed back at shutdown", true, now).await)
    }

    /// The job failed for good and becomes a dead letter.
    pub async fn bury(&self, job: &Leased, error: &str, now: Timestamp) -> Result<(), QueueError> {
        on!(self.backend, database => database.bury(job, error, now).await)?;
        self.arrivals.notify_one();
        Ok(())
    }

    /// Whether a newer job of the same key waits: this one's result will be out of date.
    pub async fn is_superseded(&self, job: &Leased) -> Result<bool, QueueError> {
        on!(self.backend, database => database.is_superseded(&job.key).await)
    }

    /// The dead letters, the newest first.
    pub async fn dead(&self, limit: u32) -> Result<Vec<Job>, QueueError> {
        self.list(JobState::Dead, limit).await
    }

    /// Jobs in one state, the newest first.
    pub async fn list(&self, state: JobState, limit: u32) -> Result<Vec<Job>, QueueError> {
        on!(self.backend, database => database.list(state, limit).await)
    }

    /// Queues a dead letter again, with all its attempts; `false` when `id` is none.
    pub async fn requeue(&self, id: i64, now: Timestamp) -> Result<bool, QueueError> {
        let found = on!(self.backend, database => database.requeue(id, now).await)?;
        self.arrivals.notify_one();
        Ok(found)
    }

    pub async fn counts(&self, now: Timestamp) -> Result<Counts, QueueError> {
        on!(self.backend, database => database.counts(now).await)
    }

    /// Forgets what is over for longer than `keep` says; answers with the number of rows.
    pub async fn prune(&self, keep: Retention, now: Timestamp) -> Result<u64, QueueError> {
        let kinds = [
            (statements::PRUNE_FINISHED, keep.finished),
            (statements::PRUNE_DEAD, keep.dead),
            (statements::PRUNE_DELIVERIES, keep.deliveries),
            (statements::PRUNE_MEMORIES, keep.memories),
        ];
        let mut total = 0;
        for (statement, age) in kinds {
            loop {
                let rows = on!(self.backend, database => database.prune(statement, now - age, PRUNE_SLICE).await)?;
                total += rows;
                if rows < PRUNE_SLICE as u64 {
                    break;
                }
            }
        }
        Ok(total)
    }

    /// Notes a fact that must survive a restart, for example the check run of a head. A later value replaces it.
    pub async fn remember(&self, key: &str, value: &str, now: Timestamp) -> Result<(), QueueError> {
        on!(self.backend, database => database.remember(key, value, now).await)
    }

    pub async fn recall(&self, key: &str) -> Result<Option<String>, QueueError> {
        on!(self.backend, database => database.recall(key).await)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), QueueError> {
        on!(self.backend, database => database.ping().await)
    }

    /// Closes the connections; what was accepted is on disk already.
    pub async fn close(&self) {
        on!(self.backend, database => database.close().await)
    }
}
