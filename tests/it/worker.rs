//! The worker: every way a job can end, and what the queue knows afterwards.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use sightline::flows::{FlowError, Outcome, Retry};
use sightline::model::Clock;
use sightline::queue::{JobState, Lease, Leased, NewWork, Retention, Store};
use sightline::worker::{Handler, Options, Worker};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::support::service::ManualClock;

/// Does what the job's kind says.
struct Script {
    started: Semaphore,
    finish: Semaphore,
    runs: AtomicUsize,
}

impl Handler for Script {
    async fn run(&self, job: &Leased) -> Result<Outcome, FlowError> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        self.started.add_permits(1);
        match job.kind.as_str() {
            "skip" => Ok(Outcome::Skipped("nothing to do")),
            "then" => Ok(Outcome::Then(vec![work("skip", "next")])),
            "flaky" if job.attempts == 1 => Err(FlowError::new("GitHub answered 502", Retry::Backoff)),
            "flaky" => Ok(Outcome::Superseded),
            "broken" => Err(FlowError::new("no permission", Retry::Never).because("403")),
            "hopeless" => Err(FlowError::new("GitHub answered 502", Retry::Backoff)),
            "limited" => Err(FlowError::new("rate limited", Retry::At(job.created_at + Duration::from_secs(600)))),
            "panics" => panic!("the handler panicked on purpose"),
            "hangs" => std::future::pending().await,
            "waits" => {
                self.finish.acquire().await.unwrap().forget();
                Ok(Outcome::Skipped("waited"))
            }
            other => panic!("no script for {other}"),
        }
    }

    fn deadline(&self, job: &Leased) -> Duration {
        Duration::from_millis(if job.kind == "hangs" && job.key == "short" { 20 } else { 60_000 })
    }
}

fn work(kind: &'static str, key: &str) -> NewWork {
    NewWork { kind, key: key.into(), payload: json!(null), priority: 0, run_at: None }
}

struct World {
    store: Store,
    clock: Arc<ManualClock>,
    script: Arc<Script>,
    results: Arc<Mutex<Vec<&'static str>>>,
    worker: Worker<Script>,
}

impl World {
    async fn new(lease: Duration, grace: Duration) -> Self {
        let store = Store::open("sqlite::memory:").await.unwrap();
        let clock = Arc::new(ManualClock::default());
        let script = Script { started: Semaphore::new(0), finish: Semaphore::new(0), runs: AtomicUsize::new(0) };
        let script = Arc::new(script);
        let results = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&results);
        let options = Options {
            concurrency: 2,
            lease: Lease { holder: "test".into(), length: lease, max_attempts: 3 },
            max_attempts: 3,
            grace,
            retention: Retention::default(),
            observe: Arc::new(move |attempt| seen.lock().unwrap().push(attempt.result)),
        };
        let handler = Arc::clone(&script);
        let worker = Worker { store: store.clone(), clock: Arc::clone(&clock) as Arc<dyn Clock>, handler, options };
        Self { store, clock, script, results, worker }
    }

    async fn patient() -> Self {
        Self::new(Duration::from_secs(30), Duration::from_secs(30)).await
    }

    async fn queue(&self, works: &[NewWork]) {
        self.store.enqueue(works, self.clock.now()).await.unwrap();
    }

    async fn drain(&self) -> usize {
        self.worker.drain().await.unwrap()
    }

    fn results(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.results.lock().unwrap())
    }

    async fn number(&self, state: JobState) -> usize {
        self.store.list(state, 100).await.unwrap().len()
    }
}

#[tokio::test]
async fn a_job_is_done_once_and_brings_the_next() {
    let world = World::patient().await;
    world.queue(&[work("then", "a")]).await;
    assert_eq!(world.drain().await, 2);
    assert_eq!(world.results(), ["followed up", "skipped"]);
    assert_eq!(world.number(JobState::Done).await, 2);
}

#[tokio::test]
async fn a_failure_is_tried_again_after_a_pause() {
    let world = World::patient().await;
    world.queue(&[work("flaky", "a")]).await;
    assert_eq!(world.drain().await, 1);
    world.clock.advance(5);
    assert_eq!(world.drain().await, 1);
    assert_eq!(world.results(), ["retried", "superseded"]);
}

#[tokio::test]
async fn a_failure_that_lasts_becomes_a_dead_letter() {
    let world = World::patient().await;
    world.queue(&[work("hopeless", "a"), work("broken", "b")]).await;
    for _ in 0..5 {
        world.drain().await;
        world.clock.advance(3600);
    }
    let mut dead = world.store.dead(10).await.unwrap();
    dead.sort_by(|a, b| a.key.cmp(&b.key));
    let told: Vec<_> = dead.iter().map(|job| (job.attempts, job.error.as_deref().unwrap())).collect();
    assert_eq!(told, [(3, "GitHub answered 502"), (1, "no permission: 403")]);
}

#[tokio::test]
async fn a_limit_costs_no_attempt_but_does_not_last_forever() {
    let world = World::patient().await;
    world.queue(&[work("limited", "a")]).await;
    for _ in 0..10 {
        world.drain().await;
        world.clock.advance(600);
    }
    let waiting = world.store.list(JobState::Queued, 10).await.unwrap();
    assert_eq!(waiting[0].attempts, 0);
    world.clock.advance(4 * 24 * 3600);
    world.drain().await;
    assert_eq!(world.number(JobState::Dead).await, 1);
}

#[tokio::test]
async fn a_panic_and_a_hang_are_failures_of_the_job_alone() {
    let world = World::patient().await;
    world.queue(&[work("panics", "a"), work("hangs", "short"), work("skip", "c")]).await;
    assert_eq!(world.drain().await, 3);
    let mut results = world.results();
    results.sort_unstable();
    assert_eq!(results, ["retried", "retried", "skipped"]);
    let errors: Vec<_> =
        world.store.list(JobState::Queued, 10).await.unwrap().into_iter().map(|job| job.error.unwrap()).collect();
    assert!(errors.iter().any(|error| error.contains("panicked")), "{errors:?}");
    assert!(errors.iter().any(|error| error.contains("took longer")), "{errors:?}");
}

#[tokio::test]
async fn a_lost_lease_stops_the_job_and_settles_nothing() {
    let world = World::new(Duration::from_millis(90), Duration::from_secs(30)).await;
    world.queue(&[work("hangs", "a")]).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(world.worker.clone().run(stop.clone()));
    world.script.started.acquire().await.unwrap().forget();
    // Another replica finds the lease expired, as it would after a pause of this whole machine.
    let later = world.clock.now() + Duration::from_secs(60);
    let taken = world.store.claim(later, &world.worker.options.lease).await.unwrap().unwrap();
    stop.cancel();
    running.await.unwrap();
    assert_eq!(world.results(), ["lease lost"]);
    world.store.complete(&taken, &[], later).await.unwrap();
}

#[tokio::test]
async fn a_shutdown_lets_jobs_finish() {
    let world = World::patient().await;
    world.queue(&[work("waits", "a"), work("waits", "b"), work("waits", "c")]).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(world.worker.clone().run(stop.clone()));
    world.script.started.acquire_many(2).await.unwrap().forget();
    stop.cancel();
    world.script.finish.add_permits(3);
    running.await.unwrap();
    assert_eq!((world.number(JobState::Done).await, world.number(JobState::Queued).await), (2, 1), "no third begins");
}

#[tokio::test]
async fn a_shutdown_hands_back_what_takes_too_long() {
    let world = World::new(Duration::from_secs(30), Duration::ZERO).await;
    world.queue(&[work("hangs", "a")]).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(world.worker.clone().run(stop.clone()));
    world.script.started.acquire().await.unwrap().forget();
    stop.cancel();
    running.await.unwrap();
    assert_eq!(world.results(), ["handed back"]);
    let job = world.store.claim(world.clock.now(), &world.worker.options.lease).await.unwrap().unwrap();
    assert_eq!(job.attempts, 1, "at once, and as if it had not been tried");
}
