//! Spans and the names that code gives them, so that rules can ask what is done to a span where it is started.

use crate::facts::code::{BindingKind, Call, CallId, Expr, ExprKind, ScopeId};
use crate::facts::{FileFacts, SpanEnd, SpanOp, SpanOpKind, SpanStart, Tier};
use crate::model::Span;

/// A span that a function starts and keeps under a plain name.
pub(super) struct Owned<'a> {
    pub start: &'a SpanStart,
    pub name: &'a str,
    /// The function in which it lives; for a callback the callback.
    pub function: ScopeId,
    /// Where it is alive: from its start to the end of the function.
    pub alive: Span,
}

/// Every span that this file starts, ends by hand, and names.
pub(super) fn owned(file: &FileFacts) -> impl Iterator<Item = Owned<'_>> {
    let starts = file.telemetry.spans.iter().filter(|start| start.tier > Tier::Lexical);
    starts.filter(|start| !file.in_test(file.call(start.call).scope)).filter_map(|start| match start.end {
        SpanEnd::Manual => by_name(file, start),
        SpanEnd::Callback => by_parameter(file, start),
        SpanEnd::Managed | SpanEnd::Dropped => None,
    })
}

fn by_name<'a>(file: &'a FileFacts, start: &'a SpanStart) -> Option<Owned<'a>> {
    let binding = file.outline.bindings.iter().find(|one| {
        let given = one.value.as_ref().is_some_and(|value| is_call(value, start.call));
        given && (one.position == start.position || one.arity == 1)
    })?;
    let [name] = binding.path.as_slice() else { return None };
    if name == "_" || binding.kind == BindingKind::Managed || binding.scope == ScopeId::FILE {
        return None;
    }
    let function = file.function_of(binding.scope);
    let end = file.scope(function).body.end;
    let alive = Span { start: binding.statement.end, end: end.max(binding.statement.end) };
    Some(Owned { start, name, function, alive })
}

fn by_parameter<'a>(file: &'a FileFacts, start: &'a SpanStart) -> Option<Owned<'a>> {
    let closure = file.call(start.call).args.iter().rev().find_map(|arg| match arg.value.kind {
        ExprKind::Closure(scope) => Some(scope),
        _ => None,
    })?;
    let scope = file.scope(closure);
    Some(Owned { start, name: &scope.params.first()?.name, function: closure, alive: scope.body })
}

/// A span that some function names and ends, wherever it comes from.
pub(super) struct Held<'a> {
    pub name: &'a str,
    pub function: ScopeId,
    pub alive: Span,
}

/// The span on which a method is called, when the function that names it also ends it, and did not take it from the context.
pub(super) fn held<'a>(file: &'a FileFacts, call: &'a Call) -> Option<Held<'a>> {
    let [name, _] = call.path.as_slice() else { return None };
    let declares = |id: ScopeId| {
        let bindings = file.outline.bindings.iter();
        let bound = bindings.filter(|one| one.scope == id && one.path.len() == 1 && one.path[0] == *name);
        let param = file.scope(id).params.iter().any(|param| param.name == *name);
        let values: Vec<_> = bound.collect();
        let borrowed = values.iter().any(|one| {
            one.value.as_ref().is_some_and(|value| file.telemetry.borrowed_spans.iter().any(|id| is_call(value, *id)))
        });
        (param || !values.is_empty()).then_some(borrowed)
    };
    let (id, borrowed) = file.scopes_around(call.scope).find_map(|(id, _)| Some((id, declares(id)?)))?;
    let alive = file.scope(id).body;
    let ends = ops_on(file, alive, name).any(|(op, _)| op.kind == SpanOpKind::End);
    (ends && !borrowed && id != ScopeId::FILE).then(|| Held { name, function: file.function_of(id), alive })
}

/// Whether a value is what a call returns.
pub(super) fn is_call(value: &Expr, call: CallId) -> bool {
    match &value.kind {
        ExprKind::Call(id) => *id == call,
        ExprKind::Compound(parts) => parts.len() == 1 && is_call(&parts[0], call),
        _ => false,
    }
}

/// What is done to a span of that name within a region.
pub(super) fn ops_on<'a>(
    file: &'a FileFacts,
    region: Span,
    name: &'a str,
) -> impl Iterator<Item = (&'a SpanOp, &'a Call)> {
    let ops = file.telemetry.span_ops.iter().map(|op| (op, file.call(op.call)));
    ops.filter(move |(_, call)| region.contains(call.span) && is_on(call, name))
}

fn is_on(call: &Call, name: &str) -> bool {
    call.path.len() == 2 && call.path[0] == name
}

/// Whether a status is set on the span in a region: directly, or by a helper that is given the span or marks the current one.
pub(super) fn sets_status(file: &FileFacts, region: Span, name: &str) -> bool {
    let direct = ops_on(file, region, name).any(|(op, call)| op.kind == SpanOpKind::SetStatus && !is_fine(file, call));
    direct || helper(file, region, name)
}

/// A status that says that nothing is wrong.
pub(super) fn is_fine(file: &FileFacts, call: &Call) -> bool {
    let said = call.args.first().map_or("", |arg| file.text(arg.span));
    let ends = |word: &str| said.trim_end_matches([' ', '}', ',']).ends_with(word);
    ["Ok", "OK", "Unset", "UNSET"].into_iter().any(ends)
}

/// A function of whatever kind that receives the span may do anything to it.
pub(super) fn helper(file: &FileFacts, region: Span, name: &str) -> bool {
    file.calls_in(region).any(|(id, call)| {
        let given =
            call.args.iter().any(|arg| arg.value.paths().iter().any(|(path, _)| path.len() == 1 && path[0] == name));
        let marks = file.telemetry.summaries.get(&id).is_some_and(|summary| summary.marks_span);
        marks || given && !is_on(call, name) && !carries(call)
    })
}

/// These put the span into a context; they do nothing to it.
fn carries(call: &Call) -> bool {
    let last = call.path.last().map_or("", String::as_str);
    matches!(last, "ContextWithSpan" | "setSpan" | "set_span_in_context" | "NewContext" | "with" | "use_span")
}
