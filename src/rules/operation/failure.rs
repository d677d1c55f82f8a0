//! Whether a failure shows: a log at `warn` or above, a metric, a span, an error reporter.

use crate::facts::code::{Call, CallId, ExitKind, Failure, FailureKind};
use crate::facts::{FileFacts, Level, SpanOpKind};
use crate::model::{Sight, Span};
use crate::rules::answering::{builds_answer, speaks};

/// What a handler does about a failure, and why that is seen or not.
pub(super) fn sight(file: &FileFacts, failure: &Failure) -> (Sight, String) {
    if matches!(failure.kind, FailureKind::Discard | FailureKind::Blank) {
        return (Sight::Unseen, "the failure is thrown away".to_owned());
    }
    if file.exits_in(failure.body).any(|exit| exit.kind == ExitKind::Terminate) {
        return (Sight::Seen, "the process ends".to_owned());
    }
    if let Some(how) = shows(file, failure.body) {
        return (Sight::Seen, how.to_owned());
    }
    if file.logs_in(failure.body).next().is_some() {
        return (Sight::Unseen, "it is logged below warn only".to_owned());
    }
    if let Some(name) = given_away(file, failure) {
        return (Sight::Unknown, format!("the error is given to `{name}`, and what that does is not known"));
    }
    (Sight::Unseen, "no log at warn or above, no metric, no span status and no error report tells of it".to_owned())
}

/// The first thing in a stretch of code that makes a failure visible.
pub(super) fn shows(file: &FileFacts, span: Span) -> Option<&'static str> {
    if file.logs_in(span).any(|log| log.level >= Level::Warn || log.has_error && log.level >= Level::Info) {
        return Some("it is logged");
    }
    let marks = |kind| matches!(kind, SpanOpKind::SetStatus | SpanOpKind::RecordError);
    let telemetry = &file.telemetry;
    file.calls_in(span).find_map(|(id, _)| {
        let summary = telemetry.summaries.get(&id);
        if telemetry.metric_uses.iter().any(|used| used.call == id) || summary.is_some_and(|one| one.counts) {
            Some("a metric counts it")
        } else if telemetry.span_ops.iter().any(|op| op.call == id && marks(op.kind))
            || summary.is_some_and(|one| one.marks_span)
        {
            Some("the span is marked")
        } else if telemetry.reports.contains(&id) || summary.is_some_and(|one| one.reports) {
            Some("it is reported")
        } else if summary.is_some_and(|one| one.logs_error) {
            Some("a function of this project logs it")
        } else {
            None
        }
    })
}

/// Somebody unknown receives the error, or its name promises that somebody hears of it.
fn given_away(file: &FileFacts, failure: &Failure) -> Option<String> {
    let known = |id: CallId| file.telemetry.summaries.contains_key(&id) && file.telemetry.targets.contains_key(&id);
    let hears = |(id, call): &(CallId, &Call)| {
        let last = call.path.last().map_or(String::new(), |name| name.to_ascii_lowercase());
        let given =
            failure.error.as_deref().is_some_and(|error| call.args.iter().any(|arg| file.uses(arg.span, error)));
        // `errors.Is(err, …)` looks at it only.
        let asks = matches!(last.as_str(), "is" | "as");
        speaks(&last) || given && !asks && !builds_answer(&last) && !known(*id)
    };
    let (_, call) = file.calls_in(failure.body).find(hears)?;
    Some(call.path.join("."))
}
