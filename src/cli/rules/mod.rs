//! `sightline rules`: the catalogue and the repository's own rules, a page per rule, a start for a new one, and tests.

mod own;
mod skeleton;
mod starter;
mod words;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use self::words::{USAGE, word};
use crate::rules::custom::RuleSet;
use crate::rules::{RULES, Rule, RuleMeta, find, meta};

const TEST_HELP: &str = "\
Where the files are:
  .github/sightline/rules/**/*.yml            rules, in ast-grep's syntax
  .github/sightline/rule-tests/**/*-test.yml  their tests: `id`, `valid` and `invalid`, as for `ast-grep test`

Exit codes:
  0  every test passed
  1  a test failed
  2  a rule or a test cannot be used, or there are no rules";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// All rules with severity, languages and title.
    List {
        /// A table for people, or JSON.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        /// Rules of the repository around this folder are listed too.
        #[arg(long, value_name = "PATH", default_value = ".")]
        repo: PathBuf,
    },
    /// The page of one rule: what it reports, why, how to mend it, when it is wrong.
    Explain {
        /// For example `tracing/span-not-ended`, or `custom/name` for a rule of the repository.
        id: String,
        /// Where to look for rules of a repository.
        #[arg(long, value_name = "PATH", default_value = ".")]
        repo: PathBuf,
    },
    /// Write page, code and fixtures of a new rule into a checkout of Sightline, or a rule of your own.
    New {
        /// `family/name`; the name is the bad thing, so that `allow(family/name)` reads well.
        id: String,
        /// Write a rule of your own, and its tests, into .github/sightline of your repository.
        #[arg(long)]
        custom: bool,
        /// What the rule of your own is about.
        #[arg(long, value_enum, default_value_t = starter::Language::Go, requires = "custom")]
        language: starter::Language,
        /// The checkout, or your repository.
        #[arg(long, value_name = "PATH", default_value = ".")]
        dir: PathBuf,
    },
    /// Test the rules of a repository: `valid` code must not match, `invalid` code must.
    #[command(after_help = TEST_HELP)]
    Test {
        /// A folder in the repository, or one with `rules` and `rule-tests` in it.
        #[arg(value_name = "PATH", default_value = ".")]
        path: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::List { format: Format::Table, repo } => super::check::write_out(&table(&own::of_repository(&repo))),
        Command::List { format: Format::Json, repo } => super::check::write_out(&listing(&own::of_repository(&repo))),
        Command::Explain { id, repo } => match explained(&id, &repo) {
            Some(text) => super::check::write_out(&text),
            None => return Ok(refused(&unknown(&id))),
        },
        Command::New { id, custom: true, language, dir } => match starter::write(&id, language, &dir)? {
            Ok(report) => super::check::write_out(&report),
            Err(refusal) => return Ok(refused(&refusal)),
        },
        Command::New { id, dir, .. } => match skeleton::write(&id, &dir)? {
            Ok(report) => super::check::write_out(&report),
            Err(refusal) => return Ok(refused(&refusal)),
        },
        Command::Test { path } => return own::test(&path),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn refused(message: &str) -> ExitCode {
    anstream::eprintln!("error: {message}");
    ExitCode::from(USAGE)
}

fn table(own: &RuleSet) -> String {
    let row = |rule: &Rule| {
        let meta: &RuleMeta = meta(rule.id);
        (rule.id.to_owned(), word(meta.severity), meta.languages.join(" "), meta.title.clone())
    };
    let rows: Vec<_> = RULES.iter().map(row).chain(own.rules.iter().map(own::row)).collect();
    let id = rows.iter().map(|(id, ..)| id.len()).max().unwrap_or(0);
    let languages = rows.iter().map(|(_, _, languages, _)| languages.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (name, severity, known, title) in rows {
        let _infallible = writeln!(out, "{name:id$}  {severity:7}  {known:languages$}  {title}");
    }
    out
}

fn listing(own: &RuleSet) -> String {
    let rows = RULES.iter().map(|rule| {
        let meta = meta(rule.id);
        json!({
            "id": rule.id, "title": meta.title, "severity": meta.severity, "confidence": meta.confidence,
            "mode": meta.mode, "languages": meta.languages, "since": meta.since, "monitor": meta.monitor,
        })
    });
    let rows: Vec<_> = rows.chain(own.rules.iter().map(own::listed)).collect();
    format!("{:#}\n", json!({ "version": 1, "rules": rows }))
}

/// The page of a rule of the catalogue, or what a rule of the repository says of itself.
fn explained(id: &str, repo: &Path) -> Option<String> {
    if let Some(rule) = find(id) {
        return Some(explanation(rule));
    }
    let set = own::of_repository(repo);
    let rule = set.rules.iter().find(|rule| rule.id.as_str() == id)?;
    Some(format!("{}\n## How to silence it\n\n{}", own::explanation(rule), silence(id, rule.language.line_comment())))
}

fn silence(id: &str, comment: &str) -> String {
    format!(
        "To silence one place, with a reason and, if you like, an end:\n\n    {comment} sightline: allow({id}) \
         until=2027-01-31 reason=\"…\"\n\nTo switch it off or change its severity, in .github/sightline.yml:\n\n    \
         rules:\n      severity:\n        {id}: off\n"
    )
}

fn explanation(rule: &Rule) -> String {
    let meta = meta(rule.id);
    let facts = format!(
        "{} ({}, {} confidence, since {})\nlanguages: {}",
        rule.id,
        word(meta.severity),
        word(meta.confidence),
        meta.since,
        meta.languages.join(", ")
    );
    let silence = silence(rule.id, "//");
    format!("{facts}\n\n{}\n\n## How to silence it\n\n{silence}", meta.body.trim_end())
}

fn unknown(id: &str) -> String {
    let near = RULES.iter().map(|rule| (strsim::jaro_winkler(id, rule.id), rule.id));
    let slug = RULES.iter().filter_map(|rule| Some((strsim::jaro_winkler(id, rule.id.split_once('/')?.1), rule.id)));
    let best = near.chain(slug).max_by(|one, two| one.0.total_cmp(&two.0)).filter(|(likeness, _)| *likeness > 0.75);
    let shown: String = id.chars().filter(|c| !c.is_control()).take(80).collect();
    match best {
        Some((_, name)) => format!("no rule is called `{shown}`; did you mean `{name}`?"),
        None => format!("no rule is called `{shown}`; `sightline rules list` shows all"),
    }
}
