//! A failure is recorded on a span that then ends without an error status: no error rate, no red span, no tail sampling.

use crate::facts::code::{Binding, Call, ExitKind, ExprKind, Failure};
use crate::facts::{FileFacts, Signal, SpanOpKind};
use crate::model::{Confidence, Language, Span};
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::failure_around;

use super::owner::{Held, held, is_fine, ops_on, sets_status};

pub const RULE: Rule = rule!("tracing/span-record-without-status", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        let facts = file.facts;
        let mut said = Vec::new();
        for op in &facts.telemetry.span_ops {
            let call = facts.call(op.call);
            let records = op.kind == SpanOpKind::RecordError || op.kind == SpanOpKind::AddEvent && is_exception(call);
            if !records || !file.pair.is_new(call.name_span) || facts.in_test(call.scope) {
                continue;
            }
            let Some(span) = held(facts, call) else { continue };
            if let Some(failure) = unmarked(facts, &span, call)
                && !said.contains(&failure.span)
            {
                said.push(failure.span);
                say(out, facts, &span, call, failure);
            }
        }
    }
}

/// `addEvent("exception", …)`.
fn is_exception(call: &Call) -> bool {
    call.args.first().and_then(|arg| arg.value.literal()).is_some_and(|name| name == "exception")
}

/// The failure that is recorded here, when it leaves the function and nothing sets a status for it.
fn unmarked<'a>(file: &'a FileFacts, span: &Held<'_>, record: &Call) -> Option<&'a Failure> {
    let failure = failure_around(file, record.span).filter(|failure| span.alive.contains(failure.body))?;
    if !leaves(file, span, failure) {
        return None;
    }
    let deferred = file.outline.deferred.iter().filter(|region| span.alive.contains(**region));
    let marked = sets_status(file, failure.body, span.name)
        || deferred.into_iter().any(|region| sets_status(file, *region, span.name))
        || marked_for_all(file, span);
    (!marked).then_some(failure)
}

/// The failure goes on to the caller: from the handler itself, or directly after it.
fn leaves(file: &FileFacts, span: &Held<'_>, failure: &Failure) -> bool {
    if file.exits_in(failure.body).next().is_some() {
        return file.signal(failure) == Some(Signal::Rethrown);
    }
    let Some(error) = failure.error.as_deref() else { return false };
    let home = file.function_of(failure.scope);
    if home != span.function {
        // A deferred function sees the error that is returned, unless it declares one of its own.
        let own = |binding: &Binding| {
            file.function_of(binding.scope) == home && binding.path.len() == 1 && binding.path[0] == error
        };
        let deferred = file.in_any(&file.outline.deferred, failure.span);
        let named = file.scope(span.function).returns.as_deref().is_some_and(|returns| returns.contains(error));
        return deferred && named && !file.outline.bindings.iter().any(own);
    }
    let after = Span { start: failure.span.end, end: span.alive.end.max(failure.span.end) };
    let next = file.exits_in(after).find(|exit| file.function_of(exit.scope) == span.function);
    next.is_some_and(|exit| {
        matches!(exit.kind, ExitKind::Return | ExitKind::Throw)
            && exit.values.iter().any(|value| file.uses(value.span, error))
    })
}

/// A status that is set outside every handler holds for all ways through the function.
fn marked_for_all(file: &FileFacts, span: &Held<'_>) -> bool {
    ops_on(file, span.alive, span.name).any(|(op, call)| {
        op.kind == SpanOpKind::SetStatus
            && !is_fine(file, call)
            && failure_around(file, call.span).is_none_or(|around| !span.alive.contains(around.body))
    })
}

fn say(out: &mut Report, file: &FileFacts, span: &Held<'_>, record: &Call, failure: &Failure) {
    let mut draft = out
        .at(file, record.span)
        .confidence(Confidence::Likely)
        .evidence(
            format!("this function ends `{}` itself, so its status is what it sets", span.name),
            Some(record.name_span),
        )
        .evidence("the failure goes on to the caller and no status is set for it", Some(failure.header))
        .help("set the status to error where the exception is recorded");
    if let Some((whole, text)) = with_status(file, span.name, record, failure) {
        draft = draft.fix("set the status too", whole, &text);
    }
    draft.say("the exception is recorded and the span still counts as a success: recording sets no error status");
}

/// The recording and, on the next line, the status; only where the names it needs are imported.
fn with_status(file: &FileFacts, name: &str, record: &Call, failure: &Failure) -> Option<(Span, String)> {
    let line = file.source.line_span(file.source.line_of(record.span.start));
    let text = file.text(line);
    let alone = text.trim().trim_end_matches(';') == file.text(record.span);
    let imported = |module: &str, name: Option<&str>| {
        file.outline.imports.iter().any(|import| {
            import.module == module && import.name.as_deref() == name && import.alias == name.unwrap_or("codes")
        })
    };
    let error = failure.error.as_deref();
    let status = match file.language {
        Language::Go if imported("go.opentelemetry.io/otel/codes", None) => {
            format!("{name}.SetStatus(codes.Error, {}.Error())", error?)
        }
        Language::JavaScript | Language::TypeScript | Language::Tsx
            if imported("@opentelemetry/api", Some("SpanStatusCode")) =>
        {
            format!("{name}.setStatus({{ code: SpanStatusCode.ERROR }});")
        }
        Language::Java if imported("io.opentelemetry.api.trace", Some("StatusCode")) => {
            format!("{name}.setStatus(StatusCode.ERROR);")
        }
        Language::Python if imported("opentelemetry.trace", Some("StatusCode")) => {
            format!("{name}.set_status(StatusCode.ERROR)")
        }
        _ => return None,
    };
    let indent = &text[..text.len() - text.trim_start().len()];
    let whole = Span { start: line.start + indent.len() as u32, end: line.start + text.trim_end().len() as u32 };
    let simple = record.args.iter().all(|arg| matches!(arg.value.kind, ExprKind::Path(_)));
    (alone && simple).then(|| (whole, format!("{}\n{indent}{status}", text.trim())))
}
