//! An entry point answers a failure with a 5xx by hand: the client sees it, the operators do not.

use crate::facts::code::{Call, CallId, CallKind, Failure, FailureKind};
use crate::facts::{EntryKind, EntryPoint, FileFacts, Level, SpanOpKind};
use crate::model::Confidence;
use crate::rules::answering::{builds_answer, is_health, speaks};
use crate::rules::expected::is_expected;
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::anchor;

pub const RULE: Rule = rule!("errors/handler-failure-unobserved", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for failure in &file.facts.outline.failures {
            let handles = !matches!(failure.kind, FailureKind::Discard | FailureKind::Blank);
            if !handles || !file.pair.is_changed(failure.header, failure.span) || file.facts.in_test(failure.scope) {
                continue;
            }
            let Some(entry) = entry_of(file.facts, failure) else { continue };
            let Some(status) = server_error(file.facts, failure) else { continue };
            if is_expected(file.facts, failure)
                || observed(file.facts, failure)
                || told_by_status(file.facts, failure, entry)
                || is_health(file.facts, entry)
            {
                continue;
            }
            out.at(file.facts, anchor(failure))
                .confidence(Confidence::Likely)
                .evidence(format!("the answer is a server error (`{status}`)"), None)
                .evidence(
                    format!("{} handles requests ({})", name(file.facts, entry), entry.framework),
                    Some(first_line(file.facts, entry)),
                )
                .help("log the error (or mark the span and count it) before answering")
                .say("this failure becomes a 5xx that leaves no log, metric or span event: on call sees the rate, never the cause");
        }
    }
}

fn name(file: &FileFacts, entry: &EntryPoint) -> String {
    let path = file.scope_path(entry.scope);
    if path.is_empty() { "this closure".to_owned() } else { format!("`{path}`") }
}

fn first_line(file: &FileFacts, entry: &EntryPoint) -> crate::model::Span {
    let span = file.scope(entry.scope).span;
    let line = file.source.line_span(file.source.line_of(span.start));
    crate::model::Span { start: span.start, end: line.end.max(span.start) }
}

fn entry_of<'a>(file: &'a FileFacts, failure: &Failure) -> Option<&'a EntryPoint> {
    let around: Vec<_> = file.scopes_around(failure.scope).map(|(id, _)| id).collect();
    let serves =
        |entry: &&EntryPoint| matches!(entry.kind, EntryKind::Http | EntryKind::Rpc) && around.contains(&entry.scope);
    file.telemetry.entries.iter().find(serves)
}

/// Words that mean 5xx, or a gRPC status of the server's own making, as frameworks spell them.
const SERVER_ERRORS: [&str; 34] = [
    "500",
    "502",
    "503",
    "504",
    "StatusInternalServerError",
    "StatusBadGateway",
    "StatusServiceUnavailable",
    "StatusGatewayTimeout",
    "INTERNAL_SERVER_ERROR",
    "BAD_GATEWAY",
    "SERVICE_UNAVAILABLE",
    "GATEWAY_TIMEOUT",
    "InternalServerError",
    "BadGateway",
    "ServiceUnavailable",
    "HTTP_500_INTERNAL_SERVER_ERROR",
    "HTTP_503_SERVICE_UNAVAILABLE",
    "internalServerError",
    "serverError",
    "InternalServerErrorException",
    "codes.Internal",
    "codes.Unknown",
    "codes.Unavailable",
    "codes.DataLoss",
    "codes.DeadlineExceeded",
    "Status.INTERNAL",
    "Status.UNKNOWN",
    "Status.UNAVAILABLE",
    "Status::internal",
    "Status::unknown",
    "Status::unavailable",
    "Code::Internal",
    "Code::Unavailable",
    "StatusCode.INTERNAL",
];

fn server_error(file: &FileFacts, failure: &Failure) -> Option<&'static str> {
    SERVER_ERRORS.iter().find(|word| file.mentions(failure.body, word)).copied()
}

fn observed(file: &FileFacts, failure: &Failure) -> bool {
    use crate::facts::code::ExitKind::{Propagate, Terminate, Throw};
    let body = failure.body;
    let framework = file.exits_in(body).any(|exit| matches!(exit.kind, Throw | Propagate | Terminate));
    framework
        || file.logs_in(body).any(|log| log.level >= Level::Info)
        || file.calls_in(body).any(|(id, call)| tells(file, failure, id, call))
        || returned(file, failure)
}

/// gRPC: a status that carries the error's text reaches every interceptor, and those log it.
fn told_by_status(file: &FileFacts, failure: &Failure, entry: &EntryPoint) -> bool {
    let named = failure.error.as_deref().is_some_and(|error| file.uses(failure.body, error));
    entry.kind == EntryKind::Rpc && named
}

/// Go and Rust: the error itself is returned, so a framework or middleware sees it.
fn returned(file: &FileFacts, failure: &Failure) -> bool {
    let Some(error) = failure.error.as_deref() else { return false };
    let direct = |exit: &crate::facts::code::Exit| {
        exit.values.iter().any(|value| {
            crate::rules::seen::is_name(value, error) || value.as_path().is_some_and(|path| path[0] == error)
        })
    };
    file.exits_in(failure.body).any(direct)
}

fn tells(file: &FileFacts, failure: &Failure, id: CallId, call: &Call) -> bool {
    let telemetry = &file.telemetry;
    let span = telemetry.span_ops.iter().any(|op| op.call == id && op.kind != SpanOpKind::End);
    let counted = telemetry.metric_uses.iter().any(|used| used.call == id);
    if span || counted || telemetry.reports.contains(&id) {
        return true;
    }
    if let Some(summary) = telemetry.summaries.get(&id) {
        return summary.is_signal();
    }
    let last = call.path.last().map_or(String::new(), |name| name.to_ascii_lowercase());
    // An unknown callee that receives the error has handled it.
    // A literal (`gin.H{"error": err.Error()}`) is part of the answer.
    let named = |error: &str| call.args.iter().any(|arg| file.uses(arg.span, error));
    let given = call.kind != CallKind::New && failure.error.as_deref().is_some_and(named);
    let next = matches!(last.as_str(), "next" | "reject" | "done" | "callback" | "cb");
    next || speaks(&last) || given && !builds_answer(&last)
}
