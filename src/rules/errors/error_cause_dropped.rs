//! A failure is answered with a new error that knows nothing of the old one, and the old one is written nowhere.

use crate::facts::code::{Exit, ExitKind, Expr, ExprKind, Failure, FailureKind};
use crate::facts::{Breadth, FileFacts, words};
use crate::model::Confidence;
use crate::rules::expected::{is_expected, is_probe};
use crate::rules::failing::protects_remote;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::{handler_name, place};

pub const RULE: Rule = rule!("errors/error-cause-dropped", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for failure in &file.facts.outline.failures {
            let Some(exit) = forgetful_exit(file, failure) else { continue };
            out.at(file.facts, place(file.facts, exit.span))
                .confidence(Confidence::Likely)
                .evidence(format!("{} never uses the error it handles", handler_name(failure)), Some(failure.header))
                .help("give the new error the old one as its cause, or log the old one here")
                .say("the new error does not carry the one that caused it, and nothing logs that: on call learns that it failed, never why");
        }
    }
}

fn forgetful_exit<'a>(file: HeadFile<'a>, failure: &Failure) -> Option<&'a Exit> {
    let facts = file.facts;
    let error = failure.error.as_deref()?;
    if !matches!(failure.kind, FailureKind::Catch | FailureKind::IfErr)
        || facts.in_test(failure.scope)
        || facts.breadth(failure) == Breadth::Typed
        || facts.uses(failure.body, error)
        || facts.explained(failure)
        || is_expected(facts, failure)
        || observed(facts, failure)
    {
        return None;
    }
    let name = facts.scope(facts.named_function_of(failure.scope)).name.as_deref().unwrap_or_default();
    let mut exits = facts.exits_in(failure.body).filter(|exit| file.pair.touches(exit.span));
    let exit = exits.find(|exit| new_error(facts, failure, exit).is_some())?;
    let made = new_error(facts, failure, exit)?;
    (!is_probe(name) && !answers_client(facts.text(made.span)) && worth(facts, failure)).then_some(exit)
}

/// Exceptions: whatever a broad handler catches may be anything. Error values: only I/O fails for reasons of its own.
fn worth(file: &FileFacts, failure: &Failure) -> bool {
    match failure.kind {
        FailureKind::IfErr => protects_remote(file, failure),
        _ => file.calls_in(failure.protected).count() > 1,
    }
}

/// Told by other means: a log, a counter, a report, a helper that speaks.
fn observed(file: &FileFacts, failure: &Failure) -> bool {
    let body = failure.body;
    let text = file.text(body);
    file.logs_in(body).next().is_some()
        || file.telemetry.reports.iter().any(|call| body.contains(file.call(*call).span))
        || file
            .calls_in(body)
            .any(|(id, _)| file.telemetry.summaries.get(&id).is_some_and(|summary| summary.is_signal()))
        || ["exc_info", "traceback", "getCurrentException"].iter().any(|word| text.contains(word))
}

/// The expression that builds the new error.
fn new_error<'a>(file: &FileFacts, failure: &Failure, exit: &'a Exit) -> Option<&'a Expr> {
    let value = exit.values.last()?;
    let ExprKind::Call(id) = value.kind else { return None };
    let name = file.call(id).path.last()?;
    match (failure.kind, exit.kind) {
        // Python keeps the exception that was being handled; others forget it.
        (FailureKind::Catch, ExitKind::Throw) if !file.keeps_context() => Some(value),
        (FailureKind::IfErr, ExitKind::Return) => {
            let makes = ["New", "Errorf", "Error", "InternalServerError", "NewInternal"].contains(&name.as_str());
            makes.then_some(value)
        }
        _ => None,
    }
}

/// Errors that are about what the caller asked for: their reason is in the request.
fn answers_client(text: &str) -> bool {
    const CLIENT: [&str; 21] = [
        "bad",
        "invalid",
        "validation",
        "unauthorized",
        "unauthenticated",
        "forbidden",
        "denied",
        "found",
        "conflict",
        "exists",
        "argument",
        "parse",
        "format",
        "unprocessable",
        "unsupported",
        "authentication",
        "credentials",
        "token",
        "permission",
        "password",
        "cancelled",
    ];
    words(text).any(|word| CLIENT.contains(&word.as_str()))
}
