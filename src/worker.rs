//! The worker: claims jobs, runs them, settles them. A job is settled exactly once or not at all: whoever dies, hangs or
//! loses the database leaves a lease behind that expires, and the job is claimed again.
//!
//! What a job means is the [`Handler`]'s business; this file only knows time, failure and the queue.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, info, info_span, warn};

use crate::flows::{FlowError, Outcome, Retry};
use crate::model::{Clock, Timestamp};
use crate::queue::{Lease, Leased, QueueError, Retention, Store, backoff};

/// How soon jobs are found that another replica queued, or whose time has come.
const POLL: Duration = Duration::from_millis(500);
const POLL_AFTER_TROUBLE: Duration = Duration::from_secs(5);
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
/// A job that is told to wait again and again for this long will not be helped by waiting.
const LONGEST_LIFE: Duration = Duration::from_secs(3 * 24 * 3600);

const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        chrono::Utc::now()
    }
}

/// What a job is.
pub trait Handler: Send + Sync + 'static {
    fn run(&self, job: &Leased) -> impl Future<Output = Result<Outcome, FlowError>> + Send;

    /// How long one attempt may take.
    fn deadline(&self, job: &Leased) -> Duration;
}

#[derive(Clone)]
pub struct Options {
    pub concurrency: usize,
    pub lease: Lease,
    /// How often a job may fail before it is a dead letter.
    pub max_attempts: u32,
    /// How long jobs may go on after shutdown was asked for; what is still running then is handed back.
    pub grace: Duration,
    pub retention: Retention,
    /// Told of every attempt, for metrics.
    pub observe: Arc<dyn Fn(&Attempt<'_>) + Send + Sync>,
}

/// One attempt that is over.
#[derive(Debug)]
pub struct Attempt<'a> {
    pub kind: &'a str,
    pub result: &'static str,
    pub took: Duration,
    pub outcome: Option<&'a Outcome>,
}

pub struct Worker<H> {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub handler: Arc<H>,
    pub options: Options,
}

impl<H> Clone for Worker<H> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            handler: Arc::clone(&self.handler),
            options: self.options.clone(),
        }
    }
}

/// How an attempt ended, before the queue knows.
enum End {
    Finished(Result<Outcome, FlowError>),
    LeaseLost,
    HandBack,
}

impl<H: Handler> Worker<H> {
    /// Works until `stop`, then lets running jobs finish within the grace period and hands back the rest.
    pub async fn run(self, stop: CancellationToken) {
        let hurry = CancellationToken::new();
        let mut running = JoinSet::new();
        let mut next_prune = Instant::now();
        while !stop.is_cancelled() {
            if Instant::now() >= next_prune {
                next_prune = Instant::now() + PRUNE_EVERY;
                self.prune().await;
            }
            let pause = self.fill(&mut running, &hurry).await;
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = running.join_next(), if !running.is_empty() => {}
                () = self.store.arrival(), if running.len() < self.options.concurrency => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        if running.is_empty() {
            return;
        }
        info!(jobs = running.len(), "finishing {} running jobs before the worker stops", running.len());
        let all = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(self.options.grace, all).await.is_err() {
            hurry.cancel();
            while running.join_next().await.is_some() {}
        }
    }

    /// Runs everything that is due now to its end, for tests and one-shot runs; answers with the number of attempts.
    pub async fn drain(&self) -> Result<usize, QueueError> {
        let mut attempts = 0;
        while let Some(job) = self.store.claim(self.clock.now(), &self.options.lease).await? {
            self.clone().attempt(job, CancellationToken::new()).await;
            attempts += 1;
        }
        Ok(attempts)
    }

    /// Claims until every place is taken or nothing is due; answers with how long to wait before looking again.
    async fn fill(&self, running: &mut JoinSet<()>, hurry: &CancellationToken) -> Duration {
        while running.len() < self.options.concurrency {
            match self.store.claim(self.clock.now(), &self.options.lease).await {
                Ok(Some(job)) => {
                    running.spawn(self.clone().attempt(job, hurry.clone()));
                }
                Ok(None) => return POLL,
                Err(error) => {
                    error!(error = &error as &dyn std::error::Error, "could not claim a job, looking again soon");
                    return POLL_AFTER_TROUBLE;
                }
            }
        }
        POLL
    }

    async fn attempt(self, job: Leased, hurry: CancellationToken) {
        let span = info_span!(
            "job",
            otel.name = format!("job {}", job.kind),
            job = job.id,
            kind = %job.kind,
            key = %job.key,
            attempt = job.attempts,
            delivery = job.delivery.as_deref().unwrap_or_default(),
            repository = tracing::field::Empty,
            pull_request = tracing::field::Empty,
        );
        async {
            let start = Instant::now();
            let end = self.carry_out(&job, &hurry).await;
            let (result, outcome) = self.settle(&job, end).await;
            let took = start.elapsed();
            (self.options.observe)(&Attempt { kind: &job.kind, result, took, outcome: outcome.as_ref() });
        }
        .instrument(span)
        .await;
    }

    async fn carry_out(&self, job: &Leased, hurry: &CancellationToken) -> End {
        let deadline = self.handler.deadline(job);
        let work = AssertUnwindSafe(self.handler.run(job)).catch_unwind();
        tokio::select! {
            result = tokio::time::timeout(deadline, work) => End::Finished(match result {
                Ok(Ok(result)) => result,
                // The panic's own message has gone to the log through the hook.
                Ok(Err(_)) => Err(FlowError::new("the job panicked", Retry::Backoff)),
                Err(_) => Err(FlowError::new(format!("the job took longer than {} s", deadline.as_secs()), Retry::Backoff)),
            }),
            () = self.keep_lease(job) => End::LeaseLost,
            () = hurry.cancelled() => End::HandBack,
        }
    }

    /// Extends the lease until it is lost: by the word of the database, or because the database was away too long.
    async fn keep_lease(&self, job: &Leased) {
        let length = self.options.lease.length;
        let mut last = Instant::now();
        loop {
            tokio::time::sleep(length / 3).await;
            match self.store.heartbeat(job, self.clock.now() + length).await {
                Ok(()) => last = Instant::now(),
                Err(QueueError::LeaseLost { .. }) => return,
                Err(error) => {
                    warn!(error = &error as &dyn std::error::Error, "could not extend the lease of job {}", job.id);
                    if last.elapsed() >= length {
                        return;
                    }
                }
            }
        }
    }

    async fn settle(&self, job: &Leased, end: End) -> (&'static str, Option<Outcome>) {
        let (result, outcome, settlement) = self.decide(job, end);
        let Some(settlement) = settlement else { return (result, outcome) };
        // The work is done and said; a database that is away for a moment must not make it happen again.
        for pause in [0, 1, 3] {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            match self.write(job, &settlement).await {
                Ok(()) => return (result, outcome),
                Err(error @ QueueError::LeaseLost { .. }) => {
                    warn!(error = &error as &dyn std::error::Error, "job {} ended after its lease", job.id);
                    return ("lease lost", outcome);
                }
                Err(error) => {
                    error!(error = &error as &dyn std::error::Error, "could not settle job {}", job.id);
                }
            }
        }
        ("unsettled", outcome)
    }

    /// What the queue should be told, and what the log is told now.
    fn decide(&self, job: &Leased, end: End) -> (&'static str, Option<Outcome>, Option<Settlement>) {
        let failure = match end {
            End::LeaseLost => {
                warn!("job {} ({}) was stopped: its lease was lost", job.id, job.key);
                return ("lease lost", None, None);
            }
            End::HandBack => {
                info!("job {} ({}) is handed back: the worker stops", job.id, job.key);
                return ("handed back", None, Some(Settlement::HandBack));
            }
            End::Finished(Ok(outcome)) => {
                let result = describe(&outcome);
                info!(result, "job {} ({}) is {result}", job.id, job.key);
                let next = if let Outcome::Then(next) = &outcome { next.clone() } else { Vec::new() };
                return (result, Some(outcome), Some(Settlement::Complete(next)));
            }
            End::Finished(Err(failure)) => failure,
        };
        let now = self.clock.now();
        let why = failure.story();
        let too_old = now - LONGEST_LIFE > job.created_at;
        match failure.retry {
            Retry::At(time) if !too_old => {
                // A time that has passed already must not make this spin.
                let time = time.max(now + SHORTEST_WAIT);
                warn!(error = why, retry_at = %time, "job {} ({}) waits until {time}", job.id, job.key);
                ("postponed", None, Some(Settlement::Postpone(time, why)))
            }
            Retry::Backoff if job.attempts < self.options.max_attempts => {
                let time = now + backoff::pause(job.attempts, fastrand::f64());
                warn!(error = why, retry_at = %time, "job {} ({}) failed, attempt {}", job.id, job.key, job.attempts);
                ("retried", None, Some(Settlement::Retry(time, why)))
            }
            _ => {
                error!(error = why, "job {} ({}) failed for good, attempt {}", job.id, job.key, job.attempts);
                ("dead", None, Some(Settlement::Bury(why)))
            }
        }
    }

    async fn write(&self, job: &Leased, settlement: &Settlement) -> Result<(), QueueError> {
        let now = self.clock.now();
        match settlement {
            Settlement::Complete(next) => self.store.complete(job, next, now).await,
            Settlement::HandBack => self.store.hand_back(job, now).await,
            Settlement::Postpone(time, why) => self.store.postpone(job, *time, why, now).await,
            Settlement::Retry(time, why) => self.store.retry(job, *time, why, now).await,
            Settlement::Bury(why) => self.store.bury(job, why, now).await,
        }
    }

    async fn prune(&self) {
        match self.store.prune(self.options.retention, self.clock.now()).await {
            Ok(0) => {}
            Ok(rows) => info!(rows, "forgot {rows} old rows of the queue"),
            Err(error) => warn!(error = &error as &dyn std::error::Error, "could not tidy up the queue"),
        }
    }
}

enum Settlement {
    Complete(Vec<crate::queue::NewWork>),
    HandBack,
    Postpone(Timestamp, String),
    Retry(Timestamp, String),
    Bury(String),
}

fn describe(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Published(_) => "published",
        Outcome::Skipped(_) => "skipped",
        Outcome::Superseded => "superseded",
        Outcome::Then(_) => "followed up",
    }
}
