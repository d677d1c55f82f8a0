//! Floor 9, the rim: the command line. It parses, wires and prints; it decides nothing that a lower floor could decide.
//!
//! Every command is a file with its own `Args` and a `run(args) -> anyhow::Result<ExitCode>`. A command that cannot do
//! its work returns an error and the process ends with 3; usage errors end with 2, as clap does; 0 and 1 belong to the
//! commands ("clean" and "findings").

pub mod check;
pub mod coverage;
pub mod demo;
mod doors;
pub mod jobs;
mod kept;
mod progress;
pub mod rules;
pub mod serve;
pub mod service;
mod whole;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The exit code of a command that could not do its work.
pub const COULD_NOT: u8 = 3;

/// Sightline reviews changes for what production will not be able to see: swallowed errors, spans that never end,
/// secrets in logs, labels that explode.
#[derive(Debug, Parser)]
#[command(name = "sightline", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Review a change in a local git repository.
    Check(check::Args),
    /// Show what production can see of a repository: operations by unit and kind, and the markers that prove it.
    Coverage(coverage::Args),
    /// List and explain the rules, or start a new one.
    Rules(rules::Args),
    /// Run the GitHub App: webhook receiver, queue and worker.
    Serve(Box<serve::Args>),
    /// Show a whole review on this machine, against a bundled stand-in of GitHub.
    Demo(demo::Args),
    /// Look at the queue of the service and retry what failed for good.
    Jobs(jobs::Args),
}

/// Parses the arguments of the process, runs the command and answers with its exit code.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Check(args) => check::run(args),
        Command::Coverage(args) => coverage::run(args),
        Command::Rules(args) => rules::run(args),
        Command::Serve(args) => serve::run(*args),
        Command::Demo(args) => demo::run(args),
        Command::Jobs(args) => jobs::run(args),
    };
    outcome.unwrap_or_else(|error| {
        anstream::eprintln!("error: {error:#}");
        ExitCode::from(COULD_NOT)
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
