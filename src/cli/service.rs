//! The composition root of the service: every part is made here, once, and given to whoever needs it.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use rustls::crypto::aws_lc_rs;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{Span, error, info};

use super::doors::{self, Ground};
use crate::flows::{self, Doors, FlowError, NoProbe, Outcome, Probe};
use crate::github::GitHub;
use crate::github::app_manifest::NewApp;
use crate::github::signature::Secrets;
use crate::model::Clock;
use crate::observability::Metrics;
use crate::queue::{Counts, Lease, Leased, Retention, Store};
use crate::rules::{RULES, meta};
use crate::server::{self, App, Pulse, Registered, RulePages, Service, SetUp};
use crate::settings::{Credentials, Settings, StoredApp};
use crate::worker::{self, Attempt, Handler, SystemClock, Worker};

/// Failures of one job before it is a dead letter; with the pauses in between, about an hour and a half.
const MAX_ATTEMPTS: u32 = 9;

/// A service that runs in this process.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it says it is reached.
    pub public_url: String,
    pub store: Store,
    stop: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
    worker: JoinHandle<()>,
}

impl Running {
    /// Opens the database, listens, and works as soon as there is an App.
    pub async fn start(settings: Settings) -> anyhow::Result<Self> {
        Self::start_probed(settings, Arc::new(NoProbe)).await
    }

    /// [`Running::start`] with someone who is told how far each review is.
    pub async fn start_probed(settings: Settings, probe: Arc<dyn Probe>) -> anyhow::Result<Self> {
        let store = Store::open(settings.database_url.expose_secret()).await?;
        let listener = TcpListener::bind(settings.listen)
            .await
            .with_context(|| format!("could not listen on {}; choose another `--port`", settings.listen))?;
        let address = listener.local_addr().context("could not read the address that was bound")?;
        let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));

        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let pulse =
            Arc::new(Gauges { metrics: Metrics::default(), clock: Arc::clone(&clock), github: OnceLock::new() });
        let (app, credentials) = (watch::Sender::new(None), watch::Sender::new(None));
        let ground = Ground { store: store.clone(), clock: Arc::clone(&clock), public_url: public_url.clone(), probe };
        let setup = match &settings.credentials {
            Some(given) => {
                // Now rather than at the first job: a service whose key is none should not seem to run.
                doors::open(&settings, given, ground.clone())?;
                adopt(given, &settings.github_url, &app, &credentials);
                None
            }
            None => Some(Arc::new(set_up(&settings, &public_url, address.ip(), app.clone(), credentials.clone()))),
        };
        announce(address, setup.as_deref());

        let service = Service {
            store: store.clone(),
            clock,
            app: app.subscribe(),
            pulse: Arc::clone(&pulse) as Arc<dyn Pulse>,
            rules: Arc::new(rule_pages()),
            setup,
        };
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let router = server::router(service);
        let server = tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await });
        let worker = tokio::spawn(work(settings, ground, pulse, credentials.subscribe(), stop.clone()));
        Ok(Self { address, public_url, store, stop, server, worker })
    }

    /// Takes no more deliveries, lets running jobs finish or hands them back, and closes the database.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        let (server, worker) = tokio::join!(tokio::time::timeout(Duration::from_secs(10), self.server), self.worker);
        self.store.close().await;
        worker.context("the worker panicked")?;
        match server {
            Ok(ended) => ended.context("the server panicked")?.context("the server failed"),
            // A client that keeps its connection open is not worth waiting for: what it sent is committed.
            Err(_) => Ok(()),
        }
    }
}

fn announce(address: SocketAddr, setup: Option<&SetUp>) {
    info!("listening on http://{address}");
    if let Some(setup) = setup {
        let key = setup.key.as_ref().map(|key| format!("?key={key}")).unwrap_or_default();
        info!("there is no GitHub App yet: set it up at {}/setup{key}", setup.public_url);
    }
}

/// From now on these credentials are the App's.
fn adopt(
    given: &Credentials,
    github_url: &str,
    app: &watch::Sender<Option<Arc<App>>>,
    credentials: &watch::Sender<Option<Credentials>>,
) {
    let install_url = given.slug.as_deref().map(|slug| install_url(github_url, slug));
    let secrets = Secrets::new(&given.webhook_secrets);
    app.send_replace(Some(Arc::new(App { id: given.app_id, secrets, install_url })));
    credentials.send_replace(Some(given.clone()));
}

/// Where people install an App. github.com and Enterprise Server have different addresses for its page.
fn install_url(github_url: &str, slug: &str) -> String {
    let folder = if github_url == "https://github.com" { "apps" } else { "github-apps" };
    format!("{github_url}/{folder}/{slug}/installations/new")
}

fn set_up(
    settings: &Settings,
    public_url: &str,
    bound: IpAddr,
    app: watch::Sender<Option<Arc<App>>>,
    credentials: watch::Sender<Option<Credentials>>,
) -> SetUp {
    let key = (!is_private(bound, settings.public_url.as_deref())).then(random);
    let (github_url, data_dir) = (settings.github_url.clone(), settings.data_dir.clone());
    let register = move |new: NewApp| {
        let (github_url, data_dir) = (github_url.clone(), data_dir.clone());
        let (app, credentials) = (app.clone(), credentials.clone());
        let register = async move { register(new, &github_url, data_dir, &app, &credentials).await };
        Box::pin(register) as std::pin::Pin<Box<dyn Future<Output = _> + Send>>
    };
    let api_url = doors::endpoints(settings).api().to_owned();
    SetUp::new(public_url.to_owned(), settings.github_url.clone(), api_url, key, random, register)
}

/// Whether only this machine can open the set-up page.
fn is_private(bound: IpAddr, public_url: Option<&str>) -> bool {
    let host = public_url.map(|url| url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)));
    let is_local =
        |host: Option<String>| host.is_some_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&&*host));
    bound.is_loopback() && host.is_none_or(is_local)
}

async fn register(
    new: NewApp,
    github_url: &str,
    data_dir: PathBuf,
    app: &watch::Sender<Option<Arc<App>>>,
    credentials: &watch::Sender<Option<Credentials>>,
) -> Result<Registered, String> {
    let install_url = install_url(github_url, &new.slug);
    let stored = StoredApp { id: new.id, slug: new.slug, private_key: new.pem, webhook_secret: new.webhook_secret };
    let writing = stored.clone();
    let path = tokio::task::spawn_blocking(move || writing.store(&data_dir))
        .await
        .map_err(|_| "writing the credentials panicked".to_owned())?
        .map_err(|error| format!("{:#}", anyhow::Error::from(error)))?;
    adopt(&stored.into(), github_url, app, credentials);
    Ok(Registered { stored_in: path.display().to_string(), install_url })
}

/// 32 hex digits nobody can guess.
fn random() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::default_provider().secure_random.fill(&mut bytes).expect("the system has randomness");
    hex::encode(bytes)
}

fn rule_pages() -> RulePages {
    RulePages::new(RULES.iter().map(|rule| {
        let meta = meta(rule.id);
        (rule.id, meta.title.as_str(), meta.body.as_str())
    }))
}

/// Waits for credentials, then works until `stop`.
async fn work(
    settings: Settings,
    ground: Ground,
    pulse: Arc<Gauges>,
    mut credentials: watch::Receiver<Option<Credentials>>,
    stop: CancellationToken,
) {
    let known = tokio::select! {
        () = stop.cancelled() => return,
        known = credentials.wait_for(Option::is_some) => known.ok().and_then(|known| known.clone()),
    };
    let Some(known) = known else { return };
    let doors = match doors::open(&settings, &known, ground) {
        Ok(doors) => doors,
        Err(error) => {
            error!(error = format!("{error:#}"), "no job can run: the way to GitHub could not be set up");
            return;
        }
    };
    let _ = pulse.github.set(doors.github.clone());
    let options = worker::Options {
        concurrency: settings.concurrency,
        lease: Lease { holder: holder(), length: settings.lease, max_attempts: MAX_ATTEMPTS },
        max_attempts: MAX_ATTEMPTS,
        grace: settings.grace,
        retention: Retention::default(),
        observe: Arc::new(move |attempt| pulse.attempt(attempt)),
    };
    let (store, clock) = (doors.store.clone(), Arc::clone(&doors.clock));
    Worker { store, clock, handler: Arc::new(Flows { doors }), options }.run(stop).await;
}

/// Host and process, so that an operator can find who holds a job.
fn holder() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}:{}", if host.trim().is_empty() { "localhost" } else { host.trim() }, std::process::id())
}

/// Jobs are flows.
struct Flows {
    doors: Doors,
}

impl Handler for Flows {
    async fn run(&self, job: &Leased) -> Result<Outcome, FlowError> {
        let work = flows::work_of(job)?;
        let span = Span::current();
        span.record("repository", work.repo().as_str());
        if let Some(number) = work.pull_request() {
            span.record("pull_request", number);
        }
        let attempt = flows::Attempt { job: job.id, number: job.attempts, last: job.attempts >= MAX_ATTEMPTS };
        flows::run(&work, attempt, &self.doors).await
    }

    fn deadline(&self, job: &Leased) -> Duration {
        flows::work_of(job).map_or(Duration::from_secs(60), |work| work.deadline())
    }
}

/// What is measured, where the edges can reach it.
struct Gauges {
    metrics: Metrics,
    clock: Arc<dyn Clock>,
    /// Known once there is an App.
    github: OnceLock<GitHub>,
}

impl Gauges {
    fn attempt(&self, attempt: &Attempt<'_>) {
        self.metrics.attempt(attempt.kind, attempt.result, attempt.took);
        if let Some(Outcome::Published(told)) = attempt.outcome {
            self.metrics.review(attempt.took, told.findings.iter().map(|(rule, number)| (rule.as_str(), *number)));
            self.metrics.operations(told.sights);
        }
    }
}

impl Pulse for Gauges {
    fn delivery(&self, event: &str, outcome: &'static str) {
        self.metrics.delivery(event, outcome);
    }

    fn render(&self, counts: Option<&Counts>) -> String {
        if let Some(counts) = counts {
            let waiting = counts.oldest_ready.map(|since| (self.clock.now() - since).to_std().unwrap_or_default());
            self.metrics.queue(counts, waiting.unwrap_or_default());
        }
        if let Some(github) = self.github.get() {
            self.metrics.github(github.requests());
            // The scarcest installation is the one to look at.
            let mut scarcest = BTreeMap::new();
            for limit in github.rate_limits() {
                let least = scarcest.entry(limit.resource).or_insert(limit.remaining);
                *least = limit.remaining.min(*least);
            }
            for (resource, remaining) in scarcest {
                self.metrics.rate_limit(&resource, remaining);
            }
        }
        self.metrics.render()
    }
}
