//! The command: start everything, open the pull request, watch, tell.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::super::service::Running;
use super::progress::{Progress, Steps};
use super::story;
use super::subject::{self, Opened, Own};
use crate::flows::Step;
use crate::observability::{self, Logging};
use crate::settings::{Credentials, Settings};
use crate::standin::{self, Conversation, Standin};

/// Show a whole review on this machine, against a bundled stand-in of GitHub.
///
/// Starts the real service and a stand-in of GitHub on loopback, opens a pull request from a real git repository,
/// delivers the signed webhook and prints the review as it lands. Then it keeps serving the page of the pull request
/// until Ctrl-C. Nothing leaves this machine; nothing is kept.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// End as soon as the check run is completed, instead of serving the page until Ctrl-C.
    #[arg(long)]
    once: bool,
    /// Review a change of this git repository instead of the bundled sample. It is only read.
    #[arg(long, value_name = "PATH")]
    repo: Option<PathBuf>,
    /// Where the change starts; by default where the head left the default branch.
    #[arg(long, value_name = "REV", requires = "repo")]
    base: Option<String>,
    /// Where the change ends.
    #[arg(
        long,
        value_name = "REV",
        requires = "repo",
        default_value_if("repo", clap::builder::ArgPredicate::IsPresent, "HEAD")
    )]
    head: Option<String>,
    /// Port of the stand-in's pages on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Give up when the review is not there after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, hide = true)]
    patience: u64,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let logging = Logging { filter: "warn".to_owned(), json: false, colour: false, otlp_endpoint: None };
    let telemetry = observability::start(&logging)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("could not start the runtime")?;
    let result = runtime.block_on(demo(args));
    runtime.shutdown_timeout(Duration::from_secs(5));
    telemetry.shutdown();
    result.map(|()| ExitCode::SUCCESS)
}

async fn demo(args: Args) -> anyhow::Result<()> {
    let progress = Progress::new();
    let standin = Standin::start(standin::Options { port: args.port, ..standin::Options::default() })?;
    progress.say(&format!("stand-in of GitHub at {}", standin.url()))?;
    let home = tempfile::Builder::new().prefix("sightline-demo-").tempdir().context("could not make a folder")?;
    let (steps, mut reached) = mpsc::unbounded_channel();
    let running = Running::start_probed(settings(&standin, home.path())?, Arc::new(Steps(steps))).await?;
    standin.set_hook_url(&format!("http://{}/webhook", running.address));
    progress.say(&format!("service at http://{}, its queue in a temporary SQLite database", running.address))?;

    let own = args.repo.map(|path| Own { path, base: args.base, head: args.head });
    let opened = subject::open(&standin, own).await?;
    announce(&progress, &standin, &opened)?;
    let patience = Duration::from_secs(args.patience);
    let watched = watch(&progress, &standin, &running, &opened, &mut reached);
    let seen = tokio::time::timeout(patience, watched).await.context("the review did not land in time")??;

    let mut out = anstream::stdout();
    story::tell(&mut out, &seen)?;
    let requests = standin.requests().iter().filter(|exchange| exchange.is_api()).count();
    progress.say(&format!("{requests} requests to GitHub's API for this review"))?;
    if !args.once {
        let page = format!("{}/{}/pull/{}", standin.url(), opened.repo, opened.number);
        writeln!(out, "\nLook at it: \x1b[1m{page}\x1b[0m\nCtrl-C ends the demo.")?;
        out.flush()?;
        tokio::signal::ctrl_c().await.context("could not listen for Ctrl-C")?;
    }
    running.stop().await
}

/// The service as an operator would set it up for this GitHub.
fn settings(standin: &Standin, home: &Path) -> anyhow::Result<Settings> {
    let held = standin.credentials().context("the stand-in has no App")?;
    let credentials = Credentials {
        app_id: held.app_id,
        private_key: held.private_key.into(),
        webhook_secrets: vec![held.webhook_secret.into()],
        slug: Some(held.slug),
    };
    Ok(Settings {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        public_url: None,
        data_dir: home.to_owned(),
        database_url: format!("sqlite:{}", home.join("sightline.db").display()).into(),
        credentials: Some(credentials),
        github_url: standin.url().to_owned(),
        github_api_url: Some(standin.url().to_owned()),
        github_graphql_url: Some(format!("{}/graphql", standin.url())),
        concurrency: 2,
        lease: Duration::from_secs(30),
        grace: Duration::from_secs(5),
        resolve_threads: false,
        otlp_endpoint: None,
        log_format: None,
        log: "warn".to_owned(),
    })
}

fn announce(progress: &Progress, standin: &Standin, opened: &Opened) -> anyhow::Result<()> {
    progress.say(&format!("pull request {}#{} opened", opened.repo, opened.number))?;
    let sent = standin.deliveries().into_iter().find(|sent| sent.event == "pull_request");
    let sent = sent.context("the stand-in sent no webhook")?;
    match sent.status_code {
        200..300 => progress.say(&format!("webhook {} accepted with {}", sent.guid, sent.status_code))?,
        other => bail!("the service answered {other} to the webhook {}", sent.guid),
    }
    Ok(())
}

/// Prints the steps until the check run is completed.
async fn watch(
    progress: &Progress,
    standin: &Standin,
    running: &Running,
    opened: &Opened,
    reached: &mut UnboundedReceiver<Step>,
) -> anyhow::Result<Conversation> {
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    loop {
        tokio::select! {
            Some(step) = reached.recv() => progress.step(step)?,
            _ = tick.tick() => {
                let seen = standin.conversation(&opened.repo, opened.number).context("the pull request is gone")?;
                let counts = running.store.counts(chrono::Utc::now()).await?;
                let done = !seen.checks.is_empty() && seen.checks.iter().all(|check| check.conclusion.is_some());
                if let Some(dead) = running.store.dead(1).await?.first() {
                    bail!("the review failed for good: {}", dead.error.as_deref().unwrap_or("for no reason it named"));
                }
                // The queue is empty when the last work has settled, and then every step has been told.
                if done && counts.ready + counts.delayed + counts.leased == 0 {
                    while let Ok(step) = reached.try_recv() {
                        progress.step(step)?;
                    }
                    return Ok(seen);
                }
            }
        }
    }
}
