//! `sightline jobs`: the queue as an operator sees it, and the way back for dead letters. It opens the service's
//! database, so it works while the service runs and while it does not.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::model::{Clock, Timestamp};
use crate::queue::{Job, JobState, Store};
use crate::settings;
use crate::worker::SystemClock;

/// Look at the queue of the service and retry what failed for good.
///
/// The database is that of `sightline serve`: DATABASE_URL, or SQLite in the data folder.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Settings file of the service (TOML).
    #[arg(long, env = "SIGHTLINE_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,

    /// The service's data folder [default: $XDG_DATA_HOME/sightline].
    #[arg(long, env = "SIGHTLINE_DATA_DIR", value_name = "DIR", global = true)]
    data_dir: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List jobs, the newest first; the dead ones if nothing else is asked for.
    List {
        /// Which jobs.
        #[arg(long, value_enum, default_value = "dead")]
        state: State,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// One JSON object per line.
        #[arg(long)]
        json: bool,
    },
    /// Queue dead letters again, with all their attempts.
    Retry {
        /// Their ids, as `list` shows them.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<i64>,
        /// Every dead letter.
        #[arg(long)]
        all: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    Queued,
    Leased,
    Done,
    Dead,
    Replaced,
    All,
}

impl State {
    fn jobs(self) -> Vec<JobState> {
        match self {
            Self::Queued => vec![JobState::Queued],
            Self::Leased => vec![JobState::Leased],
            Self::Done => vec![JobState::Done],
            Self::Dead => vec![JobState::Dead],
            Self::Replaced => vec![JobState::Replaced],
            Self::All => JobState::ALL.to_vec(),
        }
    }
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let options = settings::Options { config: args.config, data_dir: args.data_dir, ..Default::default() };
    let url = settings::database_url(options, |name| std::env::var(name).ok())?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("could not start the runtime")?;
    runtime.block_on(async {
        let store = Store::open(url.expose_secret()).await?;
        let mut out = anstream::stdout();
        let code = match args.command {
            Command::List { state, limit, json } => list(&store, state, limit, json, &mut out).await,
            Command::Retry { ids, all } => retry(&store, ids, all, &mut out).await,
        };
        store.close().await;
        code
    })
}

async fn list(store: &Store, state: State, limit: u32, json: bool, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let mut jobs = Vec::new();
    for state in state.jobs() {
        jobs.extend(store.list(state, limit).await?);
    }
    jobs.sort_by_key(|job| std::cmp::Reverse(job.id));
    jobs.truncate(limit as usize);
    if json {
        for job in &jobs {
            writeln!(out, "{}", as_json(job))?;
        }
    } else if jobs.is_empty() {
        writeln!(out, "no jobs")?;
    } else {
        for job in &jobs {
            write_job(job, out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write_job(job: &Job, out: &mut impl Write) -> std::io::Result<()> {
    let time = |time: Timestamp| time.format("%Y-%m-%d %H:%M:%S UTC");
    writeln!(out, "{:>6}  {:8}  {}", job.id, job.state.as_str(), printable(&job.key))?;
    write!(out, "        queued {}, attempts {}", time(job.created_at), job.attempts)?;
    match (job.state, job.finished_at, &job.holder) {
        (JobState::Queued, ..) => write!(out, ", runs from {}", time(job.run_at))?,
        (JobState::Leased, _, Some(holder)) => write!(out, ", held by {}", printable(holder))?,
        (_, Some(finished), _) => write!(out, ", ended {}", time(finished))?,
        _ => {}
    }
    if let Some(delivery) = &job.delivery {
        write!(out, ", delivery {}", printable(delivery))?;
    }
    writeln!(out)?;
    match &job.error {
        Some(error) => writeln!(out, "        {}", printable(error)),
        None => Ok(()),
    }
}

fn as_json(job: &Job) -> serde_json::Value {
    json!({
        "id": job.id, "state": job.state.as_str(), "kind": job.kind, "key": job.key, "delivery": job.delivery,
        "attempts": job.attempts, "error": job.error, "holder": job.holder, "run_at": job.run_at,
        "created_at": job.created_at, "finished_at": job.finished_at,
    })
}

/// One line without control characters: names and errors can hold what a pull request wrote.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_direction(c) { '\u{fffd}' } else { c }).collect()
}

/// Characters that make a terminal show text in another order than it is stored.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

async fn retry(store: &Store, ids: Vec<i64>, all: bool, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let ids = if all { store.dead(u32::MAX).await?.into_iter().map(|job| job.id).collect() } else { ids };
    let mut missing = Vec::new();
    let mut queued = 0;
    for id in ids {
        match store.requeue(id, SystemClock.now()).await? {
            true => queued += 1,
            false => missing.push(id.to_string()),
        }
    }
    writeln!(out, "{queued} queued again")?;
    anyhow::ensure!(missing.is_empty(), "no dead letter has the id {}", missing.join(", "));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_cannot_write_to_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\nc\u{202e}d"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d");
    }
}
