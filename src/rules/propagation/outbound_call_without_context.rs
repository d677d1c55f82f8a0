//! A context is at hand and the variant of the call that takes none is used: the trace ends there, and so does cancellation.

use crate::facts::code::{Call, CallId, ExprKind};
use crate::facts::{ContextLess, FileFacts};
use crate::model::{Confidence, Span};
use crate::rules::context::{at_hand, explained, name_at};
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::{link, resolved_as};

pub const RULE: Rule = rule!("propagation/outbound-call-without-context", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for less in &file.facts.telemetry.context_less {
            let facts = file.facts;
            let call = facts.call(less.call);
            if !file.pair.is_new(call.name_span) || facts.in_test(call.scope) || explained(facts, call.span) {
                continue;
            }
            if let Some(given) = at_hand(facts, call)
                && !context_follows(facts, less, call)
            {
                say(out, facts, less, &name_at(facts, given, call));
            }
        }
    }
}

/// The request gets its context in a later step: `req = req.WithContext(ctx)`.
fn context_follows(file: &FileFacts, less: &ContextLess, call: &Call) -> bool {
    let function = file.scope(file.named_function_of(call.scope)).body;
    let after = Span { start: call.span.end.min(function.end), end: function.end };
    let request = call.path.last().is_some_and(|name| name == "NewRequest");
    let process = less.library == "os/exec";
    request && file.calls_in(after).any(|(_, later)| takes_request(later)) || process && !waits(file, less.call, call)
}

fn takes_request(call: &Call) -> bool {
    call.path.last().is_some_and(|name| matches!(name.as_str(), "WithContext" | "Clone"))
}

/// A process that is started and left to itself must not die with the request.
fn waits(file: &FileFacts, made: CallId, call: &Call) -> bool {
    let function = file.scope(file.named_function_of(call.scope)).body;
    let name = file.outline.bindings.iter().find(|binding| {
        binding.value.as_ref().is_some_and(|value| matches!(value.kind, ExprKind::Call(id) if id == made))
    });
    file.calls_in(function).any(|(_, later)| {
        let runs = later.path.last().is_some_and(|last| matches!(last.as_str(), "Run" | "Output" | "CombinedOutput"));
        let on_it = later.base == Some(made)
            || name.is_some_and(|binding| binding.path.first() == later.path.first() && later.path.len() == 2);
        runs && on_it
    })
}

fn say(out: &mut Report, file: &FileFacts, less: &ContextLess, context: &str) {
    let call = file.call(less.call);
    let name = call.path.last().map_or("", String::as_str);
    let help = match &less.variant {
        Some(variant) => format!("use `{variant}` and pass `{context}`"),
        None => match name {
            "Begin" => format!("use `BeginTx({context}, nil)`"),
            "Dial" | "DialTimeout" => format!("use `DialContext` of a `net.Dialer` and pass `{context}`"),
            _ => format!("make the request with `http.NewRequestWithContext({context}, …)` and send it with `Do`"),
        },
    };
    let mut draft = out
        .at(file, link(call))
        .confidence(Confidence::Certain)
        .evidence(resolved_as(file, less.call, "a call", &less.library), Some(call.name_span))
        .evidence(format!("`{context}` is at hand here"), None)
        .help(help);
    if let Some((span, text)) = with_context(file, less, call, context) {
        draft = draft.fix("pass the context", span, &text);
    }
    draft.say("this call leaves the trace and cannot be cancelled: it uses the variant without a context");
}

/// The variant with the context as its first argument.
fn with_context(file: &FileFacts, less: &ContextLess, call: &Call, context: &str) -> Option<(Span, String)> {
    let name = file.text(call.name_span);
    let rest = file.text(Span { start: call.name_span.end, end: call.span.end }).strip_prefix('(')?;
    // What follows the bracket on the same line goes back as it is.
    let end = call.name_span.end + 1;
    let span = Span { start: call.name_span.start, end };
    match (&less.variant, name) {
        (Some(variant), _) => {
            let comma = if rest.trim_start().starts_with(')') { "" } else { ", " };
            let breaks = rest.starts_with('\n');
            (!breaks).then(|| (span, format!("{variant}({context}{comma}")))
        }
        (None, "Begin") => Some((span, format!("BeginTx({context}, nil"))),
        _ => None,
    }
}
