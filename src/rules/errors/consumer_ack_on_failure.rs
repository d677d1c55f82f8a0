//! A message handler swallows a failure and ends normally: the message counts as done, and is gone.

use crate::facts::code::{Failure, FailureKind};
use crate::facts::{Breadth, EntryKind, EntryPoint, FileFacts, Level, words};
use crate::model::Confidence;
use crate::rules::expected::{is_cleanup, is_expected};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::{anchor, handler_name};

pub const RULE: Rule = rule!("errors/consumer-ack-on-failure", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for entry in file.facts.telemetry.entries.iter().filter(|entry| entry.kind == EntryKind::Consumer) {
            for failure in file.facts.failures_in(file.facts.scope(entry.scope).body) {
                if swallows(file, entry, failure) {
                    say(out, file.facts, entry, failure);
                }
            }
        }
    }
}

fn say(out: &mut Report, file: &FileFacts, entry: &EntryPoint, failure: &Failure) {
    let scope = file.scope(entry.scope);
    let line = file.source.line_span(file.source.line_of(scope.span.start));
    let name = scope.name.as_deref().map_or("this closure".to_owned(), |name| format!("`{name}`"));
    out.at(file, anchor(failure))
        .confidence(Confidence::Likely)
        .evidence(format!("{name} handles messages ({})", entry.framework), Some(line))
        .evidence(format!("{} neither logs, counts, rethrows nor parks the message", handler_name(failure)), None)
        .help("log the failure with what identifies the message, and rethrow it or send the message to a dead-letter queue")
        .say("the failure ends here and the message is acknowledged: it is lost without being processed, and nothing says so");
}

fn swallows(file: HeadFile<'_>, entry: &EntryPoint, failure: &Failure) -> bool {
    let facts = file.facts;
    let handles = !matches!(failure.kind, FailureKind::Discard | FailureKind::Blank);
    handles
        && file.pair.is_changed(failure.header, failure.span)
        && facts.function_of(failure.scope) == facts.function_of(entry.scope)
        && !facts.in_test(failure.scope)
        && facts.breadth(failure) == Breadth::Broad
        && !facts.explained(failure)
        && !is_expected(facts, failure)
        && quiet(facts, failure)
        && covers_work(facts, entry, failure)
}

/// No signal, or one that production does not write down.
fn quiet(file: &FileFacts, failure: &Failure) -> bool {
    let mut logs = file.logs_in(failure.body).peekable();
    let whispers = logs.peek().is_some() && logs.all(|log| log.level <= Level::Debug);
    let leaves = file.exits_in(failure.body).any(|exit| {
        use crate::facts::code::ExitKind::{Propagate, Terminate, Throw};
        matches!(exit.kind, Throw | Propagate | Terminate)
    });
    (file.signal(failure).is_none() || whispers) && !leaves && !parks(file, failure)
}

/// The message goes somewhere else: a dead-letter queue, back to the queue, a retry.
fn parks(file: &FileFacts, failure: &Failure) -> bool {
    const WORDS: [&str; 12] = [
        "dead",
        "letter",
        "dlq",
        "park",
        "retry",
        "requeue",
        "nack",
        "reject",
        "poison",
        "retries",
        "defer",
        "countdown",
    ];
    words(file.text(failure.body)).any(|word| WORDS.contains(&word.as_str()))
}

/// The failure is one of the work, not of a step that may fail: most of what the handler calls is protected.
fn covers_work(file: &FileFacts, entry: &EntryPoint, failure: &Failure) -> bool {
    let body = file.scope(entry.scope).body;
    let all = file.calls_in(body).filter(|(_, call)| !failure.body.contains(call.span)).count();
    let protected = file.calls_in(failure.protected).count();
    let cleanup =
        file.calls_in(failure.protected).all(|(_, call)| call.path.last().is_none_or(|name| is_cleanup(name)));
    let value_style = failure.kind == FailureKind::IfErr || failure.kind == FailureKind::ErrArm;
    !cleanup && (value_style || protected * 2 > all)
}
