//! Who reads what a file prints: the person who started it, or whoever operates it.

use crate::facts::{FileClass, FileFacts, UnitKind};

/// Libraries that make a program one for people: arguments, prompts, tables.
const FOR_PEOPLE: [&str; 44] = [
    "argparse",
    "click",
    "typer",
    "docopt",
    "fire",
    "rich",
    "tabulate",
    "tqdm",
    "optparse",
    "cmd",
    "readline",
    "curses",
    "prompt_toolkit",
    "cmdline",
    "flag",
    "cobra",
    "pflag",
    "cli",
    "kingpin",
    "survey",
    "promptui",
    "tablewriter",
    "bubbletea",
    "commander",
    "yargs",
    "minimist",
    "inquirer",
    "ora",
    "chalk",
    "meow",
    "prompts",
    "enquirer",
    "oclif",
    "cac",
    "clap",
    "structopt",
    "indicatif",
    "dialoguer",
    "picocli",
    "jcommander",
    "getopt",
    "pico",
    "BaseCommand",
    "argh",
];
/// Folders and files that set telemetry up, where the logger does not exist yet or no more; and those of commands.
const APART: [&str; 29] = [
    "config",
    "sdk",
    "sdks",
    "migrate",
    "seed",
    "telemetry",
    "otel",
    "opentelemetry",
    "instrumentation",
    "logging",
    "logger",
    "log",
    "logs",
    "tracing",
    "cmd",
    "cli",
    "commands",
    "command",
    "console",
    "repl",
    "shell",
    "main",
    "management",
    "bootstrap",
    "debug",
    "bin",
    "plugin",
    "plugins",
    "lambda",
];

/// Code that runs unattended: not a command, not a page, not a script, not a file that talks to people.
pub(super) fn runs_as_service(file: &FileFacts) -> bool {
    let service = file.class == FileClass::Production && !matches!(file.unit, UnitKind::Cli | UnitKind::Frontend);
    let path = file.path.as_str().to_ascii_lowercase();
    let apart = path.split(['/', '.', '_', '-']).any(|part| APART.contains(&part));
    service && !apart && !file.source.as_str().starts_with("#!") && !talks_to_people(file)
}

fn talks_to_people(file: &FileFacts) -> bool {
    file.outline.imports.iter().any(|import| {
        let of_module = import.module.split(['/', '.', ':']).any(|part| FOR_PEOPLE.contains(&part));
        of_module || import.name.as_deref().is_some_and(|name| FOR_PEOPLE.contains(&name))
    })
}
