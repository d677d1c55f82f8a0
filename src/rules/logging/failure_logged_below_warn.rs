//! A failure is written down at a level that nobody watches.

use crate::facts::code::{Failure, FailureKind};
use crate::facts::{Breadth, FileFacts, Level, LogCall, LogStyle, Tier, words};
use crate::model::{Confidence, Span};
use crate::rules::expected::{is_cleanup, is_closing, is_expected, is_probe};
use crate::rules::failing::protects_remote;
use crate::rules::levels::{at_warn, message};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::{failure_around, place};

pub const RULE: Rule = rule!("logging/failure-logged-below-warn", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for log in file.facts.telemetry.logs.iter().filter(|log| log.level < Level::Warn) {
            if !file.pair.touches(log.span) || file.facts.in_test(log.scope) {
                continue;
            }
            let handler = failure_around(file.facts, log.span);
            let found = match handler {
                Some(failure) => only_whispered(file, failure, log),
                None => announces_failure(file.facts, log),
            };
            if let Some(why) = found {
                say(out, file.facts, log, why);
            }
        }
    }
}

fn say(out: &mut Report, file: &FileFacts, log: &LogCall, why: &'static str) {
    let call = file.call(log.call);
    let level = file.text(call.name_span).to_owned();
    let mut draft = out
        .at(file, place(file, log.span))
        .confidence(Confidence::Likely)
        .evidence(why, None)
        .help("log it at warn, or at error when somebody has to act");
    if let Some(name) = at_warn(file, log) {
        draft = draft.fix("raise the level", call.name_span, &name);
    }
    draft.say(format!(
        "this failure is logged with `{level}`: production filters that level out, or drowns it, and no alert sees it"
    ));
}

/// The log is all that a handler does about a failure that may be anything.
fn only_whispered(file: HeadFile<'_>, failure: &Failure, log: &LogCall) -> Option<&'static str> {
    let facts = file.facts;
    let name = facts.scope(facts.named_function_of(failure.scope)).name.as_deref().unwrap_or_default();
    let quiet = facts.logs_in(failure.body).all(|other| other.level < Level::Warn);
    // A statement that holds the log is a value to some grammars, and no way out.
    let mut exits = facts.exits_in(failure.body).filter(|exit| !exit.span.contains(log.span));
    let passed = exits.any(|exit| leaves_with(facts, exit, failure));
    let other_signal = facts.calls_in(failure.body).any(|(id, _)| {
        let telemetry = &facts.telemetry;
        telemetry.metric_uses.iter().any(|used| used.call == id)
            || telemetry.reports.contains(&id)
            || telemetry.span_ops.iter().any(|op| op.call == id)
    });
    if !quiet
        || passed
        || other_signal
        || facts.breadth(failure) == Breadth::Typed
        || facts.has_comment_above(log.span)
        || is_expected(facts, failure)
        || is_cleanup(name)
        || is_probe(name)
        || optional(facts, failure, log)
        || facts.calls_in(failure.protected).any(|(_, call)| call.path.last().is_some_and(|name| is_closing(name)))
    {
        return None;
    }
    if log.level <= Level::Debug {
        return (log.tier > Tier::Lexical && protects_remote(facts, failure))
            .then_some("it is the only trace of a failed call to another system");
    }
    let said = message(facts, log).is_some_and(|text| says_failure(&text));
    let kinds =
        matches!(failure.kind, FailureKind::Catch | FailureKind::IfErr | FailureKind::ErrArm | FailureKind::Handler);
    (said && kinds && !without_levels(facts, log))
        .then_some("its own message says that something failed, and nothing else is done about it")
}

/// Loggers that know one level only: there is nothing to raise.
fn without_levels(file: &FileFacts, log: &LogCall) -> bool {
    let streams =
        file.call(log.call).path.iter().any(|segment| matches!(segment.as_str(), "System" | "stdout" | "stderr"));
    let plain = streams || log.library == "log" && log.style != LogStyle::Macro;
    plain || matches!(log.library.as_str(), "console" | "print")
}

/// The failure goes on to somebody who can log it.
fn leaves_with(file: &FileFacts, exit: &crate::facts::code::Exit, failure: &Failure) -> bool {
    use crate::facts::code::ExitKind::{Propagate, Terminate, Throw};
    let named = failure.error.as_deref().is_some_and(|error| file.uses(exit.span, error));
    let error = |value: &crate::facts::code::Expr| file.text(value.span).contains("rr");
    match exit.kind {
        Terminate | Throw => true,
        // `?` of a further step in the handler is about that step.
        Propagate => named,
        _ => named || exit.values.last().is_some_and(error),
    }
}

/// What the code can do without, by its own words: a cache, an enrichment, a fallback, a retry.
fn optional(file: &FileFacts, failure: &Failure, log: &LogCall) -> bool {
    const WORDS: [&str; 16] = [
        "cache",
        "fallback",
        "falling",
        "retry",
        "retrying",
        "optional",
        "ignor",
        "skip",
        "default",
        "best effort",
        "will try",
        "telemetry",
        "metric",
        "cancel",
        "closed",
        "expected",
    ];
    let text = file.text(failure.body).to_ascii_lowercase();
    let said = message(file, log).unwrap_or_default().to_ascii_lowercase();
    let in_loop = file.call(log.call).in_loop && log.level <= Level::Debug;
    WORDS.iter().any(|word| said.contains(word)) || text.contains("ignore") || text.contains("fallback") || in_loop
}

/// Outside any handler: the message itself reports a failure of the service.
fn announces_failure(file: &FileFacts, log: &LogCall) -> Option<&'static str> {
    let text = message(file, log)?;
    let around = file.block_around(log.span).unwrap_or(log.span);
    let counted = || {
        file.calls_in(around).take(200).any(|(id, call)| {
            let telemetry = &file.telemetry;
            let named = call
                .path
                .iter()
                .any(|name| words(name).any(|word| matches!(word.as_str(), "counter" | "metrics" | "metric")));
            named || telemetry.metric_uses.iter().any(|used| used.call == id) || telemetry.reports.contains(&id)
        })
    };
    // What is thrown or returned as an error behind the log is somebody else's to log.
    let rest = Span { start: log.span.end, end: around.end.max(log.span.end) };
    let leaves = || {
        use crate::facts::code::ExitKind::{Return, Throw};
        let error = |text: &str| {
            text.contains("Err(") || text.contains("rrorf(") || text.ends_with(", err") || text.ends_with("return err")
        };
        file.exits_in(rest)
            .take(16)
            .any(|exit| exit.kind == Throw || exit.kind == Return && error(file.text(exit.span)))
    };
    // "could not" and "unable to" tell as often of what was asked for as of what broke.
    let soft = ["could", "unable"].iter().any(|start| text.trim_start().to_ascii_lowercase().starts_with(start));
    (log.level == Level::Info
        && !soft
        && !without_levels(file, log)
        && says_failure(&text)
        && !about_caller(&text)
        && !file.has_comment_above(log.span)
        && !counted()
        && !leaves())
    .then_some("its own message reports a failure")
}

/// Words before `failed` that make it a description or a count.
const DESCRIBING: [&str; 22] = [
    "the", "has", "have", "had", "if", "and", "or", "passed", "not", "jobs", "skipped", "it", "that", "which", "when",
    "build", "job", "workflow", "pipeline", "tests", "check", "checks",
];

/// `Failed to send`, `Error processing {}`, `upload failed: {}`.
fn says_failure(text: &str) -> bool {
    const STARTS: [&str; 9] = [
        "failed to ",
        "failure ",
        "unable to ",
        "could not ",
        "couldn't ",
        "error while ",
        "error during ",
        "unexpected error",
        "exception ",
    ];
    // `[worker] failed to …`: a tag before the message is not part of it.
    let message = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(text, |(_, rest)| rest);
    let lower = message.trim_start_matches(|character: char| !character.is_alphanumeric()).to_ascii_lowercase();
    let gerund = lower
        .strip_prefix("error ")
        .and_then(|rest| rest.split([' ', ':']).next())
        .is_some_and(|word| word.ends_with("ing") || word == "in");
    let ends = lower.find(" failed").is_some_and(|at| {
        let rest = lower[at + " failed".len()..].trim_start();
        let plain = rest.is_empty() || rest.starts_with([':', '.', ',', '{', '%', '!', '(', '-']);
        // `0 failed`, `retrying the failed` and `if it failed` count or describe; they do not report.
        let before = lower[..at].rsplit(' ').next().unwrap_or_default();
        plain && before.chars().all(char::is_alphabetic) && !DESCRIBING.contains(&before)
    });
    STARTS.iter().any(|start| lower.starts_with(start)) || gerund || ends
}

/// What people outside do wrong, or what is expected to happen, is no failure of the service.
fn about_caller(text: &str) -> bool {
    const WORDS: [&str; 22] = [
        "login",
        "password",
        "credential",
        "token",
        "auth",
        "permission",
        "invalid",
        "valid",
        "not found",
        "no longer",
        "already",
        "cancel",
        "expired",
        "user",
        "captcha",
        "signature",
        "limit",
        "skip",
        "ignor",
        "test",
        "find",
        "parse",
    ];
    let lower = text.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::says_failure;

    #[test]
    fn messages_that_report_a_failure() {
        for text in [
            "Failed to send mail",
            "Virus scan failed: {}",
            "Batch failed {}",
            "Error processing operation %s",
            "[x] Unable to read",
        ] {
            assert!(says_failure(text), "{text}");
        }
        for text in
            ["retrying 3 failed jobs", "Error budget: {}", "done, 0 failed", "failed over to {}", "requeue failed job"]
        {
            assert!(!says_failure(text), "{text}");
        }
    }
}
