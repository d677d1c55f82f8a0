//! `sightline serve`: the GitHub App as a service.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tracing::info;

use super::doors::DieAfter;
use super::service::Running;
use crate::flows::{NoProbe, Probe, Step};
use crate::observability::{self, Logging};
use crate::settings::{self, LogFormat, Settings};

/// Run the GitHub App: webhook receiver, durable queue and worker in one process.
///
/// Secrets have no options: GITHUB_WEBHOOK_SECRET holds the webhook secret (and GITHUB_WEBHOOK_SECRET_PREVIOUS the old
/// one during a rotation), DATABASE_URL the database (sqlite:PATH or postgres://…; by default SQLite in the data
/// folder). Without any credentials a page is served that registers the App on GitHub.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    options: settings::Options,

    /// End the process with SIGKILL after this step of a review; for the tests of crash safety.
    #[arg(long, hide = true, value_name = "STEP")]
    die_after: Option<Step>,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let settings = settings::resolve(args.options, |name| std::env::var(name).ok())?;
    let probe: Arc<dyn Probe> = match args.die_after {
        Some(step) => Arc::new(DieAfter(step)),
        None => Arc::new(NoProbe),
    };
    let telemetry = observability::start(&logging(&settings))?;
    // One thread for everything that waits: what computes (the engine) or blocks (git) has threads of its own, and a
    // delivery that wanders between threads costs more.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("could not start the runtime")?;
    let result = runtime.block_on(serve(settings, probe));
    // A job that does not even end when its worker has handed it back must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(5));
    telemetry.shutdown();
    result.map(|()| ExitCode::SUCCESS)
}

async fn serve(settings: Settings, probe: Arc<dyn Probe>) -> anyhow::Result<()> {
    let running = Running::start_probed(settings, probe).await?;
    stop_signal().await.context("could not listen for signals")?;
    info!("stopping: no new deliveries are taken");
    running.stop().await
}

fn logging(settings: &Settings) -> Logging {
    let terminal = std::io::stderr().is_terminal();
    let json = settings.log_format.map_or(!terminal, |format| format == LogFormat::Json);
    Logging {
        filter: settings.log.clone(),
        json,
        colour: terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        otlp_endpoint: settings.otlp_endpoint.clone(),
    }
}

/// Ctrl-C or, on Unix, the SIGTERM of a process manager.
async fn stop_signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
