//! `sightline check`: review a change in a local git repository.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;
use clap::ValueEnum;

use super::progress::Progress;
use super::{kept, whole};
use crate::check::check_with;
use crate::model::{Note, NoteKind, Severity};
use crate::policy::{Conclusion, Config, ConfigError, Decision, Placement};
use crate::report::terminal::Style;
use crate::report::{json, markdown, sarif, terminal, workflow};
use crate::workspace::{FactCache, Fetched, Head, Limits, Whole, local};

/// Nothing worth mentioning.
const CLEAN: u8 = 0;
const FINDINGS: u8 = 1;
const USAGE: u8 = 2;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
What is compared:
  Without --base it is the merge base with the default branch (origin/HEAD, main or master); on the default branch itself
  the parent of the head, or the uncommitted changes if there are any; with --staged the commit that is checked out.
  Configuration is read from .github/sightline.yml of the base, so that a change cannot excuse itself.

Exit codes:
  0  no finding at or above --fail-on
  1  findings at or above --fail-on, or the configured gate fails
  2  wrong usage, or an error in the file given by --config
  3  the change could not be analysed")]
pub struct Args {
    /// A folder inside the repository.
    #[arg(long, value_name = "PATH", default_value = ".")]
    repo: PathBuf,

    /// Compare with the merge base of this revision and the head.
    #[arg(long, value_name = "REV")]
    base: Option<String>,

    /// Review this revision instead of the working tree.
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    head: Option<String>,

    /// Review what would be committed now.
    #[arg(long)]
    staged: bool,

    /// Look at everything that is there, as if all of it were new, instead of a change.
    #[arg(long, conflicts_with = "base")]
    all: bool,

    /// Neither use nor keep what earlier runs have worked out (kept in the user's cache folder).
    #[arg(long)]
    no_cache: bool,

    /// How to print: for people, as JSON (documented and versioned), as SARIF 2.1.0, as commands of GitHub Actions, or as
    /// a Markdown summary.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    format: Format,

    /// The least severity that ends with exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "SEVERITY")]
    fail_on: FailOn,

    /// Doubtful findings too, and every file that was not read.
    #[arg(long)]
    pedantic: bool,

    /// Use this file instead of .github/sightline.yml of the base.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// When to use colours.
    #[arg(long, value_enum, default_value_t = When::Auto)]
    color: When,

    /// Print findings only: no notes, no summary, no progress.
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Terminal,
    Json,
    Sarif,
    Github,
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Notice,
    Warning,
    Error,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

impl When {
    pub(super) fn choice(self) -> ColorChoice {
        match self {
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
            Self::Auto => AutoStream::choice(&std::io::stdout()),
        }
    }
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = match &args.config {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
            match text.map(|text| Config::parse(&text)) {
                Ok(Ok(config)) => Some(config),
                Ok(Err(errors)) => return Ok(usage(&listed(&path.display().to_string(), &errors))),
                Err(error) => return Ok(usage(&format!("{error:#}"))),
            }
        }
    };
    let progress = Progress::start(args.quiet);
    let cache = if args.no_cache { None } else { kept::open() };
    let (decision, fetched) = if args.all {
        whole::run(&Whole::open(&args.repo, &head(&args), &Limits::default())?, config, cache.as_ref(), &progress)?
    } else {
        of_change(&args, config, cache.as_ref(), &progress)?
    };
    if let Some(cache) = cache {
        cache.tidy();
    }
    drop(progress);
    print(&args, &decision, &fetched)?;
    Ok(ExitCode::from(exit_code(&args, &decision)))
}

fn head(args: &Args) -> Head {
    match (&args.head, args.staged) {
        (Some(revision), _) => Head::Rev(revision.clone()),
        (None, true) => Head::Staged,
        (None, false) => Head::WorkingTree,
    }
}

fn of_change(
    args: &Args,
    config: Option<Config>,
    cache: Option<&FactCache>,
    progress: &Progress,
) -> anyhow::Result<(Decision, Fetched)> {
    progress.say("reading the change");
    let fetched = local(&args.repo, args.base.as_deref(), &head(args))?;
    let (config, notes) = match config {
        Some(config) => (config, Vec::new()),
        None => config_of(&fetched),
    };
    progress.say(&format!("analysing {} files", fetched.change.files.len()));
    let today = chrono::Utc::now().date_naive();
    let mut decision = check_with(&fetched.change, &config, today, kept::outlines(cache));
    decision.notes.extend(fetched.notes.iter().cloned().chain(notes));
    decision.notes.sort();
    Ok((decision, fetched))
}

/// The configuration of the base. A broken one must not stop anybody from seeing findings: it becomes a note.
pub(super) fn config_of(fetched: &Fetched) -> (Config, Vec<Note>) {
    match fetched.config.as_deref().map(Config::parse) {
        None => (Config::default(), Vec::new()),
        Some(Ok(config)) => (config, Vec::new()),
        Some(Err(errors)) => {
            let text = listed(".github/sightline.yml", &errors);
            let text =
                format!("the configuration at the base is broken and was not used: {}", text.replace('\n', "; "));
            (Config::default(), vec![Note::general(NoteKind::Configuration, text)])
        }
    }
}

fn listed(name: &str, errors: &[ConfigError]) -> String {
    errors.iter().map(|error| format!("{name}:{error}")).collect::<Vec<_>>().join("\n")
}

fn usage(message: &str) -> ExitCode {
    for line in message.lines() {
        anstream::eprintln!("error: {line}");
    }
    ExitCode::from(USAGE)
}

fn print(args: &Args, decision: &Decision, fetched: &Fetched) -> anyhow::Result<()> {
    let choice = args.color.choice();
    let change = &fetched.change;
    let text = match args.format {
        Format::Json => json::render(decision, change),
        Format::Sarif => sarif::render(decision),
        Format::Github => workflow::render(decision),
        Format::Markdown => markdown::render(decision),
        Format::Terminal => {
            let coloured = choice != ColorChoice::Never;
            let style = Style { coloured, width: width(), pedantic: args.pedantic, quiet: args.quiet };
            let mut text = terminal::render(decision, change, style);
            if !args.quiet {
                text.push_str(&format!("compared with {}\n", fetched.compared_with));
            }
            text
        }
    };
    write_out(&text)
}

/// Everything at once to standard output.
pub(super) fn write_out(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // The reader has seen enough (`| head`).
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

pub(super) fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    told.unwrap_or(100_usize).clamp(60, 140)
}

fn exit_code(args: &Args, decision: &Decision) -> u8 {
    let least = match args.fail_on {
        FailOn::Never => return CLEAN,
        FailOn::Notice => Severity::Notice,
        FailOn::Warning => Severity::Warning,
        FailOn::Error => Severity::Error,
    };
    let counts = |placement| args.pedantic || placement != Placement::Report;
    let loud = decision.findings.iter().any(|one| counts(one.placement) && one.finding.severity >= least);
    if loud || decision.conclusion == Conclusion::Failure { FINDINGS } else { CLEAN }
}
