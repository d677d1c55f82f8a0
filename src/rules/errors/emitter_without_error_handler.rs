//! A client, process or stream announces its failures as an `error` event, and nobody listens.

use crate::facts::FileFacts;
use crate::facts::code::{Binding, Call, CallId, Expr, ExprKind, ResultUse};
use crate::model::Confidence;
use crate::rules::failing::{Emitter, emitter};
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::{place, resolved_as};

pub const RULE: Rule = rule!("errors/emitter-without-error-handler", check);

/// Each is looked for in the whole file; a file that makes more of them was not written by hand.
const MAX_EMITTERS: usize = 64;

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        let calls = file.facts.outline.calls.iter().enumerate();
        let made = calls.filter_map(|(index, call)| {
            let id = CallId(index as u32);
            let new = file.pair.is_changed(call.name_span, call.span) && !file.facts.in_test(call.scope);
            new.then(|| Some((id, call, emitter(file.facts, id)?)))?
        });
        for (id, call, kind) in made.take(MAX_EMITTERS) {
            if listened_to(file.facts, id, kind) {
                continue;
            }
            let name = call.path.join(".");
            let library = file.facts.canonical(id).and_then(|name| name.split('.').next()).unwrap_or_default();
            out.at(file.facts, place(file.facts, call.span))
                .confidence(Confidence::Likely)
                .evidence(resolved_as(file.facts, id, "an event emitter", library), Some(call.name_span))
                .evidence("no listener for its `error` event is registered in this file", None)
                .help("register `.on(\"error\", …)` with a handler that logs, or use `pipeline` for streams")
                .say(format!(
                    "when `{name}` fails later, its `error` event has no listener: the process ends with an uncaught exception, or nothing ever settles"
                ));
        }
    }
}

fn listened_to(file: &FileFacts, id: CallId, kind: Emitter) -> bool {
    let call = file.call(id);
    if chain_of(file, id).any(listens) || call.args.iter().any(|arg| matches!(arg.value.kind, ExprKind::Spread(_))) {
        return true;
    }
    let piped = chain_of(file, id).any(|link| link.path.last().is_some_and(|name| name == "pipe"));
    let Some(binding) = binding_of(file, id) else {
        // Given away at once: whoever receives it may listen. A stream that is piped from here is nobody else's.
        return !(piped
            && kind == Emitter::Stream
            && chain_of(file, id).all(|link| link.result != ResultUse::Returned));
    };
    let Some(name) = binding.path.last() else { return true };
    let heard = file.outline.calls.iter().any(|call| listens(call) && of(file, call, name));
    heard || given_away(file, binding, name, kind)
}

/// The calls made on the result of a call, one on the other: `f().on(…).pipe(…)`.
fn chain_of(file: &FileFacts, id: CallId) -> impl Iterator<Item = &Call> {
    let mut at = id;
    std::iter::from_fn(move || {
        let (index, next) = file.outline.calls.iter().enumerate().find(|(_, call)| call.base == Some(at))?;
        at = CallId(index as u32);
        Some(next)
    })
}

fn listens(call: &Call) -> bool {
    let method = call.path.last().map_or("", String::as_str);
    let first = call.args.first().and_then(|arg| arg.value.literal());
    matches!(method, "on" | "once" | "addListener" | "prependListener" | "addEventListener") && first == Some("error")
}

/// Whether a call is made on a name, directly or down a chain.
fn of(file: &FileFacts, call: &Call, name: &str) -> bool {
    let mut at = call;
    for _ in 0..16 {
        match at.base {
            Some(base) => at = file.call(base),
            None => break,
        }
    }
    at.path.iter().any(|segment| segment == name)
}

fn binding_of(file: &FileFacts, id: CallId) -> Option<&Binding> {
    let span = file.call(id).span;
    let until = file.outline.bindings.partition_point(|binding| binding.span.start <= span.start);
    let near = file.outline.bindings[..until].iter().rev().take(8);
    near.into_iter().find(|binding| {
        binding.value.as_ref().is_some_and(|value| value.span.contains(span) && value.span.end == span.end)
    })
}

/// Whether others receive it who may listen. A client that is merely kept or returned is still this file's to watch.
fn given_away(file: &FileFacts, binding: &Binding, name: &str, kind: Emitter) -> bool {
    let as_argument = file.outline.calls.iter().any(|call| {
        let pipes = call.path.last().is_some_and(|method| method == "pipe");
        !pipes && call.span.start > binding.span.start && call.args.iter().any(|arg| hands_over(file, &arg.value, name))
    });
    let returned = file.outline.exits.iter().any(|exit| {
        exit.span.start > binding.span.start && exit.values.iter().any(|value| crate::rules::seen::is_name(value, name))
    });
    let awaited = file.outline.awaits.iter().any(|wait| file.text(*wait).contains(name));
    as_argument || kind == Emitter::Stream && (returned || awaited)
}

/// Whether a value is the name itself, or holds it; what a closure does with it is its own affair.
fn hands_over(file: &FileFacts, value: &Expr, name: &str) -> bool {
    !matches!(value.kind, ExprKind::Closure(_) | ExprKind::Call(_)) && file.uses(value.span, name)
}
