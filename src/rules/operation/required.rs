//! Which operations anybody would want to see. What is expected, explained, cleaned up or handed on is none of them.

use std::collections::HashSet;

use super::candidate::Candidate;
use crate::facts::code::{CallId, Failure, FailureKind};
use crate::facts::{
    Bit, Boundary, Breadth, EntryKind, EntryPoint, FileClass, FileFacts, Outbound, OutboundKind, Outcome, Signal,
    UnitKind, words,
};
use crate::rules::answering::is_health;
use crate::rules::expected::{is_cleanup, is_closing, is_expected, is_probe};

/// Whether a file runs as a service, a job or a function somebody else invokes.
pub(super) fn is_service(file: &FileFacts) -> bool {
    let serves = !matches!(file.unit, UnitKind::Cli | UnitKind::Frontend | UnitKind::Library);
    file.class == FileClass::Production && serves && !is_telemetry(file.path.as_str())
}

/// Code that is telemetry itself.
fn is_telemetry(path: &str) -> bool {
    const WORDS: [&str; 8] =
        ["telemetry", "otel", "opentelemetry", "tracing", "observability", "instrumentation", "metrics", "logger"];
    let mut parts = path.rsplit('/').take(3).flat_map(|part| part.split(['.', '-', '_']));
    parts.any(|part| WORDS.contains(&part))
}

/// Calls of one file that are counted as something else.
pub(super) struct Counted {
    /// Links of a chain that goes on: `client.get(url)` of `client.get(url).send()`.
    inner: HashSet<CallId>,
    /// Work that nobody waits for.
    handed_over: HashSet<CallId>,
}

impl Counted {
    pub(super) fn of(file: &FileFacts) -> Self {
        let mut inner = HashSet::new();
        for op in &file.telemetry.outbound {
            let mut at = file.call(op.call).base;
            // A chain that was walked already needs no second walk.
            while let Some(base) = at.filter(|base| inner.insert(*base)) {
                at = file.call(base).base;
            }
        }
        let boundaries = file.telemetry.boundaries.iter();
        let handed_over = boundaries.flat_map(|one| [Some(one.call), one.work]).flatten().collect();
        Self { inner, handed_over }
    }

    fn has(&self, op: &Outbound) -> bool {
        self.inner.contains(&op.call) || op.kind == OutboundKind::Wrapper && self.handed_over.contains(&op.call)
    }
}

pub(super) fn is_required(file: &FileFacts, candidate: Candidate<'_>, counted: &Counted) -> bool {
    if !candidate.is_sure() || file.in_test(candidate.scope(file)) {
        return false;
    }
    match candidate {
        Candidate::Entry(entry) => {
            entry.kind != EntryKind::Main && !is_health(file, entry) && !is_in_between(file, entry)
        }
        Candidate::Outbound(op) => matters(file, op) && !counted.has(op),
        Candidate::Failure(failure) => is_news(file, failure),
        Candidate::Boundary(boundary) => may_fail(file, boundary),
    }
}

/// Middleware has the form of a handler, and is none.
fn is_in_between(file: &FileFacts, entry: &EntryPoint) -> bool {
    const WORDS: [&str; 6] = ["middleware", "middlewares", "interceptor", "interceptors", "filter", "filters"];
    let says = |text: &str| words(text).any(|word| WORDS.contains(&word.as_str()));
    let scope = file.scope(entry.scope);
    let hook = scope.name.is_none() && entry.framework == "net/http" && scope.returns.is_some();
    hook || says(file.path.as_str()) || says(&file.scope_path(entry.scope))
}

fn matters(file: &FileFacts, op: &Outbound) -> bool {
    let name = file.call(op.call).path.last().map_or("", String::as_str);
    let leaves = Bit::of_outbound(op.kind).is_some() || op.kind == OutboundKind::Wrapper;
    leaves && !is_closing(name) && !is_probe(name)
}

/// A failure of something that leaves the process, that nobody expects, explains or hands on.
fn is_news(file: &FileFacts, failure: &Failure) -> bool {
    let function = file.scope(file.named_function_of(failure.scope)).name.as_deref().unwrap_or_default();
    let remote = |op: &Outbound| !matches!(op.kind, OutboundKind::File | OutboundKind::Process);
    let talks = file.protected_io(failure).any(remote);
    if !talks || is_cleanup(function) || is_probe(function) || is_expected(file, failure) || file.explained(failure) {
        return false;
    }
    let closing =
        |(_, call): (CallId, &crate::facts::code::Call)| call.path.last().is_some_and(|name| is_closing(name));
    if file.calls_in(failure.protected).all(closing) {
        return false;
    }
    if matches!(failure.kind, FailureKind::Discard | FailureKind::Blank) {
        return true;
    }
    let typed = file.breadth(failure) == Breadth::Typed;
    match file.signal(failure) {
        // Whoever called learns of it, and is asked in turn.
        Some(Signal::Rethrown) => false,
        Some(Signal::IsValue) => !typed,
        _ => !is_handed_on(file, failure),
    }
}

/// The error is sent to whoever waits for it: a callback, a channel, a result.
fn is_handed_on(file: &FileFacts, failure: &Failure) -> bool {
    let Some(error) = failure.error.as_deref() else { return false };
    const NEXT: [&str; 8] = ["next", "reject", "done", "callback", "cb", "append", "push", "fail"];
    let given = file.calls_in(failure.body).any(|(_, call)| {
        let name = call.path.last().map_or("", String::as_str);
        NEXT.contains(&name) && call.args.iter().any(|arg| file.uses(arg.span, error))
    });
    let kept = file.outline.bindings.iter().any(|one| {
        failure.body.contains(one.statement) && one.value.as_ref().is_some_and(|value| file.uses(value.span, error))
    });
    given || kept || file.text(failure.body).contains("<-")
}

/// Work nobody waits for, in which something can fail.
fn may_fail(file: &FileFacts, boundary: &Boundary) -> bool {
    if boundary.outcome != Outcome::Dropped {
        return false;
    }
    let Some(body) = boundary.body else {
        let Some(work) = boundary.work else { return false };
        let name = file.call(work).path.last().map_or("", String::as_str);
        return !is_closing(name) && !serves(name);
    };
    let span = file.scope(body).span;
    let waits = file.calls_in(span).any(|(_, call)| call.path.last().is_some_and(|name| serves(name)));
    let talks = file.telemetry.outbound.iter().any(|op| span.contains(file.call(op.call).span));
    talks && !waits
}

/// Servers and loops run for as long as the process does.
fn serves(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["listen", "serve", "wait", "run", "start", "loop"].iter().any(|word| lower.starts_with(word))
}
