//! A failure is logged, the error value is not: the log line says that something failed, and nobody can tell what.

use crate::facts::code::{CallKind, Failure, FailureKind};
use crate::facts::{Breadth, FileFacts, Level, LogCall, LogStyle, Tier};
use crate::model::{Confidence, Language, Span};
use crate::rules::expected::is_expected;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::{handler_name, resolved_as};

pub const RULE: Rule = rule!("errors/log-drops-error", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for failure in &file.facts.outline.failures {
            if let Some(log) = dropping_log(file, failure) {
                say(out, file.facts, failure, log);
            }
        }
    }
}

fn dropping_log<'a>(file: HeadFile<'a>, failure: &Failure) -> Option<&'a LogCall> {
    let facts = file.facts;
    let kinds =
        matches!(failure.kind, FailureKind::Catch | FailureKind::IfErr | FailureKind::ErrArm | FailureKind::Handler);
    if !kinds || facts.in_test(failure.scope) || facts.breadth(failure) == Breadth::Typed || is_expected(facts, failure)
    {
        return None;
    }
    // The log belongs to this handler, not to one nested in it.
    let own = |log: &&LogCall| {
        let nested = facts.failures_in(failure.body).any(|inner| inner.body.contains(log.span));
        !nested && file.pair.touches(log.span)
    };
    let log = facts.logs_in(failure.body).filter(own).find(|log| log.level >= Level::Warn)?;
    let silent = facts.logs_in(failure.body).all(|log| !log.has_error);
    (silent && !kept_elsewhere(facts, failure) && worth_saying(facts, failure, log)).then_some(log)
}

/// The error reaches somebody in another form.
fn kept_elsewhere(file: &FileFacts, failure: &Failure) -> bool {
    let named = failure.error.as_deref().is_some_and(|error| file.uses(failure.body, error));
    let text = file.text(failure.body);
    let python = ["exc_info", "traceback", "sys.exc", "logger.exception", "logging.exception"];
    let reports = file.telemetry.reports.iter().any(|call| failure.body.contains(file.call(*call).span));
    let rethrows = file.exits_in(failure.body).any(|exit| {
        use crate::facts::code::ExitKind::{Propagate, Throw};
        // A bare `raise` and `throw` hand on the error itself.
        exit.kind == Propagate || exit.kind == Throw && exit.values.is_empty()
    });
    named || reports || rethrows || file.language == Language::Python && python.iter().any(|word| text.contains(word))
}

fn worth_saying(file: &FileFacts, failure: &Failure, log: &LogCall) -> bool {
    // Code that never names the error may have nothing to say about it: `Err(_)`, `catch {`. Only I/O makes it worth asking.
    let unnamed = failure.error.as_deref().is_none_or(|error| error.starts_with('_'));
    let anonymous = unnamed && file.language != Language::Python;
    let io = file.protected_io(failure).next().is_some();
    let comment = file.outline.comments.iter().filter(|comment| failure.span.contains(**comment)).any(|comment| {
        let text = file.text(*comment).to_ascii_lowercase();
        ["redact", "sensitive", "secret", "leak", "pii", "credential"].iter().any(|word| text.contains(word))
    });
    let console = log.library == "console" || log.library == "print";
    (!anonymous || io) && !comment && !console
}

fn say(out: &mut Report, file: &FileFacts, failure: &Failure, log: &LogCall) {
    let call = file.call(log.call);
    let known = log.tier > Tier::Lexical;
    let error = failure.error.as_deref();
    let mut draft = out
        .at(file, log.span)
        .confidence(Confidence::Likely)
        .evidence(
            match error {
                Some(error) => format!("{} catches `{error}` and never uses it", handler_name(failure)),
                None => format!("{} does not keep the error it handles", handler_name(failure)),
            },
            Some(failure.header),
        )
        .help("add the error to the log call");
    if known {
        draft = draft.evidence(resolved_as(file, log.call, "a logger", &log.library), Some(call.name_span));
    }
    if let Some((span, text)) = addition(file, log, error) {
        draft = draft.fix("log the error too", span, &text);
    }
    draft.say("this log says that something failed, not what: the error is dropped");
}

/// What to insert where, in the idiom of the library.
fn addition(file: &FileFacts, log: &LogCall, error: Option<&str>) -> Option<(Span, String)> {
    let call = file.call(log.call);
    let last = call.args.last()?;
    let after = Span { start: last.span.end, end: last.span.end };
    let first = call.args.first()?;
    let before = Span { start: first.span.start, end: first.span.start };
    Some(match (log.style, error) {
        (LogStyle::KeyValue, Some(error)) => (after, format!(", \"error\", {error}")),
        (LogStyle::Fields, Some(error)) if log.library == "zap" => (after, format!(", zap.Error({error})")),
        (LogStyle::Percent, _) => (after, ", exc_info=True".to_owned()),
        (LogStyle::Keywords, _) if log.library == "structlog" => (after, ", exc_info=True".to_owned()),
        (LogStyle::Braces, Some(error)) => (after, format!(", {error}")),
        (LogStyle::Pino | LogStyle::Bunyan, Some(error)) if call.args.len() == 1 && first.value.literal().is_some() => {
            (before, if error == "err" { "{ err }, ".to_owned() } else { format!("{{ err: {error} }}, ") })
        }
        (LogStyle::Winston, Some(error)) if call.args.len() == 1 => (after, format!(", {error}")),
        (LogStyle::Macro, Some(error)) if log.library == "tracing" && call.kind == CallKind::Macro => {
            (before, format!("error = %{error}, "))
        }
        _ => return None,
    })
}
