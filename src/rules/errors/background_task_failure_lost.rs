//! Work runs beside its function, and what becomes of its failure is nobody's business.

use crate::facts::code::{Call, CallId, ExitKind, ExprKind, FailureKind, ResultUse, ScopeId};
use crate::facts::{Bit, Boundary, BoundaryKind, FileFacts, Outcome};
use crate::model::{Confidence, Span};
use crate::rules::expected::{is_cleanup, is_probe};
use crate::rules::failing::can_fail;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};

pub const RULE: Rule = rule!("errors/background-task-failure-lost", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for boundary in &file.facts.telemetry.boundaries {
            if boundary.outcome != Outcome::Dropped
                || exempt(file, boundary)
                || is_caught_at_last(change, file, boundary)
            {
                continue;
            }
            if let Some((place, why)) = loses(file, boundary) {
                say(out, file.facts, boundary, place, why);
            }
        }
    }
}

fn exempt(file: HeadFile<'_>, boundary: &Boundary) -> bool {
    let facts = file.facts;
    let call = facts.call(boundary.call);
    let line = facts.source.line_span(facts.source.line_of(call.statement.start));
    let name = work_name(facts, boundary);
    facts.in_test(call.scope)
        || !file.pair.touches(call.span)
        || facts.has_comment_above(call.statement)
        || facts.has_comment_in(line)
        || is_cleanup(name)
        || is_probe(name)
}

/// What nobody handled reaches the error reporter of the process: rejections of promises, exceptions of threads.
fn is_caught_at_last(change: &Change<'_>, file: HeadFile<'_>, boundary: &Boundary) -> bool {
    matches!(boundary.kind, BoundaryKind::Promise | BoundaryKind::Thread)
        && change.delta.head.is_covered(&file.facts.path, Bit::UnhandledErrors)
}

fn work_name<'a>(file: &'a FileFacts, boundary: &Boundary) -> &'a str {
    let work = boundary.work.map(|work| file.call(work));
    work.and_then(|call| call.path.last()).map_or("", String::as_str)
}

/// Where the failure is lost, and how that is known.
fn loses(file: HeadFile<'_>, boundary: &Boundary) -> Option<(Span, String)> {
    let facts = file.facts;
    let call = facts.call(boundary.call);
    match (boundary.kind, boundary.work, boundary.body) {
        (BoundaryKind::Goroutine, Some(work), _) => Some((
            call.span,
            can_fail(facts, work).filter(|_| settled(facts, work).is_none() && !facts.tells_itself(work))?,
        )),
        (BoundaryKind::Goroutine, None, Some(body)) => lost_in_closure(file, body),
        (BoundaryKind::Promise, ..) => lost_promise(facts, boundary, call),
        (_, Some(work), _) => lost_work(facts, work).map(|why| (call.span, why)),
        (_, None, Some(body)) => lost_in_task(facts, boundary, body).map(|why| (call.span, why)),
        (_, None, None) => None,
    }
}

/// A callee of this repository that handles its own failures.
fn settled(file: &FileFacts, work: CallId) -> Option<()> {
    file.telemetry.callees.get(&work).filter(|callee| callee.contained).map(|_| ())
}

/// `go func() { _ = f() }()`: the closure drops an error itself.
fn lost_in_closure(file: HeadFile<'_>, body: ScopeId) -> Option<(Span, String)> {
    let facts = file.facts;
    let span = facts.scope(body).body;
    let lost = |(id, call): (CallId, &Call)| {
        let name = call.path.last().map_or("", String::as_str);
        let dropped = matches!(call.result, ResultUse::Discarded | ResultUse::Blank) && call.scope == body;
        let line = facts.source.line_span(facts.source.line_of(call.statement.start));
        let quiet = is_cleanup(name)
            || facts.has_comment_in(line)
            || facts.has_comment_above(call.statement)
            || facts.in_any(&facts.outline.deferred, call.span)
            || facts.telemetry.logs.iter().any(|log| log.call == id)
            || facts.tells_itself(id);
        let new = file.pair.is_new(call.name_span);
        (dropped && !quiet && new).then(|| can_fail(facts, id).map(|why| (call.span, why)))?
    };
    facts.calls_in(span).find_map(lost)
}

/// A promise that a statement starts: the callee does not catch, and neither does the statement.
fn lost_promise(file: &FileFacts, boundary: &Boundary, call: &Call) -> Option<(Span, String)> {
    let work = boundary.work?;
    let callee = file.telemetry.callees.get(&work);
    let contained = callee.is_some_and(|callee| callee.contained);
    // At the top of a module a rejection ends the process, and says so.
    let top = file.function_of(call.scope) == ScopeId::FILE;
    let name = call.path.join(".");
    // A callback receives the failure.
    let called_back = call.args.iter().any(|arg| match &arg.value.kind {
        ExprKind::Closure(_) => true,
        ExprKind::Path(path) => path.last().is_some_and(|name| {
            matches!(name.as_str(), "callback" | "cb" | "done" | "next") || name.ends_with("Callback")
        }),
        _ => false,
    });
    (!contained && !top && !called_back)
        .then(|| (call.span, format!("`{name}` returns a promise, and its callers have to catch what it rejects with")))
}

/// `create_task(f())`: the function is known, and does not handle what fails in it.
fn lost_work(file: &FileFacts, work: CallId) -> Option<String> {
    let callee = file.telemetry.callees.get(&work)?;
    let summary = file.telemetry.summaries.get(&work).copied().unwrap_or_default();
    let name = file.call(work).path.join(".");
    let can = callee.fails || file.throws();
    let lost = can && !callee.contained && !summary.logs_error && !summary.reports;
    lost.then(|| format!("`{name}` is declared in this repository and lets its failures out"))
}

/// The closure of a task or thread can fail, and nothing in it says so.
fn lost_in_task(file: &FileFacts, boundary: &Boundary, body: ScopeId) -> Option<String> {
    let span = file.scope(body).body;
    let propagates =
        file.exits_in(span).any(|exit| exit.kind == ExitKind::Propagate && file.function_of(exit.scope) == body);
    if propagates {
        return Some("the work returns its failure with `?`, and nobody receives it".to_owned());
    }
    // An executor keeps what its work throws until somebody asks for the result.
    let handled = file.failures_in(span).any(|failure| failure.kind == FailureKind::Catch && failure.scope == body);
    let calls = file.calls_in(span).next().is_some();
    (boundary.kind == BoundaryKind::Executor && !handled && calls)
        .then(|| "what the work throws is kept in a future that nobody asks".to_owned())
}

fn say(out: &mut Report, file: &FileFacts, boundary: &Boundary, place: Span, why: String) {
    let help = match boundary.kind {
        BoundaryKind::Goroutine => {
            "handle the error inside the goroutine: log it, count it, or send it to whoever waits (errgroup)"
        }
        BoundaryKind::Promise => "await it, or attach a `.catch` that logs",
        BoundaryKind::Task => "keep the handle and await it, or log the failure inside the task",
        BoundaryKind::Thread | BoundaryKind::Executor => {
            "keep the future and ask for its result, or log the failure inside the work"
        }
    };
    let what = match boundary.kind {
        BoundaryKind::Goroutine => "when this goroutine fails, nobody learns of it: its error goes nowhere",
        BoundaryKind::Promise => {
            "when this promise rejects, no handler of this function sees it: the failure surfaces far from here, if at all"
        }
        BoundaryKind::Task => {
            "when this task fails, its error is dropped with the handle: the work stops and nothing says so"
        }
        BoundaryKind::Thread | BoundaryKind::Executor => {
            "when this work fails, its error is dropped with the handle: the work stops and nothing says so"
        }
    };
    out.at(file, crate::rules::seen::place(file, place))
        .confidence(Confidence::Likely)
        .evidence(why, Some(place))
        .help(help)
        .say(what);
}
