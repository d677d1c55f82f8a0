//! Failures that arrive in a function: promise handlers, `"error"` listeners and node-style callbacks. None has syntax of
//! its own, so they are read from the calls of the finished outline.

use std::collections::HashMap;

use super::module::receiver;
use super::words::until;
use crate::facts::code::{Call, CallId, Expr, ExprKind, Failure, FailureKind, Outline, ScopeId, ScopeKind};
use crate::model::Span;
use crate::syntax::dialect::plain_failure;
use crate::syntax::query::Hit;
use crate::syntax::reader::Reader;

/// Methods whose callbacks are not told about failures, whatever their parameters are called.
const NOT_NODE_STYLE: [&str; 14] = [
    "catch",
    "then",
    "on",
    "once",
    "forEach",
    "map",
    "filter",
    "find",
    "findIndex",
    "some",
    "every",
    "reduce",
    "flatMap",
    "sort",
];

/// `if (err) …`, perhaps the answer of a callback; [`settle`] keeps it when it is one.
pub(super) fn error_branch(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Failure> {
    let name = hit.part("error")?;
    if !is_error_name(reader.text(name)) {
        return None;
    }
    let condition = hit.node.child_by_field_name("condition")?.named_child(0)?;
    let guarded = match condition.child_by_field_name("operator").map(|operator| operator.kind()) {
        None | Some("!=" | "!==" | "instanceof") => false,
        Some("&&") => true,
        Some(_) => return None,
    };
    let plain = plain_failure(reader, hit);
    let body = reader.span(hit.node.child_by_field_name("consequence")?);
    let span = Span { start: plain.span.start, end: body.end };
    let header = until(reader, span.start, body.start);
    Some(Failure { kind: FailureKind::Callback, span, header, body, guarded, ..plain })
}

fn is_error_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with("err") || lower.ends_with("error") || matches!(name, "e" | "ex")
}

pub(super) fn settle(reader: &Reader<'_, '_>, outline: &mut Outline) {
    let taken_by = callbacks(outline);
    let Outline { failures, scopes, calls, .. } = outline;
    failures.retain_mut(|failure| {
        if failure.kind != FailureKind::Callback {
            return true;
        }
        let scope = &scopes[failure.scope.index()];
        let first = scope.params.first().map(|param| &param.name);
        let Some(call) = taken_by.get(&failure.scope).map(|id| &calls[id.index()]) else { return false };
        failure.protected = call.span;
        let node_style = !call.path.last().is_some_and(|name| NOT_NODE_STYLE.contains(&name.as_str()));
        scope.kind == ScopeKind::Closure && first == failure.error.as_ref() && node_style
    });
    let handlers: Vec<Failure> = outline.calls.iter().filter_map(|call| handler(reader, outline, call)).collect();
    outline.failures.extend(handlers);
    let last = outline.calls.iter().filter(|call| call.path.last().is_some_and(|name| name == "finally"));
    let bodies: Vec<Span> = last.filter_map(|call| closure_body(outline, &call.args.first()?.value)).collect();
    outline.deferred.extend(bodies);
    outline.deferred.sort();
}

/// Which call takes a closure as its last argument.
fn callbacks(outline: &Outline) -> HashMap<ScopeId, CallId> {
    let last = outline.calls.iter().enumerate().filter_map(|(index, call)| match call.args.last()?.value.kind {
        ExprKind::Closure(scope) => Some((scope, CallId(index as u32))),
        _ => None,
    });
    last.collect()
}

fn closure_body(outline: &Outline, value: &Expr) -> Option<Span> {
    match value.kind {
        ExprKind::Closure(scope) => Some(outline.scopes[scope.index()].body),
        _ => None,
    }
}

/// `.catch(cb)`, `.then(ok, cb)` and `.on("error", cb)`.
fn handler(reader: &Reader<'_, '_>, outline: &Outline, call: &Call) -> Option<Failure> {
    if call.path.len() < 2 && call.base.is_none() {
        return None;
    }
    let args: Vec<&Expr> = call.args.iter().map(|arg| &arg.value).collect();
    let callback = match (call.path.last()?.as_str(), args.as_slice()) {
        ("catch", [callback]) | ("then", [_, callback]) => callback,
        ("on" | "once" | "addListener" | "addEventListener", [event, callback, ..]) if matches!(&event.kind, ExprKind::Str { text, .. } if text == "error") => {
            callback
        }
        _ => return None,
    };
    let start = call.name_span.start;
    let (body, error, header) = match &callback.kind {
        ExprKind::Closure(scope) => {
            let scope = &outline.scopes[scope.index()];
            let error = scope.params.first().map(|param| param.name.clone());
            (scope.body, error, until(reader, start, scope.body.start))
        }
        // A function that is known to do nothing; any other is told of the failure and may well act on it.
        ExprKind::Path(path) if path.last().is_some_and(|name| name.eq_ignore_ascii_case("noop")) => {
            let end = callback.span.end;
            (Span { start: end, end }, None, Span { start, end: call.span.end })
        }
        _ => return None,
    };
    Some(Failure {
        kind: FailureKind::Handler,
        span: Span { start, end: call.span.end },
        header,
        body,
        scope: call.scope,
        error,
        types: Vec::new(),
        protected: receiver(reader, call.span, call.name_span),
        guarded: false,
    })
}
