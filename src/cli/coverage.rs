//! `sightline coverage`: what production can see of a whole repository.

use std::path::PathBuf;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::ValueEnum;

use super::check::{When, config_of, width, write_out};
use super::progress::Progress;
use crate::check::survey;
use crate::policy::FileState;
use crate::report::coverage_table::{Everything, Look, as_json, terminal};
use crate::workspace::{Limits, whole};

/// A whole repository is read once, by somebody who waits for it: all facts at the same time, because what covers a unit
/// may stand in any of its files. That takes some 100 KiB of memory for each file.
const FILES: usize = 20_000;
const TOTAL_BYTES: u64 = 256 << 20;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
What is counted:
  Entry points (requests, messages, invocations), outbound calls, failure paths, work that nobody waits for, and jobs, in
  the production code of services. An operation is observable when an agent, a wrapper or the code itself makes it so;
  it is unknown when nothing in the repository tells, which is not the same as missing.
  What counts as a marker of instrumentation, and what each one covers, is in rules/coverage/.

Exit codes:
  0  the repository was read
  2  wrong usage
  3  the repository could not be read")]
pub struct Args {
    /// A folder inside the repository.
    #[arg(long, value_name = "PATH", default_value = ".")]
    repo: PathBuf,

    /// How to print: a table for people, or JSON (documented and versioned) with every operation.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    format: Format,

    /// List every operation that is not observable, not only the first of each unit.
    #[arg(long)]
    all: bool,

    /// When to use colours.
    #[arg(long, value_enum, default_value_t = When::Auto)]
    color: When,

    /// No progress.
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Terminal,
    Json,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let progress = Progress::start(args.quiet);
    progress.say("reading the repository");
    let limits = Limits { files: FILES, total_bytes: TOTAL_BYTES, ..Limits::default() };
    let fetched = whole(&args.repo, &limits)?;
    let (config, notes) = config_of(&fetched);
    progress.say(&format!("analysing {} files", fetched.change.files.len()));
    let survey = survey(&fetched.change, &config);
    drop(progress);
    for note in fetched.notes.iter().chain(&notes) {
        anstream::eprintln!("note: {}", note.text);
    }
    let files = survey.files.iter().fold((0, 0, 0), |(whole, part, none), file| match file.state {
        FileState::Analysed => (whole + 1, part, none),
        FileState::Partial(_) => (whole, part + 1, none),
        FileState::Skipped(_) => (whole, part, none + 1),
    });
    let all = Everything { operations: &survey.operations, units: &survey.units, files };
    let text = match args.format {
        Format::Json => as_json(&all),
        Format::Terminal => {
            let coloured = args.color.choice() != ColorChoice::Never;
            terminal(&all, Look { coloured, width: width(), all: args.all })
        }
    };
    write_out(&text)?;
    Ok(ExitCode::SUCCESS)
}
