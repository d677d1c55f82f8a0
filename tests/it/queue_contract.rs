//! What the queue promises, asked of both databases by the same questions.

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeZone;
use serde_json::json;
use sightline::model::Timestamp;
use sightline::queue::{Accepted, Delivery, JobState, Lease, Leased, NewWork, QueueError, Retention, Store};
use tempfile::TempDir;

use crate::support::postgres;

/// A store and what must outlive it.
struct World {
    store: Store,
    url: String,
    _folder: Option<TempDir>,
    _database: Option<postgres::Database>,
}

impl World {
    async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("a/queue.db").display());
        Self { store: Store::open(&url).await.unwrap(), url, _folder: Some(folder), _database: None }
    }

    async fn postgres() -> Self {
        let database = postgres::Database::create().await;
        let url = database.url.clone();
        Self { store: Store::open(&url).await.unwrap(), url, _folder: None, _database: Some(database) }
    }

    async fn accept(&self, guid: &str, works: Vec<NewWork>, now: Timestamp) -> Accepted {
        self.store.accept(delivery(guid), works, now).await.unwrap()
    }

    async fn claim(&self, now: Timestamp) -> Option<Leased> {
        self.store.claim(now, &lease()).await.unwrap()
    }

    async fn states(&self) -> Vec<(JobState, usize)> {
        let mut states = Vec::new();
        for state in JobState::ALL {
            let number = self.store.list(state, 1000).await.unwrap().len();
            if number > 0 {
                states.push((state, number));
            }
        }
        states
    }
}

macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $name() { super::$name(super::World::sqlite().await).await })+
        }
        mod on_postgres {
            $(
                #[tokio::test]
                #[ignore = "needs PostgreSQL: run with --include-ignored"]
                async fn $name() { super::$name(super::World::postgres().await).await }
            )+
        }
    };
}

contract!(
    a_delivery_brings_its_works,
    a_redelivery_does_nothing_twice,
    a_redelivery_revives_what_is_dead,
    one_guid_at_the_same_time_is_new_once,
    a_burst_is_committed_whole,
    a_refused_delivery_takes_no_other_with_it,
    a_newer_work_replaces_one_that_waits,
    a_newer_work_ends_the_pause_of_a_retry,
    a_key_runs_once_at_a_time,
    a_delayed_work_waits_for_its_time,
    urgent_first_then_in_order,
    an_expired_lease_goes_to_another_worker,
    a_heartbeat_keeps_the_lease,
    a_job_that_kills_its_workers_is_buried,
    an_expired_job_yields_to_a_newer_one,
    a_retry_counts_and_says_why,
    a_retry_yields_to_a_newer_one,
    a_job_handed_back_costs_no_attempt,
    a_dead_letter_is_listed_and_retried,
    completion_queues_what_follows,
    a_lost_lease_settles_nothing,
    counts_tell_the_truth,
    pruning_forgets_only_what_is_over,
    memories_are_kept,
    everything_survives_a_restart,
    workers_never_share_a_job,
    any_text_comes_back_as_it_was,
);

/// `SIGHTLINE_TEST_REQUIRE_SERVICES=1` says: this run is the proof, nothing may be left out.
#[test]
fn required_services_are_exercised() {
    if std::env::var_os("SIGHTLINE_TEST_REQUIRE_SERVICES").is_none_or(|value| value != "1") {
        return;
    }
    assert!(postgres::programs().is_some(), "PostgreSQL is required (apt-get install postgresql) and not installed");
    let ignored = std::env::args().any(|arg| arg == "--include-ignored" || arg == "--ignored");
    assert!(ignored, "pass --include-ignored: otherwise the PostgreSQL half of the contract is not run");
}

fn at(second: i64) -> Timestamp {
    chrono::Utc.timestamp_opt(1_800_000_000 + second, 0).unwrap()
}

fn delivery(guid: &str) -> Delivery {
    Delivery { guid: guid.into(), event: "pull_request".into() }
}

fn work(key: &str) -> NewWork {
    NewWork { kind: "review", key: key.into(), payload: json!({ "key": key }), priority: 0, run_at: None }
}

fn lease() -> Lease {
    Lease { holder: "test".into(), length: Duration::from_secs(30), max_attempts: 3 }
}

fn lost<T: std::fmt::Debug>(result: Result<T, QueueError>) -> bool {
    matches!(result, Err(QueueError::LeaseLost { .. }))
}

async fn a_delivery_brings_its_works(world: World) {
    assert_eq!(world.accept("d1", vec![work("a"), work("b")], at(0)).await, Accepted::New { jobs: 2 });
    assert_eq!(world.accept("d2", vec![], at(0)).await, Accepted::New { jobs: 0 });
    let first = world.claim(at(1)).await.unwrap();
    assert_eq!((first.kind.as_str(), first.key.as_str(), first.attempts), ("review", "a", 1));
    assert_eq!(first.payload, json!({ "key": "a" }));
    assert_eq!(first.delivery.as_deref(), Some("d1"));
    assert_eq!(first.created_at, at(0));
    assert_eq!(world.claim(at(1)).await.unwrap().key, "b");
    assert_eq!(world.claim(at(1)).await, None);
}

async fn a_redelivery_does_nothing_twice(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    assert_eq!(world.accept("d1", vec![work("a")], at(1)).await, Accepted::Duplicate, "waiting");
    let job = world.claim(at(2)).await.unwrap();
    assert_eq!(world.accept("d1", vec![work("a")], at(3)).await, Accepted::Duplicate, "running");
    world.store.complete(&job, &[], at(4)).await.unwrap();
    assert_eq!(world.accept("d1", vec![work("a")], at(5)).await, Accepted::Duplicate, "done");
    assert_eq!(world.claim(at(6)).await, None);
}

async fn a_redelivery_revives_what_is_dead(world: World) {
    world.accept("d1", vec![work("a"), work("b")], at(0)).await;
    let a = world.claim(at(1)).await.unwrap();
    let b = world.claim(at(1)).await.unwrap();
    world.store.bury(&a, "broken", at(2)).await.unwrap();
    world.store.complete(&b, &[], at(2)).await.unwrap();
    assert_eq!(world.accept("d1", vec![work("a"), work("b")], at(3)).await, Accepted::Revived { jobs: 1 });
    let again = world.claim(at(4)).await.unwrap();
    assert_eq!((again.key.as_str(), again.attempts), ("a", 1));
    assert_eq!(world.claim(at(4)).await, None);
    // Not while something newer of the key waits: that one does the work.
    world.store.bury(&again, "broken", at(5)).await.unwrap();
    world.accept("d2", vec![work("a")], at(6)).await;
    assert_eq!(world.accept("d1", vec![work("a")], at(7)).await, Accepted::Duplicate);
}

async fn one_guid_at_the_same_time_is_new_once(world: World) {
    let tasks = (0..20).map(|_| world.store.accept(delivery("same"), vec![work("a")], at(0)));
    let answers = futures::future::join_all(tasks).await;
    let new = answers.iter().filter(|answer| matches!(answer, Ok(Accepted::New { .. }))).count();
    let duplicate = answers.iter().filter(|answer| matches!(answer, Ok(Accepted::Duplicate))).count();
    assert_eq!((new, duplicate), (1, 19));
}

async fn a_burst_is_committed_whole(world: World) {
    let tasks = (0..300).map(|n| world.store.accept(delivery(&format!("d{n}")), vec![work(&format!("k{n}"))], at(0)));
    for answer in futures::future::join_all(tasks).await {
        assert_eq!(answer.unwrap(), Accepted::New { jobs: 1 });
    }
    assert_eq!(world.states().await, [(JobState::Queued, 300)]);
}

async fn a_refused_delivery_takes_no_other_with_it(world: World) {
    // A NUL is text for SQLite and an error for PostgreSQL; either way the neighbours are committed.
    let (first, _, last) = tokio::join!(
        world.store.accept(delivery("d1"), vec![work("a")], at(0)),
        world.store.accept(delivery("d2"), vec![work("nul \0 in a key")], at(0)),
        world.store.accept(delivery("d3"), vec![work("b")], at(0)),
    );
    assert_eq!((first.unwrap(), last.unwrap()), (Accepted::New { jobs: 1 }, Accepted::New { jobs: 1 }));
}

async fn a_newer_work_replaces_one_that_waits(world: World) {
    world.accept("d1", vec![NewWork { priority: 5, ..work("a") }], at(0)).await;
    let newer = NewWork { payload: json!({ "head": 2 }), ..work("a") };
    world.accept("d2", vec![work("a"), newer], at(1)).await;
    world.accept("d3", vec![NewWork { priority: 3, ..work("b") }], at(1)).await;
    let job = world.claim(at(2)).await.unwrap();
    assert_eq!(job.payload, json!({ "head": 2 }), "it keeps the place of the more urgent one it replaced");
    assert_eq!(job.delivery.as_deref(), Some("d2"));
    assert_eq!(world.claim(at(2)).await.unwrap().key, "b");
    assert_eq!(world.claim(at(2)).await, None);
}

async fn a_newer_work_ends_the_pause_of_a_retry(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    let job = world.claim(at(1)).await.unwrap();
    world.store.retry(&job, at(1000), "later", at(2)).await.unwrap();
    assert_eq!(world.claim(at(3)).await, None);
    world.accept("d2", vec![work("a")], at(4)).await;
    assert_eq!(world.claim(at(5)).await.unwrap().attempts, 1);
}

async fn a_key_runs_once_at_a_time(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    let older = world.claim(at(1)).await.unwrap();
    assert!(!world.store.is_superseded(&older).await.unwrap());
    world.accept("d2", vec![work("a")], at(2)).await;
    assert!(world.store.is_superseded(&older).await.unwrap());
    assert_eq!(world.claim(at(3)).await, None, "its key is running");
    world.store.complete(&older, &[], at(4)).await.unwrap();
    assert_eq!(world.claim(at(5)).await.unwrap().delivery.as_deref(), Some("d2"));
}

async fn a_delayed_work_waits_for_its_time(world: World) {
    world.store.enqueue(&[NewWork { run_at: Some(at(60)), ..work("a") }], at(0)).await.unwrap();
    assert_eq!(world.claim(at(59)).await, None);
    assert_eq!(world.claim(at(60)).await.unwrap().key, "a");
}

async fn urgent_first_then_in_order(world: World) {
    world.accept("d1", vec![work("first")], at(0)).await;
    world.accept("d2", vec![work("second")], at(1)).await;
    world.accept("d3", vec![NewWork { priority: 9, ..work("urgent") }], at(2)).await;
    let mut order = Vec::new();
    while let Some(job) = world.claim(at(3)).await {
        order.push(job.key);
    }
    assert_eq!(order, ["urgent", "first", "second"]);
}

async fn an_expired_lease_goes_to_another_worker(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    let killed = world.claim(at(0)).await.unwrap();
    assert_eq!(world.claim(at(29)).await, None);
    let taken = world.claim(at(30)).await.unwrap();
    assert_eq!((taken.id, taken.attempts), (killed.id, 2));
    assert!(lost(world.store.heartbeat(&killed, at(90)).await));
    assert!(lost(world.store.complete(&killed, &[], at(31)).await));
    assert!(lost(world.store.retry(&killed, at(31), "late", at(31)).await));
    assert!(lost(world.store.bury(&killed, "late", at(31)).await));
    world.store.complete(&taken, &[], at(32)).await.unwrap();
    assert_eq!(world.states().await, [(JobState::Done, 1)]);
}

async fn a_heartbeat_keeps_the_lease(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    let job = world.claim(at(0)).await.unwrap();
    world.store.heartbeat(&job, at(55)).await.unwrap();
    assert_eq!(world.claim(at(54)).await, None);
    world.store.complete(&job, &[], at(54)).await.unwrap();
}

async fn a_job_that_kills_its_workers_is_buried(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    assert_eq!(world.claim(at(0)).await.unwrap().attempts, 1);
    assert_eq!(world.claim(at(30)).await.unwrap().attempts, 2, "at once: a restart is the usual reason");
    assert_eq!(world.claim(at(60)).await, None, "then with a pause: the job may be what kills them");
    assert_eq!(world.claim(at(75)).await.unwrap().attempts, 3);
    assert_eq!(world.claim(at(105)).await, None);
    let dead = world.store.dead(10).await.unwrap();
    assert_eq!((dead.len(), dead[0].attempts), (1, 3));
    assert!(dead[0].error.as_deref().unwrap().contains("lease expired"));
}

async fn an_expired_job_yields_to_a_newer_one(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    world.claim(at(0)).await.unwrap();
    world.accept("d2", vec![work("a")], at(1)).await;
    let job = world.claim(at(40)).await.unwrap();
    assert_eq!(job.delivery.as_deref(), Some("d2"));
    assert_eq!(world.states().await, [(JobState::Leased, 1), (JobState::Replaced, 1)]);
}

async fn a_retry_counts_and_says_why(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    let job = world.claim(at(1)).await.unwrap();
    world.store.retry(&job, at(10), "GitHub answered 502", at(2)).await.unwrap();
    let waiting = world.store.list(JobState::Queued, 10).await.unwrap();
    assert_eq!(waiting[0].error.as_deref(), Some("GitHub answered 502"));
    assert_eq!(waiting[0].run_at, at(10));
    assert_eq!(world.claim(at(9)).await, None);
    assert_eq!(world.claim(at(10)).await.unwrap().attempts, 2);
}

async fn a_retry_yields_to_a_newer_one(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    let job = world.claim(at(1)).await.unwrap();
    world.accept("d2", vec![work("a")], at(2)).await;
    world.store.retry(&job, at(10), "failed", at(3)).await.unwrap();
    assert_eq!(world.states().await, [(JobState::Queued, 1), (JobState::Replaced, 1)]);
    assert_eq!(world.claim(at(4)).await.unwrap().delivery.as_deref(), Some("d2"));
}

async fn a_job_handed_back_costs_no_attempt(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    let job = world.claim(at(1)).await.unwrap();
    world.store.hand_back(&job, at(2)).await.unwrap();
    assert_eq!(world.claim(at(2)).await.unwrap().attempts, 1);
}

async fn a_dead_letter_is_listed_and_retried(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    let job = world.claim(at(1)).await.unwrap();
    world.store.bury(&job, "no permission\0", at(2)).await.unwrap();
    let dead = world.store.dead(10).await.unwrap();
    assert_eq!((dead[0].id, dead[0].state, dead[0].finished_at), (job.id, JobState::Dead, Some(at(2))));
    assert!(dead[0].error.as_deref().unwrap().starts_with("no permission"));
    assert!(!world.store.requeue(job.id + 1000, at(3)).await.unwrap());
    assert!(world.store.requeue(job.id, at(3)).await.unwrap());
    assert!(!world.store.requeue(job.id, at(3)).await.unwrap(), "it is not dead any more");
    let again = world.claim(at(4)).await.unwrap();
    assert_eq!((again.id, again.attempts), (job.id, 1));
    world.store.bury(&again, "again", at(5)).await.unwrap();
    world.accept("d2", vec![work("a")], at(6)).await;
    assert!(world.store.requeue(job.id, at(7)).await.unwrap());
    assert_eq!(world.states().await, [(JobState::Queued, 1), (JobState::Replaced, 1)]);
}

async fn completion_queues_what_follows(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    let job = world.claim(at(1)).await.unwrap();
    world.store.complete(&job, &[work("a"), work("b")], at(2)).await.unwrap();
    let mut keys = HashSet::new();
    while let Some(next) = world.claim(at(3)).await {
        assert_eq!(next.delivery.as_deref(), Some("d1"));
        keys.insert(next.key);
    }
    assert_eq!(keys, HashSet::from(["a".into(), "b".into()]));
}

async fn a_lost_lease_settles_nothing(world: World) {
    world.accept("d1", vec![work("a")], at(0)).await;
    let killed = world.claim(at(0)).await.unwrap();
    let taken = world.claim(at(60)).await.unwrap();
    assert!(lost(world.store.complete(&killed, &[work("b")], at(61)).await));
    assert_eq!(world.states().await, [(JobState::Leased, 1)], "nothing followed from it either");
    world.store.heartbeat(&taken, at(120)).await.unwrap();
}

async fn counts_tell_the_truth(world: World) {
    let delayed = NewWork { run_at: Some(at(500)), ..work("delayed") };
    world.accept("d1", vec![work("a"), work("b"), work("c"), work("d"), delayed], at(0)).await;
    let done = world.claim(at(1)).await.unwrap();
    world.store.complete(&done, &[], at(1)).await.unwrap();
    let dead = world.claim(at(1)).await.unwrap();
    world.store.bury(&dead, "broken", at(1)).await.unwrap();
    world.claim(at(1)).await.unwrap();
    let counts = world.store.counts(at(2)).await.unwrap();
    assert_eq!((counts.ready, counts.delayed, counts.leased, counts.dead), (1, 1, 1, 1));
    assert_eq!(counts.oldest_ready, Some(at(0)));
}

async fn pruning_forgets_only_what_is_over(world: World) {
    const DAY: i64 = 24 * 3600;
    world.accept("d1", vec![work("done"), work("dead"), work("waiting")], at(0)).await;
    let mut jobs = Vec::new();
    while let Some(job) = world.claim(at(1)).await {
        jobs.push(job);
    }
    for job in &jobs {
        match job.key.as_str() {
            "done" => world.store.complete(job, &[], at(2)).await.unwrap(),
            "dead" => world.store.bury(job, "broken", at(2)).await.unwrap(),
            _ => world.store.hand_back(job, at(2)).await.unwrap(),
        }
    }
    world.store.remember("fact", "kept", at(0)).await.unwrap();
    assert_eq!(world.store.prune(Retention::default(), at(DAY)).await.unwrap(), 0);
    assert_eq!(world.store.prune(Retention::default(), at(10 * DAY)).await.unwrap(), 1);
    assert_eq!(world.states().await, [(JobState::Queued, 1), (JobState::Dead, 1)]);
    assert_eq!(world.accept("d1", vec![], at(10 * DAY)).await, Accepted::Revived { jobs: 1 });
    assert_eq!(world.store.prune(Retention::default(), at(100 * DAY)).await.unwrap(), 2, "the delivery and the memory");
    assert_eq!(world.states().await, [(JobState::Queued, 2)]);
}

async fn memories_are_kept(world: World) {
    assert_eq!(world.store.recall("check:acme/shop:abc").await.unwrap(), None);
    world.store.remember("check:acme/shop:abc", "17", at(0)).await.unwrap();
    world.store.remember("check:acme/shop:abc", "18", at(1)).await.unwrap();
    assert_eq!(world.store.recall("check:acme/shop:abc").await.unwrap().as_deref(), Some("18"));
}

async fn everything_survives_a_restart(world: World) {
    world.accept("d1", vec![work("a"), work("b")], at(0)).await;
    world.claim(at(0)).await.unwrap();
    world.store.remember("fact", "kept", at(0)).await.unwrap();
    world.store.close().await;
    assert!(world.store.accept(delivery("late"), vec![], at(0)).await.is_err());
    let store = Store::open(&world.url).await.unwrap();
    store.ping().await.unwrap();
    assert_eq!(store.accept(delivery("d1"), vec![work("a")], at(1)).await.unwrap(), Accepted::Duplicate);
    assert_eq!(store.recall("fact").await.unwrap().as_deref(), Some("kept"));
    assert_eq!(store.claim(at(1), &lease()).await.unwrap().unwrap().key, "b");
    assert_eq!(store.claim(at(31), &lease()).await.unwrap().unwrap().key, "a");
}

async fn workers_never_share_a_job(world: World) {
    let works = (0..60).map(|n| work(&format!("k{n}"))).collect();
    world.accept("d1", works, at(0)).await;
    let worker = || {
        let store = world.store.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                match store.claim(at(1), &lease()).await.unwrap() {
                    Some(job) => mine.push(job.id),
                    None if store.counts(at(1)).await.unwrap().ready == 0 => break mine,
                    None => tokio::task::yield_now().await,
                }
            }
        })
    };
    let workers: Vec<_> = (0..6).map(|_| worker()).collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (60, 60));
}

async fn any_text_comes_back_as_it_was(world: World) {
    let payload =
        json!({ "ref": "feature/'\"\\ \u{0} 🦀 \u{202e} $1 ?1", "n": 9_007_199_254_740_993_i64, "none": null });
    let key = "review:acme/'; DROP TABLE jobs; --#1";
    world.accept("d'1", vec![NewWork { payload: payload.clone(), ..work(key) }], at(0)).await;
    let job = world.claim(at(1)).await.unwrap();
    assert_eq!((job.payload, job.key.as_str(), job.delivery.as_deref()), (payload, key, Some("d'1")));
}
