//! A handler for whatever may happen logs the text of the error alone: where it came from is lost.

use crate::facts::code::{ExprKind, Failure, FailureKind};
use crate::facts::{Breadth, FileFacts, Level, LogCall, LogStyle, Tier};
use crate::model::{Confidence, Language, Span};
use crate::rules::expected::is_expected;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};

pub const RULE: Rule = rule!("errors/log-drops-stack", check);

/// Loggers that write a stack trace when they are given the error itself.
fn keeps_stacks(log: &LogCall) -> bool {
    let style = matches!(
        log.style,
        LogStyle::Percent
            | LogStyle::Keywords
            | LogStyle::Braces
            | LogStyle::Pino
            | LogStyle::Winston
            | LogStyle::Bunyan
    );
    style && log.tier > Tier::Lexical
}

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for failure in &file.facts.outline.failures {
            if let Some(log) = in_handler(file, failure) {
                say(out, file.facts, log, failure.error.as_deref().unwrap_or("the error"), failure.header);
            }
        }
        for scope in &file.facts.outline.scopes {
            for param in &scope.params {
                let ty = param.type_text.as_deref().unwrap_or_default();
                let broad = matches!(ty, "Throwable" | "Exception" | "final Throwable" | "final Exception");
                if let Some(log) = broad.then(|| in_mapper(file, scope.body, &param.name)).flatten() {
                    say(out, file.facts, log, &param.name, scope.span);
                }
            }
        }
    }
}

fn say(out: &mut Report, file: &FileFacts, log: &LogCall, error: &str, handler: Span) {
    let call = file.call(log.call);
    let header = file.source.line_span(file.source.line_of(handler.start));
    let mut draft = out
        .at(file, log.span)
        .confidence(Confidence::Likely)
        .evidence(format!("of `{error}` only the text reaches the logger"), Some(header))
        .help("give the logger the error itself, so that it writes the stack trace and the cause");
    if log.style == LogStyle::Percent && call.args.last().is_some_and(|arg| arg.name.is_none()) {
        let end = call.args.last().map_or(call.span.end, |arg| arg.span.end);
        draft = draft.fix("log the stack trace too", Span { start: end, end }, ", exc_info=True");
    }
    draft.say("an unexpected failure is logged as one line of text: where it was thrown and what caused it is lost");
}

/// A broad handler whose log has the error's text and nothing else of it.
fn in_handler<'a>(file: HeadFile<'a>, failure: &Failure) -> Option<&'a LogCall> {
    let facts = file.facts;
    let error = failure.error.as_deref()?;
    if failure.kind != FailureKind::Catch
        || facts.in_test(failure.scope)
        || facts.breadth(failure) == Breadth::Typed
        || is_expected(facts, failure)
        || kept_elsewhere(facts, failure)
    {
        return None;
    }
    // Where the known failures have handlers of their own, what arrives here is unexpected.
    let siblings = facts.outline.failures.iter().any(|other| {
        other.kind == FailureKind::Catch
            && other.protected == failure.protected
            && other.span.start < failure.span.start
    });
    let least = if siblings { Level::Warn } else { Level::Error };
    let mut logs = facts.logs_in(failure.body).filter(|log| log.level >= Level::Warn);
    let log = logs.next().filter(|log| log.level >= least)?;
    let nested = facts.failures_in(failure.body).any(|inner| inner.body.contains(log.span));
    let alone = logs.all(|other| !other.has_error && text_only(facts, other, error));
    (alone
        && !nested
        && !log.has_error
        && keeps_stacks(log)
        && file.pair.touches(log.span)
        && text_only(facts, log, error))
    .then_some(log)
}

/// Thrown on, reported, or written with its trace by other means.
fn kept_elsewhere(file: &FileFacts, failure: &Failure) -> bool {
    use crate::facts::code::ExitKind::{Propagate, Terminate, Throw};
    let text = file.text(failure.body);
    let name = file.scope(file.named_function_of(failure.scope)).name.as_deref().unwrap_or_default().to_lowercase();
    let traced = ["traceback", "exc_info", "stack", "capture"].iter().any(|word| text.contains(word));
    let thrown = file.exits_in(failure.body).any(|exit| matches!(exit.kind, Throw | Propagate | Terminate));
    let reported = file.telemetry.reports.iter().any(|call| failure.body.contains(file.call(*call).span));
    let cleans = ["sanit", "redact", "mask"].iter().any(|word| name.contains(word));
    traced || thrown || reported || cleans || text.contains("4") && answers_client(text)
}

fn answers_client(text: &str) -> bool {
    ["400", "401", "403", "404", "409", "422"].iter().any(|status| text.contains(status))
}

/// Whether a log has the error's text, and not the error.
fn text_only(file: &FileFacts, log: &LogCall, error: &str) -> bool {
    let call = file.call(log.call);
    let last = call.args.len().saturating_sub(1);
    let mut found = false;
    for (index, arg) in call.args.iter().enumerate().filter(|(_, arg)| file.uses(arg.span, error)) {
        let bare = arg.value.as_path().is_some_and(|path| path.len() == 1 && path[0] == error);
        let whole = match log.style {
            // Only `exc_info` makes Python write a trace.
            LogStyle::Percent | LogStyle::Keywords => false,
            LogStyle::Braces => bare && index == last,
            _ => bare || matches!(arg.value.kind, ExprKind::Record(_)) && !text_member(file.text(arg.span), error),
        };
        if whole {
            return false;
        }
        found = true;
    }
    found
}

fn text_member(text: &str, error: &str) -> bool {
    let compact: String = text.split_whitespace().collect();
    ["message", "toString()"].iter().any(|member| compact.contains(&format!("{error}.{member}")))
}

/// A function that is given every failure to turn it into an answer: `toResponse(Throwable e)`.
fn in_mapper<'a>(file: HeadFile<'a>, body: Span, error: &str) -> Option<&'a LogCall> {
    let facts = file.facts;
    let mut logs = facts.logs_in(body).filter(|log| log.level >= Level::Warn && facts.uses(log.span, error));
    let log = logs.next()?;
    let text = facts.text(log.span);
    let message = text.contains(&format!("{error}.getMessage()")) && facts.language == Language::Java;
    let in_handler = facts.outline.failures.iter().any(|failure| failure.body.contains(log.span));
    let branched = facts.branches_around(log.span, body).next().is_some();
    let alone = logs.all(|other| text_only(facts, other, error));
    (message
        && alone
        && !in_handler
        && !branched
        && log.level >= Level::Error
        && keeps_stacks(log)
        && text_only(facts, log, error)
        && !facts.in_test(log.scope)
        && file.pair.touches(log.span))
    .then_some(log)
}
