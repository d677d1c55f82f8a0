//! The service, whole but for the process around it: receiver, queue, worker, git and client are the real ones, GitHub
//! is the stand-in, time moves when the test says so, and the engine finds what the test wrote.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sightline::flows::{self, Attempt, Doors, Engine, FlowError, NoProbe, Outcome};
use sightline::github::signature::Secrets;
use sightline::github::{Credentials, Endpoints, GitHub};
use sightline::model::{
    ChangeSet, Clock, Confidence, FileChange, Finding, Location, Mode, RuleId, Severity, Side, Timestamp,
};
use sightline::policy::{Conclusion, Decision, FileOutcome, FileState, Judged, Placement};
use sightline::queue::{Lease, Leased, Retention, Store};
use sightline::server::{self, App, RulePages, Service};
use sightline::standin::{CheckView, CommentView, Conversation, Exchange, Opening, Options};
use sightline::worker::{self, Handler, Worker};
use sightline::workspace::{Cache, Limits};
use tempfile::TempDir;
use tokio::sync::{Semaphore, watch};

use super::github::Watched;
use super::service::Deliveries;

pub(crate) const REPO: &str = "acme/shop";
const MAX_ATTEMPTS: u32 = 4;

/// The machine's time, and what the test let pass.
#[derive(Default)]
pub(crate) struct Shifted(AtomicI64);

impl Clock for Shifted {
    fn now(&self) -> Timestamp {
        chrono::Utc::now() + chrono::Duration::seconds(self.0.load(Ordering::SeqCst))
    }
}

struct Flows(Doors);

impl Handler for Flows {
    async fn run(&self, job: &Leased) -> Result<Outcome, FlowError> {
        let work = flows::work_of(job)?;
        let attempt = Attempt { job: job.id, number: job.attempts, last: job.attempts >= MAX_ATTEMPTS };
        flows::run(&work, attempt, &self.0).await
    }

    fn deadline(&self, _job: &Leased) -> Duration {
        Duration::from_secs(60)
    }
}

pub(crate) struct World {
    pub(crate) github: Watched,
    pub(crate) doors: Doors,
    clock: Arc<Shifted>,
    worker: Worker<Flows>,
    _cache: TempDir,
}

impl World {
    /// A repository with forty lines in `a.txt`, and nothing else.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(adjust: impl FnOnce(&mut Doors)) -> Self {
        let clock = Arc::new(Shifted::default());
        let theirs = Arc::clone(&clock);
        let github = Watched::start(Options { clock: Arc::new(move || theirs.now()), ..Options::default() });
        github.add_repository(REPO, &[("a.txt", Some(lines(1, 40).as_bytes()))]).await.unwrap();
        let (cache, mut doors) = doors(&github, &clock).await;
        adjust(&mut doors);
        let address = receive(&github, &doors).await;
        github.set_hook_url(&format!("{address}/webhook"));
        let options = worker::Options {
            concurrency: 1,
            lease: Lease { holder: "test".into(), length: Duration::from_secs(60), max_attempts: MAX_ATTEMPTS },
            max_attempts: MAX_ATTEMPTS,
            grace: Duration::ZERO,
            retention: Retention::default(),
            observe: Arc::new(|_| {}),
        };
        let (store, handler) = (doors.store.clone(), Arc::new(Flows(doors.clone())));
        let worker = Worker { store, clock: Arc::clone(&clock) as Arc<dyn Clock>, handler, options };
        Self { github, doors, clock, worker, _cache: cache }
    }

    /// Everything that is due, and what comes due within a minute.
    pub(crate) async fn work(&self) {
        self.worker.drain().await.unwrap();
        self.pass(60).await;
    }

    /// Lets time pass, then does what has come due.
    pub(crate) async fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
        self.worker.drain().await.unwrap();
    }

    /// Lets so much time pass that every retry has had its turn.
    pub(crate) async fn outlast(&self) {
        for _ in 0..12 {
            self.pass(400).await;
        }
    }

    pub(crate) async fn push(&self, branch: &str, text: &str) -> String {
        self.github.push(REPO, branch, &[("a.txt", Some(text.as_bytes()))]).await.unwrap()
    }

    /// A pull request whose branch has this text, reviewed.
    pub(crate) async fn reviewed(&self, branch: &str, text: &str) -> u64 {
        let number = self.opened(branch, text).await;
        self.work().await;
        number
    }

    pub(crate) async fn opened(&self, branch: &str, text: &str) -> u64 {
        self.push(branch, text).await;
        self.github.open_pull_request(opening(branch)).await.unwrap()
    }

    pub(crate) fn seen(&self, number: u64) -> Conversation {
        self.github.conversation(REPO, number).expect("the pull request is there")
    }

    /// The only check run on the head, which is ours and completed.
    pub(crate) fn check(&self, number: u64) -> CheckView {
        let mut checks = self.seen(number).checks;
        assert_eq!(checks.len(), 1, "{checks:?}");
        let check = checks.remove(0);
        assert_eq!((check.name.as_str(), check.status.as_str()), ("sightline", "completed"));
        check
    }

    /// Requests to the API since the last call, tokens aside.
    pub(crate) fn api_requests(&self) -> Vec<Exchange> {
        let requests = self.github.requests().into_iter();
        let requests =
            requests.filter(|exchange| exchange.is_api() && !exchange.path.ends_with("/access_tokens")).collect();
        self.github.forget_requests();
        requests
    }
}

async fn doors(github: &Watched, clock: &Arc<Shifted>) -> (TempDir, Doors) {
    let held = github.credentials().unwrap();
    let url = github.url();
    let endpoints = Endpoints::new(url, url, &format!("{url}/graphql"));
    let credentials = Credentials::new(&held.app_id.to_string(), &held.private_key.into()).unwrap();
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    let cache = TempDir::new().unwrap();
    let doors = Doors {
        store: Store::open("sqlite::memory:").await.unwrap(),
        clock: Arc::clone(&clock),
        public_url: Some("https://sightline.example".into()),
        github: GitHub::with_timeout(endpoints, credentials, clock, Duration::from_secs(2)).unwrap(),
        workspace: Cache::new(cache.path().to_owned(), Limits::default()),
        engine: engine(),
        cpu: Arc::new(Semaphore::new(1)),
        probe: Arc::new(NoProbe),
        resolve_threads: false,
    };
    (cache, doors)
}

/// Serves the real receiver and says where.
async fn receive(github: &Watched, doors: &Doors) -> String {
    let held = github.credentials().unwrap();
    let secrets = Secrets::new(&[held.webhook_secret.into()]);
    let app = watch::Sender::new(Some(Arc::new(App { id: held.app_id, secrets, install_url: None })));
    let service = Service {
        store: doors.store.clone(),
        clock: Arc::clone(&doors.clock),
        app: app.subscribe(),
        pulse: Arc::new(Deliveries::default()),
        rules: Arc::new(RulePages::new([])),
        setup: None,
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        // The sender lives as long as the receiver serves.
        let _app = app;
        axum::serve(listener, server::router(service)).await
    });
    format!("http://{address}")
}

pub(crate) fn opening(head: &str) -> Opening<'_> {
    Opening {
        repo: REPO,
        base: "main",
        head,
        fork: None,
        title: "A change",
        body: "",
        author: "monalisa",
        draft: false,
    }
}

pub(crate) fn lines(first: u32, last: u32) -> String {
    (first..=last).map(|n| format!("line {n}\n")).collect()
}

/// `a.txt` with some lines put after line 20.
pub(crate) fn with(inserted: &str) -> String {
    format!("{}{inserted}{}", lines(1, 20), lines(21, 40))
}

/// The comments of an App are known by their marker.
pub(crate) fn marked(comment: &CommentView) -> bool {
    comment.body.contains("<!-- sightline:")
}

/// Finds each added line with `FINDME` and each removed line with `KEEPME`; the first five are inline. Files named
/// `*.bin` are not read.
pub(crate) fn engine() -> Engine {
    Arc::new(|change: &ChangeSet, config, _today| {
        let mut findings: Vec<Finding> = change.files.iter().filter(|file| is_read(file)).flat_map(found).collect();
        let notes = Vec::new();
        findings.sort_by(|a, b| (&a.location.path, a.location.line).cmp(&(&b.location.path, b.location.line)));
        let judged = findings.into_iter().enumerate().map(|(index, finding)| {
            let placement = if index < config.comments.inline_max { Placement::Inline } else { Placement::Summary };
            Judged { finding, placement, repeats: Vec::new() }
        });
        let files = change.files.iter().map(|file| FileOutcome {
            path: file.path.clone(),
            state: if is_read(file) { FileState::Analysed } else { FileState::Skipped("not text".into()) },
        });
        let findings: Vec<_> = judged.collect();
        let conclusion = if findings.is_empty() { Conclusion::Success } else { Conclusion::Neutral };
        let operations = Vec::new();
        Decision { findings, suppressed: Vec::new(), notes, operations, files: files.collect(), conclusion }
    })
}

fn is_read(file: &FileChange) -> bool {
    file.path.extension() != "bin"
}

fn found(file: &FileChange) -> Vec<Finding> {
    let side = |side, word: &str| {
        let (content, hit): (_, fn(&FileChange, u32) -> bool) = match side {
            Side::Right => (&file.head, FileChange::is_added),
            Side::Left => (&file.base, FileChange::is_removed),
        };
        let text = content.text().cloned().unwrap_or_default();
        let lines = text.lines().enumerate().map(|(index, line)| (index as u32 + 1, line.to_owned()));
        lines
            .filter(|(number, line)| line.contains(word) && hit(file, *number))
            .map(|(number, line)| finding(file, side, number, &line))
            .collect::<Vec<_>>()
    };
    [side(Side::Right, "FINDME"), side(Side::Left, "KEEPME")].concat()
}

fn finding(file: &FileChange, side: Side, line: u32, text: &str) -> Finding {
    Finding {
        rule: RuleId::new("errors/found-me"),
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        mode: Mode::ChangedLines,
        location: Location { path: file.path.clone(), side, line, end_line: line, columns: (1, 1) },
        scope: String::new(),
        message: format!("`{}` is in production", text.trim()),
        help: "take it out".into(),
        evidence: Vec::new(),
        fix: None,
        fingerprint: hex::encode(text.trim()),
    }
}
