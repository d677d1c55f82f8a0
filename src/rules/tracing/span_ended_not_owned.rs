//! A span taken from the context is ended by code that did not start it: its owner's end comes too late, and everything that
//! still happens in it is lost.

use crate::facts::code::{Call, CallId};
use crate::facts::{FileFacts, SpanEnd, SpanOpKind, words};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::resolved_as;

use super::owner::{is_call, ops_on};

pub const RULE: Rule = rule!("tracing/span-ended-not-owned", check);

/// Names of functions whose business it is to end what another function started.
const ENDING: [&str; 14] = [
    "finish",
    "end",
    "ended",
    "close",
    "closed",
    "stop",
    "complete",
    "completed",
    "after",
    "on",
    "done",
    "teardown",
    "exit",
    "flush",
];

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        let facts = file.facts;
        if facts.telemetry.borrowed_spans.is_empty() || starts_spans(facts) {
            continue;
        }
        for borrowed in &facts.telemetry.borrowed_spans {
            let taken = facts.call(*borrowed);
            let Some((end, name)) = ended(facts, *borrowed) else { continue };
            let new = file.pair.is_new(taken.name_span) || file.pair.is_new(end.name_span);
            if new && !facts.in_test(taken.scope) && !is_ender(facts, taken) {
                say(out, facts, *borrowed, end, name);
            }
        }
    }
}

/// A file that starts spans and ends what it finds in the context may well end its own: the two halves of a middleware.
fn starts_spans(file: &FileFacts) -> bool {
    file.telemetry.spans.iter().any(|start| matches!(start.end, SpanEnd::Manual | SpanEnd::Dropped))
}

fn is_ender(file: &FileFacts, call: &Call) -> bool {
    let named = file.scope(file.named_function_of(call.scope));
    words(named.name.as_deref().unwrap_or_default()).any(|word| ENDING.contains(&word.as_str()))
}

/// The call that ends a borrowed span, and the name the span has in between.
fn ended(file: &FileFacts, borrowed: CallId) -> Option<(&Call, Option<&str>)> {
    let ops = file.telemetry.span_ops.iter().filter(|op| op.kind == SpanOpKind::End);
    if let Some(op) = ops.clone().find(|op| file.call(op.call).base == Some(borrowed)) {
        return Some((file.call(op.call), None));
    }
    let binding =
        file.outline.bindings.iter().find(|one| one.value.as_ref().is_some_and(|value| is_call(value, borrowed)))?;
    let [name] = binding.path.as_slice() else { return None };
    let function = file.scope(file.function_of(binding.scope)).body;
    let again = file
        .outline
        .bindings
        .iter()
        .filter(|one| one.path.len() == 1 && one.path[0] == *name && function.contains(one.statement));
    // A name that gets a second span may be ended for that one.
    if again.count() > 1 || binding.position != 0 {
        return None;
    }
    let after = Span { start: binding.statement.end, end: function.end.max(binding.statement.end) };
    let (_, end) = ops_on(file, after, name).find(|(op, _)| op.kind == SpanOpKind::End)?;
    Some((end, Some(name)))
}

fn say(out: &mut Report, file: &FileFacts, borrowed: CallId, end: &Call, name: Option<&str>) {
    let taken = file.call(borrowed);
    let library = file.canonical(borrowed).and_then(|name| name.rsplit_once('.')).map_or("", |(on, _)| on);
    let mut draft = out
        .at(file, end.span)
        .confidence(Confidence::Certain)
        .evidence(resolved_as(file, borrowed, "a look at the current span", library), Some(taken.name_span))
        .help("leave the end to whoever started the span; start a child span if this work needs one of its own");
    if let Some(statement) = name.and_then(|name| removable(file, taken, end, name)) {
        draft = draft.fix("do not end it here", statement, "");
    }
    draft.say(
        "this ends a span that somebody else started: what the owner still does is lost, and its own end does nothing",
    );
}

/// The statement that ends the span, if it stands alone on its line and the name has other uses.
fn removable(file: &FileFacts, taken: &Call, end: &Call, name: &str) -> Option<Span> {
    let line = file.source.line_span(file.source.line_of(end.span.start));
    let text = file.text(line);
    let bare = text.trim().trim_end_matches(';').trim_start_matches("defer ");
    let function = file.scope(file.function_of(taken.scope)).body;
    let rest = [
        Span { start: taken.span.end, end: line.start.max(taken.span.end) },
        Span { start: line.end, end: function.end.max(line.end) },
    ];
    let used = rest.iter().any(|part| file.uses(*part, name));
    let start = line.start + (text.len() - text.trim_start().len()) as u32;
    (bare == file.text(end.span) && used).then_some(Span { start, end: line.start + text.trim_end().len() as u32 })
}
