//! A guard of an entered span is alive at an await point: other tasks on the thread run inside that span.

use crate::facts::code::{Binding, CallId, ExprKind};
use crate::facts::{FileFacts, SpanOp, SpanOpKind, Tier};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, Report, Rule, rule};

pub const RULE: Rule = rule!("tracing/span-guard-across-await", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        let facts = file.facts;
        for op in facts.telemetry.span_ops.iter().filter(|op| op.kind == SpanOpKind::Enter) {
            let Some((guard, awaiting)) = held_across(facts, op) else { continue };
            if !file.pair.is_new(guard.span) && !file.pair.is_new(awaiting) || facts.in_test(guard.scope) {
                continue;
            }
            let place = if file.pair.is_new(guard.span) { guard.statement } else { awaiting };
            let confidence = if op.tier > Tier::Lexical { Confidence::Certain } else { Confidence::Likely };
            out.at(facts, place)
                .confidence(confidence)
                .evidence(format!("the guard `{}` enters the span on this thread", guard.path.join(".")), Some(guard.statement))
                .evidence("the task may be suspended here while the guard is alive", Some(awaiting))
                .help("use `.instrument(span).await` or `#[instrument]`; or drop the guard before the await")
                .say("this span guard lives across an await: while the task waits, unrelated work on the thread is recorded in its span");
        }
    }
}

/// The binding that holds the guard, and the first await that it lives to see.
fn held_across<'a>(file: &'a FileFacts, op: &SpanOp) -> Option<(&'a Binding, Span)> {
    let guard = file.outline.bindings.iter().find(|binding| holds(binding, op.call))?;
    // `let _ = span.enter()` drops the guard at once.
    let [name] = guard.path.as_slice() else { return None };
    let function = file.function_of(guard.scope);
    if name == "_" || !file.scope(function).is_async {
        return None;
    }
    let block = file.block_around(guard.statement).unwrap_or(file.scope(function).body);
    let dropped = file
        .calls_in(Span { start: guard.statement.end, end: block.end.max(guard.statement.end) })
        .find(|(_, call)| {
            let drops = call.path.last().is_some_and(|last| last == "drop" || last == "exit");
            drops && call.args.iter().any(|arg| file.text(arg.span) == name)
        })
        .map_or(block.end, |(_, call)| call.span.start);
    let alive = Span { start: guard.statement.end, end: dropped.max(guard.statement.end) };
    let awaiting = file.outline.awaits.iter().find(|span| {
        alive.contains_offset(span.end.saturating_sub(1)) && file.function_of(file.scope_around(**span)) == function
    })?;
    Some((guard, *awaiting))
}

fn holds(binding: &Binding, call: CallId) -> bool {
    matches!(binding.value.as_ref().map(|value| &value.kind), Some(ExprKind::Call(id)) if *id == call)
}
