//! Prints that somebody wants: what a command says to its user, and what runs before or after a logger exists.

use crate::facts::code::{Call, ExitKind, Expr, ExprKind, Scope, ScopeId};
use crate::facts::{EntryKind, FileFacts, LogCall, Tier, UnitKind, words};
use crate::model::Span;
use crate::rules::audience::runs_as_service;
use crate::rules::seen::failure_around;

/// First words of functions whose work is to print.
const PRINTING: [&str; 30] = [
    "main",
    "print",
    "dump",
    "show",
    "display",
    "usage",
    "help",
    "render",
    "format",
    "write",
    "output",
    "banner",
    "cli",
    "cmd",
    "prompt",
    "inspect",
    "repl",
    "report",
    "summary",
    "summarize",
    "list",
    "version",
    "fatal",
    "panic",
    "emit",
    "echo",
    "draw",
    "puts",
    "die",
    "exit",
];
/// Words in the condition of a branch that the user asked for output.
const ASKED: [&str; 10] =
    ["verbose", "dry_run", "dryRun", "DryRun", "debug", "Debug", "DEBUG", "isatty", "quiet", "interactive"];
/// Whether a print is a message to operators that missed the logger, as far as its surroundings tell.
pub(super) fn misses_logger(file: &FileFacts, log: &LogCall) -> bool {
    let call = file.call(log.call);
    runs_as_service(file)
        && log.tier > Tier::Lexical
        && !file.in_test(log.scope)
        && file.function_of(log.scope) != ScopeId::FILE
        && !is_elsewhere(call)
        && !in_printing_function(file, log.scope)
        && !ends_process(file, call)
        && !was_asked_for(file, call.span)
}

/// Output that goes somewhere else than the standard streams, or draws on a terminal.
fn is_elsewhere(call: &Call) -> bool {
    call.args.iter().any(|arg| {
        let named = arg.name.as_deref().is_some_and(|name| matches!(name, "file" | "end" | "flush"));
        let draws =
            |text: &str| text.contains(['\r', '\u{1b}']) || text.starts_with("cargo:") || text.contains("Usage:");
        let drawn = matches!(&arg.value.kind, ExprKind::Str { text, .. } if draws(text));
        named || drawn
    })
}

fn in_printing_function(file: &FileFacts, scope: ScopeId) -> bool {
    let prints = |scope: &Scope| {
        let first = scope.name.as_deref().and_then(|name| words(name).next());
        let entry =
            scope.owner.as_deref().is_some_and(|owner| owner.ends_with("Command") || owner.ends_with("Printer"));
        entry || first.is_some_and(|word| PRINTING.contains(&word.as_str()))
    };
    file.scopes_around(scope).any(|(_, scope)| prints(scope))
}

/// The last words before the process ends: the logger may be gone or not flush.
fn ends_process(file: &FileFacts, call: &Call) -> bool {
    let block = file.block_around(call.span);
    block.is_some_and(|block| {
        file.exits_in(block).any(|exit| exit.kind == ExitKind::Terminate && exit.span.start > call.span.start)
    })
}

fn was_asked_for(file: &FileFacts, span: Span) -> bool {
    let mut branches = file.outline.branches.iter().filter(|branch| branch.contains(span));
    branches.any(|branch| {
        // The other branch of `if !dry_run { … } else { … }`.
        let text = file.text(*branch);
        let rehearses = ["Dry Run", "Dry run", "dry run", "dry-run", "DRY RUN"].iter().any(|word| text.contains(word));
        if rehearses {
            return true;
        }
        let line = file.source.line_of(branch.start);
        let header = file.source.line_span(line.saturating_sub(1).max(1)).cover(file.source.line_span(line));
        let header = Span { start: header.start.min(branch.start), end: branch.start };
        ASKED.iter().any(|word| file.text(header).contains(word))
    })
}

/// A logger of its own: the file writes through one elsewhere.
pub(super) fn own_logger(file: &FileFacts) -> impl Iterator<Item = &LogCall> {
    file.telemetry.logs.iter().filter(|log| log.tier > Tier::Lexical && !log.is_print())
}

/// Whether the file handles requests, messages or jobs, or belongs to a unit that does.
pub(super) fn serves(file: &FileFacts) -> bool {
    let entry = file.telemetry.entries.iter().any(|entry| entry.kind != EntryKind::Main);
    file.unit == UnitKind::Service || entry || own_logger(file).next().is_some()
}

/// A print that says nothing but the value of a variable: nobody writes that to be read twice.
pub(super) fn is_bare_dump(file: &FileFacts, call: &Call) -> bool {
    let caught = failure_around(file, call.span).and_then(|failure| failure.error.as_deref());
    let plain = |value: &Expr| match value.as_path() {
        Some([name]) => Some(name.as_str()) != caught && !speaks_for_itself(name),
        Some(_) => true,
        None => false,
    };
    !call.args.is_empty() && call.args.iter().all(|arg| arg.name.is_none() && plain(&arg.value))
}

/// Names of values that were made to be printed, and errors under any name.
fn speaks_for_itself(name: &str) -> bool {
    const MADE: [&str; 22] = [
        "message",
        "msg",
        "text",
        "output",
        "line",
        "err",
        "error",
        "e",
        "ex",
        "exc",
        "exception",
        "usage",
        "help",
        "report",
        "table",
        "json",
        "result",
        "str",
        "s",
        "out",
        "log",
        "reason",
    ];
    words(name).last().is_none_or(|last| MADE.contains(&last.as_str()))
}
