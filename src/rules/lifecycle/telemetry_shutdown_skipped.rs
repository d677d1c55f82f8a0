//! The program ends on a path that skips the end of its telemetry: the last spans and logs, those that tell why, are lost.

use crate::facts::code::{BindingKind, Call, Exit, ExitKind, ScopeId};
use crate::facts::{FileFacts, LifecycleKind, words};
use crate::model::{Confidence, Language, Span};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};

pub const RULE: Rule = rule!("lifecycle/telemetry-shutdown-skipped", check);

/// Where a function ends its telemetry.
struct End {
    /// `defer tp.Shutdown(ctx)`, `guard.shutdown()`.
    at: Span,
    function: ScopeId,
    deferred: bool,
}

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for end in ends(file.facts) {
            if let Some(exit) = skipping(file, &end) {
                say(out, file.facts, &end, exit);
            }
        }
    }
}

fn ends(file: &FileFacts) -> Vec<End> {
    let calls = file.outline.calls.iter().enumerate();
    let ending = calls.filter(|(index, call)| ends_telemetry(file, *index, call));
    let end = |(_, call): (usize, &Call)| {
        let around = file.outline.deferred.iter().find(|region| region.contains(call.span));
        let function = file.named_function_of(call.scope);
        End { at: around.copied().unwrap_or(call.statement), function, deferred: around.is_some() }
    };
    let mut all: Vec<End> = ending.map(end).filter(|end| end.function != ScopeId::FILE).collect();
    all.dedup_by_key(|end| end.at);
    all
}

/// Shutdown and flush of a provider, or the call of what a set-up function returned for that purpose.
fn ends_telemetry(file: &FileFacts, index: usize, call: &Call) -> bool {
    let known = file
        .telemetry
        .lifecycle
        .iter()
        .any(|one| one.call.index() == index && matches!(one.kind, LifecycleKind::Shutdown | LifecycleKind::Flush));
    known || returned_by_set_up(file, call)
}

/// `shutdown, err := initTracer(ctx)` … `shutdown(ctx)`; `let guard = init_otel()?` … `guard.shutdown()`.
fn returned_by_set_up(file: &FileFacts, call: &Call) -> bool {
    const SET_UP: [&str; 12] = [
        "otel",
        "tracer",
        "tracing",
        "telemetry",
        "opentelemetry",
        "traces",
        "metrics",
        "observability",
        "instrumentation",
        "trace",
        "meter",
        "sentry",
    ];
    const BEGINS: [&str; 12] = [
        "init",
        "initialize",
        "initialise",
        "setup",
        "set",
        "start",
        "install",
        "new",
        "configure",
        "create",
        "bootstrap",
        "enable",
    ];
    let Some(first) = call.path.first() else { return false };
    let method = call.path.last().map_or("", String::as_str);
    let ending =
        ["shutdown", "cleanup", "stop", "flush", "close"].iter().any(|word| method.to_ascii_lowercase().contains(word));
    let plain = call.path.len() == 1 || call.path.len() == 2 && ending;
    plain
        && ending
        && call.base.is_none()
        && file.outline.bindings.iter().any(|binding| {
            let named = binding.path.len() == 1 && binding.path[0] == *first && binding.kind == BindingKind::Declared;
            named && binding.statement.end <= call.span.start && binding.position == 0 && {
                file.calls_in(binding.statement).next().is_some_and(|(_, made)| {
                    // A type of this program may be named for anything: what counts are functions and their modules.
                    let last = made.path.len().saturating_sub(1);
                    let named = made.path.iter().enumerate();
                    let named = named.filter(|(at, part)| *at == last || !part.starts_with(char::is_uppercase));
                    let all: Vec<String> = named.flat_map(|(_, part)| words(part)).collect();
                    all.iter().any(|word| SET_UP.contains(&word.as_str()))
                        && all.iter().any(|word| BEGINS.contains(&word.as_str()))
                })
            }
        })
}

/// A way out of the function that does not pass the end of its telemetry.
fn skipping<'a>(file: HeadFile<'a>, end: &End) -> Option<&'a Exit> {
    let facts = file.facts;
    let body = facts.scope(end.function).body;
    // A defer counts from its own place on; an explicit end is skipped by what leaves between the set-up and itself.
    let region = if end.deferred {
        Span { start: end.at.end, end: body.end.max(end.at.end) }
    } else {
        Span { start: set_up(facts, end, body)?, end: end.at.start }
    };
    let new = |exit: &&Exit| file.pair.is_new(exit.span) || file.pair.is_new(end.at);
    let own = |exit: &&Exit| facts.named_function_of(exit.scope) == end.function && !facts.in_test(exit.scope);
    let skips = |exit: &&Exit| match exit.kind {
        ExitKind::Terminate => end.deferred && terminates_at_once(facts, exit),
        ExitKind::Propagate | ExitKind::Return => !end.deferred && facts.function_of(exit.scope) == end.function,
        ExitKind::Throw | ExitKind::Break | ExitKind::Continue => false,
    };
    facts.exits_in(region).filter(skips).filter(own).filter(new).find(|exit| !ended_before(facts, end, exit))
}

/// What ends the process without unwinding: deferred calls, destructors and handlers at exit do not run.
fn terminates_at_once(file: &FileFacts, exit: &Exit) -> bool {
    let text = file.text(exit.span);
    match file.language {
        Language::Go => ["os.Exit", "Fatal"].iter().any(|name| text.contains(name)),
        _ => false,
    }
}

/// Where the telemetry that is ended here was set up in the same function.
fn set_up(file: &FileFacts, end: &End, body: Span) -> Option<u32> {
    if file.language != Language::Rust {
        return None;
    }
    let name = file.calls_in(end.at).find_map(|(_, call)| call.path.first())?;
    let made = file.outline.bindings.iter().find(|binding| {
        binding.path.len() == 1
            && binding.path[0] == *name
            && body.contains(binding.statement)
            && binding.statement.end <= end.at.start
    })?;
    Some(made.statement.end)
}

/// The exit has its own end of the telemetry directly before it.
fn ended_before(file: &FileFacts, end: &End, exit: &Exit) -> bool {
    let block = file.block_around(exit.span).unwrap_or(end.at);
    let before = Span { start: block.start, end: exit.span.start.max(block.start) };
    let text = file.text(before).to_ascii_lowercase();
    let (first, last) = file.source.lines(exit.span);
    let lines = file.source.line_span(first).cover(file.source.line_span(last));
    let ends = before.end > before.start
        && !block.contains(end.at)
        && ["shutdown", "flush", "cleanup", "stop("].iter().any(|word| text.contains(word));
    ends || file.has_comment_in(lines) || file.has_comment_above(exit.span)
}

fn say(out: &mut Report, file: &FileFacts, end: &End, exit: &Exit) {
    let (why, help) = if end.deferred {
        (
            "this is deferred, and the exit does not run what is deferred",
            "return the error from a `run() error` and exit in `main` alone, after it has returned",
        )
    } else {
        ("telemetry is ended here, after the exit", "keep the result, end the telemetry, then return it")
    };
    out.at(file, exit.span)
        .confidence(Confidence::Likely)
        .evidence(why, Some(end.at))
        .help(help)
        .say("the program ends here without sending what its telemetry still holds: the last spans and logs, which tell why, are lost");
}
