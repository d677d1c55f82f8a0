//! A warning or error is logged at a lower level than before: alerts on the level and filters in production lose it.

use crate::facts::code::{Failure, FailureKind};
use crate::facts::matching::{LogFate, Scopes, logs, message};
use crate::facts::{Breadth, FileClass, FileFacts, Level, LogCall, Tier, UnitKind};
use crate::model::{Confidence, Severity, Side};
use crate::rules::expected::is_expected;
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::failure_around;

pub const RULE: Rule = rule!("logging/log-level-downgraded", check);

fn check(change: &Change<'_>, out: &mut Report) {
    if change.delta.pairs().all(|pair| pair.base.is_none()) {
        return;
    }
    let scopes = Scopes::of(change.delta);
    for (base, was, fate) in logs(change.delta, &scopes) {
        let (LogFate::Same(head, now) | LogFate::Moved(head, now)) = fate else { continue };
        let production =
            head.class == FileClass::Production && !matches!(head.unit, UnitKind::Cli | UnitKind::Frontend);
        let known = was.tier > Tier::Lexical && now.tier > Tier::Lexical;
        if !production || !known || was.level < Level::Warn || now.level >= was.level || head.in_test(now.scope) {
            continue;
        }
        // From fatal to error the line still alarms.
        if now.level >= Level::Error || is_condition(head, now) {
            continue;
        }
        say(out, base, was, head, now);
    }
}

/// Whether the line is about something that is expected: there a lower level is an improvement.
fn is_condition(head: &FileFacts, now: &LogCall) -> bool {
    let failure = failure_around(head, now.span);
    if failure.is_some_and(|failure| is_expected(head, failure) || head.breadth(failure) == Breadth::Typed) {
        return true;
    }
    let text = message(head, now).unwrap_or_default().to_ascii_lowercase();
    const WORDS: [&str; 34] = [
        "not found",
        "no such",
        "does not exist",
        "doesn't exist",
        "missing",
        "already",
        "invalid",
        "unauthor",
        "forbidden",
        "denied",
        "permission",
        "bad request",
        "validation",
        "cancel",
        "abort",
        "disconnect",
        "closed",
        "rate limit",
        "throttl",
        "too many",
        "duplicate",
        "conflict",
        "unknown",
        "unsupported",
        "expired",
        "retry",
        "retrying",
        "skip",
        "ignor",
        "deprecat",
        "not supported",
        "cannot parse",
        "malformed",
        "authentication",
    ];
    WORDS.iter().any(|word| text.contains(word))
}

fn say(out: &mut Report, base: &FileFacts, was: &LogCall, head: &FileFacts, now: &LogCall) {
    let failure = failure_around(head, now.span);
    let serious = now.level <= Level::Debug && failure.is_some_and(|failure| observes_io(head, failure));
    let (before, after) = (name(was.level), name(now.level));
    let draft = out
        .at(head, now.span)
        .confidence(Confidence::Likely)
        .evidence_in(format!("logged at {before} in the base"), base.location(was.span, Side::Left))
        .help("make sure that no alert counts on the old level, or say in the pull request why it is no failure");
    let draft = draft.severity(if serious { Severity::Warning } else { Severity::Notice });
    draft.say(format!("this message goes from {before} to {after}: alerts on the level, and systems that keep only higher ones, lose it"));
}

/// A broad handler of an operation that leaves the process.
fn observes_io(head: &FileFacts, failure: &Failure) -> bool {
    let checked = !matches!(failure.kind, FailureKind::Discard | FailureKind::Blank);
    checked && head.breadth(failure) == Breadth::Broad && head.protected_io(failure).next().is_some()
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
        Level::Fatal => "fatal",
    }
}
