//! The failure of an I/O operation is handled, and nobody will ever know that it happened.

use crate::facts::code::{ExitKind, Failure, FailureKind};
use crate::facts::{Breadth, FileFacts, Outbound, OutboundKind, Signal, Tier, words};
use crate::model::{Confidence, Span};
use crate::rules::expected::{is_cleanup, is_expected, is_probe};
use crate::rules::failing::catches_io;
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::{anchor, handler_name, resolved_as, used_later};

pub const RULE: Rule = rule!("errors/swallowed-io-failure", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for failure in &file.facts.outline.failures {
            let handles = !matches!(failure.kind, FailureKind::Discard | FailureKind::Blank);
            if !handles || !file.pair.is_changed(failure.header, failure.span) || exempt(file.facts, failure) {
                continue;
            }
            match operation(file.facts, failure) {
                Some(operation) => say(out, file.facts, failure, operation),
                None if catches_io(file.facts, failure) => say_typed(out, file.facts, failure),
                None => {}
            }
        }
    }
}

fn say(out: &mut Report, file: &FileFacts, failure: &Failure, operation: &Outbound) {
    let call = file.call(operation.call);
    let what = match operation.kind {
        OutboundKind::Wrapper => format!("`{}` performs I/O", call.path.join(".")),
        _ => resolved_as(file, operation.call, "an outbound call", &operation.library),
    };
    out.at(file, anchor(failure))
        .confidence(Confidence::Likely)
        .evidence(what, Some(call.span))
        .evidence(format!("{} neither logs, counts, rethrows nor passes the error on", handler_name(failure)), None)
        .help("log the error with its context, count it, or return it; if it is expected, say so in a comment")
        .say(format!(
            "when `{}` fails, nothing records it: the failure is invisible in production",
            call.path.join(".")
        ));
}

/// The caught type itself says that I/O failed, whatever the calls are.
fn say_typed(out: &mut Report, file: &FileFacts, failure: &Failure) {
    let caught = failure.types.join(", ");
    out.at(file, anchor(failure))
        .confidence(Confidence::Likely)
        .evidence(format!("`{caught}` is what its library raises for every failed call"), None)
        .evidence(format!("{} neither logs, counts, rethrows nor passes the error on", handler_name(failure)), None)
        .help("log the error with its context, count it, or raise it; if it is expected, say so in a comment")
        .say(format!("every failure that `{caught}` stands for ends here, and nothing records it: an outage is invisible in production"));
}

/// The outbound operation whose failure this is, when it is one that matters.
fn operation<'a>(file: &'a FileFacts, failure: &Failure) -> Option<&'a Outbound> {
    file.protected_io(failure).find(|operation| {
        let call = file.call(operation.call);
        let named = call.path.last().map_or("", String::as_str);
        let remote = !matches!(operation.kind, OutboundKind::File | OutboundKind::Process);
        operation.tier > Tier::Lexical && remote && !is_cleanup(named) && !is_probe(named)
    })
}

fn exempt(file: &FileFacts, failure: &Failure) -> bool {
    let function = file.named_function_of(failure.scope);
    let name = file.scope(function).name.clone().unwrap_or_default();
    file.in_test(failure.scope)
        || file.breadth(failure) == Breadth::Typed && !catches_io(file, failure)
        || told(file, failure)
        || file.explained(failure)
        || is_expected(file, failure)
        || is_cleanup(&name)
        || is_probe(&name)
        || used_later(file, failure)
        || rest_of_match(file, failure)
        || retries(file, failure)
}

/// Whether anybody learns of it. An answer to the user that knows nothing of the error tells nobody on call.
fn told(file: &FileFacts, failure: &Failure) -> bool {
    let forgotten = failure.error.as_deref().is_some_and(|error| !file.uses(failure.body, error));
    // A library's base type is often caught to try again: the framework's `retry` tells of it.
    let again = catches_io(file, failure) && words(file.text(failure.body)).any(|word| word.starts_with("retr"));
    match file.signal(failure) {
        None => again,
        Some(Signal::IsValue) => !(forgotten && catches_io(file, failure)),
        Some(_) => true,
    }
}

/// `_ =>` behind `Err(e) =>`: what is left for it is no failure.
fn rest_of_match(file: &FileFacts, failure: &Failure) -> bool {
    failure.kind == FailureKind::ErrArm
        && file.text(failure.header).trim_start().starts_with('_')
        && file.failures_in(Span { start: failure.protected.start, end: failure.span.start }).any(|other| {
            other.kind == FailureKind::ErrArm
                && other.protected == failure.protected
                && file.breadth(other) == Breadth::Broad
        })
}

/// A loop that tries again and whose function can still fail in the end.
fn retries(file: &FileFacts, failure: &Failure) -> bool {
    let function = file.scope(file.function_of(failure.scope)).span;
    let in_loop = file.outline.loops.iter().any(|body| function.contains(*body) && body.contains(failure.span));
    let tries_again = file.exits_in(failure.body).all(|exit| exit.kind == ExitKind::Continue);
    let words = ["retry", "retries", "attempt", "attempts", "backoff", "tries"];
    in_loop && tries_again && words.iter().any(|word| file.text(function).to_ascii_lowercase().contains(word))
}
