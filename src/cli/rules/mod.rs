//! `sightline rules`: the catalogue, a page per rule, a skeleton for a new one.

mod skeleton;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use crate::rules::{RULES, Rule, RuleMeta, find, meta};

const USAGE: u8 = 2;

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
    },
    /// The page of one rule: what it reports, why, how to mend it, when it is wrong.
    Explain {
        /// For example `tracing/span-not-ended`.
        id: String,
    },
    /// Write page, code and fixtures of a new rule into a checkout of Sightline.
    New {
        /// `family/name`; the name is the bad thing, so that `allow(family/name)` reads well.
        id: String,
        /// The checkout.
        #[arg(long, value_name = "PATH", default_value = ".")]
        dir: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::List { format: Format::Table } => super::check::write_out(&table()),
        Command::List { format: Format::Json } => super::check::write_out(&listing()),
        Command::Explain { id } => match find(&id) {
            Some(rule) => super::check::write_out(&explanation(rule)),
            None => return Ok(refused(&unknown(&id))),
        },
        Command::New { id, dir } => match skeleton::write(&id, &dir)? {
            Ok(report) => super::check::write_out(&report),
            Err(refusal) => return Ok(refused(&refusal)),
        },
    }?;
    Ok(ExitCode::SUCCESS)
}

fn refused(message: &str) -> ExitCode {
    anstream::eprintln!("error: {message}");
    ExitCode::from(USAGE)
}

fn table() -> String {
    let rows: Vec<(&str, &RuleMeta)> = RULES.iter().map(|rule| (rule.id, meta(rule.id))).collect();
    let id = rows.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
    let languages = rows.iter().map(|(_, meta)| meta.languages.join(" ").len()).max().unwrap_or(0);
    let mut out = String::new();
    for (name, meta) in rows {
        let severity = word(meta.severity);
        let known = meta.languages.join(" ");
        let _infallible = writeln!(out, "{name:id$}  {severity:7}  {known:languages$}  {}", meta.title);
    }
    out
}

fn listing() -> String {
    let rows: Vec<_> = RULES
        .iter()
        .map(|rule| {
            let meta = meta(rule.id);
            json!({
                "id": rule.id, "title": meta.title, "severity": meta.severity, "confidence": meta.confidence,
                "mode": meta.mode, "languages": meta.languages, "since": meta.since, "monitor": meta.monitor,
            })
        })
        .collect();
    format!("{:#}\n", json!({ "version": 1, "rules": rows }))
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
    let silence = format!(
        "To silence one place, with a reason and, if you like, an end:\n\n    // sightline: allow({}) until=2027-01-31 \
         reason=\"…\"\n\nTo switch it off or change its severity, in .github/sightline.yml:\n\n    rules:\n      severity:\n        \
         {}: off\n",
        rule.id, rule.id
    );
    format!("{facts}\n\n{}\n\n## How to silence it\n\n{silence}", meta.body.trim_end())
}

/// The name a value has in files and reports.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
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
