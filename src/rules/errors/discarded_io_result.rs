//! The result of a call that changes something elsewhere is thrown away in so many words, and nobody says why.

use crate::facts::code::{Call, CallId, Failure, FailureKind};
use crate::facts::{FileFacts, OutboundKind, Tier, words};
use crate::model::Confidence;
use crate::rules::expected::{is_closing, is_expected, is_probe};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::place;

pub const RULE: Rule = rule!("errors/discarded-io-result", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for failure in &file.facts.outline.failures {
            if !matches!(failure.kind, FailureKind::Discard | FailureKind::Blank) {
                continue;
            }
            let found = operation(file.facts, failure).filter(|_| !exempt(file, failure));
            let Some((id, call)) = found else { continue };
            let name = call.path.join(".");
            let why = match file.facts.telemetry.outbound.iter().find(|op| op.call == id).map(|op| op.kind) {
                Some(OutboundKind::Wrapper) => format!("`{name}` performs I/O"),
                _ => format!("`{name}` leaves the process"),
            };
            out.at(file.facts, place(file.facts, failure.span))
                .confidence(Confidence::Likely)
                .evidence(why, Some(call.name_span))
                .evidence("its failure is thrown away, without a log or a comment", None)
                .help("log the failure, or say in a comment why it does not matter")
                .say(format!("when `{name}` fails, the change it was to make is missing, and nothing says so"));
        }
    }
}

fn exempt(file: HeadFile<'_>, failure: &Failure) -> bool {
    let facts = file.facts;
    let function = facts.scope(facts.named_function_of(failure.scope)).name.as_deref().unwrap_or_default();
    // Cleaning up after another failure, or at the end, is not expected to succeed.
    let aside = facts.in_any(&facts.outline.deferred, failure.span)
        || facts.in_any(&facts.outline.spawned, failure.span)
        || facts.outline.failures.iter().any(|other| other.body.contains(failure.span) && other.span != failure.span);
    !file.pair.is_new(failure.span)
        || facts.in_test(failure.scope)
        || facts.explained(failure)
        || is_expected(facts, failure)
        || is_closing(function)
        || is_probe(function)
        || facts.text(failure.span).contains("inspect_err")
        || aside
}

/// The call to another system whose failure is thrown away, when it was to change something there.
fn operation<'a>(file: &'a FileFacts, failure: &Failure) -> Option<(CallId, &'a Call)> {
    let local = |kind| matches!(kind, OutboundKind::File | OutboundKind::Process);
    let mut remote = file.protected_io(failure).filter(|op| op.tier > Tier::Lexical && !local(op.kind));
    let op = remote.find(|op| file.call(op.call).path.last().is_some_and(|name| changes(name)))?;
    Some((op.call, file.call(op.call)))
}

/// Names of operations that leave something behind.
fn changes(name: &str) -> bool {
    const VERBS: [&str; 40] = [
        "write",
        "publish",
        "produce",
        "delete",
        "remove",
        "save",
        "commit",
        "notify",
        "send",
        "insert",
        "update",
        "upsert",
        "put",
        "post",
        "patch",
        "create",
        "exec",
        "execute",
        "store",
        "set",
        "add",
        "push",
        "enqueue",
        "emit",
        "mark",
        "record",
        "register",
        "apply",
        "sync",
        "empty",
        "charge",
        "refund",
        "ack",
        "submit",
        "move",
        "copy",
        "upload",
        "persist",
        "do",
        "invalidate",
    ];
    !is_closing(name) && !is_probe(name) && words(name).next().is_some_and(|first| VERBS.contains(&first.as_str()))
}
