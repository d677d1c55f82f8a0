//! A panic or an uncaught error is stopped, and nobody hears of it.

use crate::facts::FileFacts;
use crate::facts::code::{Call, ExprKind, FailureKind, ResultUse, ScopeId};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};

pub const RULE: Rule = rule!("errors/recover-without-signal", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for call in file.facts.outline.calls.iter().filter(|call| !file.facts.in_test(call.scope)) {
            let Some((place, what)) = silenced(file, call) else { continue };
            if !file.pair.touches(place) || explained(file.facts, call) {
                continue;
            }
            out.at(file.facts, call.span)
                .confidence(Confidence::Likely)
                .evidence(what, Some(call.name_span))
                .help("log the recovered value with its stack trace and count it, or let it pass")
                .say("a panic or uncaught error ends here without a trace: the request or job breaks off and nothing says why");
        }
    }
}

fn explained(file: &FileFacts, call: &Call) -> bool {
    let line = file.source.line_span(file.source.line_of(call.statement.start));
    file.has_comment_in(line) || file.has_comment_above(call.statement) || in_commented_branch(file, call)
}

/// A comment in the branch that looks at the recovered value.
fn in_commented_branch(file: &FileFacts, call: &Call) -> bool {
    file.outline.failures.iter().any(|failure| failure.header.contains(call.span) && file.explained(failure))
}

/// What silences, and the place that has to be new.
fn silenced(file: HeadFile<'_>, call: &Call) -> Option<(Span, &'static str)> {
    let facts = file.facts;
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["recover"] if facts.returns_errors() && call.args.is_empty() => {
            recovered_silently(facts, call).then_some((call.statement, "the recovered value is looked at by nobody"))
        }
        ["process", "on" | "once"] if uncaught_event(call) => handler_is_silent(facts, call)
            .then_some((call.statement, "the handler of the last resort neither logs nor reports")),
        [.., "catch_unwind"] => {
            let unwound = facts.outline.failures.iter().filter(|failure| failure.protected.contains(call.span));
            let silent = unwound
                .into_iter()
                .any(|failure| !matches!(failure.kind, FailureKind::IfErr) && facts.signal(failure).is_none());
            let dropped = matches!(call.result, ResultUse::Discarded | ResultUse::Blank);
            (silent || dropped).then_some((call.statement, "what unwound is dropped"))
        }
        _ => None,
    }
}

fn recovered_silently(file: &FileFacts, call: &Call) -> bool {
    if matches!(call.result, ResultUse::Discarded | ResultUse::Blank) {
        return true;
    }
    let checked = file.outline.failures.iter().find(|failure| failure.header.contains(call.span));
    match checked {
        Some(failure) => file.signal(failure).is_none() && !acts(file, failure.body),
        // `if recover() != nil {…}`
        None => {
            let around = file.outline.branches.iter().find(|branch| {
                branch.start > call.span.end
                    && file.condition(**branch).is_some_and(|condition| condition.contains("recover()"))
            });
            around.is_some_and(|branch| file.calls_in(*branch).next().is_none() && !acts(file, *branch))
        }
    }
}

/// A branch that sets a result answers for the panic.
fn acts(file: &FileFacts, body: Span) -> bool {
    file.outline.bindings.iter().any(|binding| body.contains(binding.span))
        || file.exits_in(body).any(|exit| !exit.values.is_empty())
}

fn uncaught_event(call: &Call) -> bool {
    let event = call.args.first().and_then(|arg| arg.value.literal());
    matches!(event, Some("uncaughtException" | "unhandledRejection"))
}

fn handler_is_silent(file: &FileFacts, call: &Call) -> bool {
    let Some(ExprKind::Closure(handler)) = call.args.get(1).map(|arg| &arg.value.kind) else { return false };
    closure_is_silent(file, *handler)
}

fn closure_is_silent(file: &FileFacts, handler: ScopeId) -> bool {
    let scope = file.scope(handler);
    let error = scope.params.first().map(|param| param.name.as_str());
    let speaks = file.logs_in(scope.body).next().is_some()
        || file.calls_in(scope.body).any(|(id, _)| {
            file.telemetry.reports.contains(&id)
                || file.telemetry.summaries.get(&id).is_some_and(|summary| summary.is_signal())
        });
    let used = error.is_some_and(|error| file.uses(scope.body, error));
    !speaks && !used
}
