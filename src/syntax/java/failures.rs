//! Where Java code knows that something failed: `catch` clauses, handlers of futures and reactive streams, callbacks that
//! are given an error.
//!
//! `doOnError`, `whenComplete` and `onErrorMap` are no handlers: the failure goes on behind them.

use std::collections::HashMap;

use tree_sitter::Node;

use crate::facts::code::{Call, Expr, ExprKind, Failure, FailureKind, Outline, ScopeId, ScopeKind};
use crate::model::Span;
use crate::syntax::dialect::plain_failure;
use crate::syntax::query::Hit;
use crate::syntax::reader::Reader;

pub(super) fn read(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Failure>) {
    if hit.kind == Some("callback") {
        // Whether the name is given to a callback is known when the scopes are: see `settle`.
        out.extend(hit.part("error").filter(|name| is_error_name(reader.text(*name))).map(|_| {
            let failure = plain_failure(reader, hit);
            let end = hit.node.child_by_field_name("condition").map_or(failure.header.end, |c| c.end_byte() as u32);
            let header = Span { start: failure.span.start, end };
            let span = Span { start: failure.span.start, end: failure.body.end };
            Failure { header, span, ..failure }
        }));
        return;
    }
    let Some(body) = hit.node.child_by_field_name("body") else { return };
    let mut protected = reader.span(body);
    if let Some(resources) = hit.node.child_by_field_name("resources") {
        protected = protected.cover(reader.span(resources));
    }
    let scope = reader.scope_at(hit.node);
    let mut cursor = hit.node.walk();
    let clauses = hit.node.named_children(&mut cursor).filter(|child| child.kind() == "catch_clause");
    out.extend(clauses.filter_map(|clause| catch(reader, clause, scope, protected)));
}

fn catch(reader: &Reader<'_, '_>, clause: Node<'_>, scope: ScopeId, protected: Span) -> Option<Failure> {
    let body = clause.child_by_field_name("body")?;
    let mut cursor = clause.walk();
    let mut error = None;
    let mut types = Vec::new();
    let mut header = Span::new(clause.start_byte(), body.start_byte());
    for child in clause.children(&mut cursor) {
        match child.kind() {
            "catch_formal_parameter" => {
                error = child.child_by_field_name("name").map(|name| reader.text(name).to_owned());
                types = caught(reader, child);
            }
            ")" => header.end = child.end_byte() as u32,
            _ => {}
        }
    }
    Some(Failure {
        kind: FailureKind::Catch,
        span: reader.span(clause),
        header,
        body: reader.span(body),
        scope,
        // `_` is the name of what nobody wants.
        error: error.filter(|name| name != "_"),
        types,
        protected,
        guarded: false,
    })
}

fn caught(reader: &Reader<'_, '_>, parameter: Node<'_>) -> Vec<String> {
    let mut cursor = parameter.walk();
    let Some(list) = parameter.named_children(&mut cursor).find(|child| child.kind() == "catch_type") else {
        return Vec::new();
    };
    let mut cursor = list.walk();
    let types = list.named_children(&mut cursor).filter(|child| !child.is_extra());
    types.map(|node| reader.text(node).to_owned()).collect()
}

/// Names that people give to an error in a callback.
fn is_error_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(lower.as_str(), "e" | "ex" | "t" | "th" | "err" | "cause" | "failure" | "thrown")
        || ["error", "exception", "throwable", "ex"].iter().any(|end| lower.ends_with(end))
}

/// Methods that take over when the receiver has failed.
const HANDLERS: [&str; 15] = [
    "exceptionally",
    "exceptionallyAsync",
    "exceptionallyCompose",
    "exceptionallyComposeAsync",
    "onErrorResume",
    "onErrorReturn",
    "onErrorContinue",
    "onErrorComplete",
    "onErrorResumeNext",
    "onErrorReturnItem",
    "recoverWithItem",
    "recoverWithNull",
    "recoverWithUni",
    "recoverWithMulti",
    "handle",
];

/// Adds handlers and keeps only those checks for an error that stand in a callback.
pub(super) fn settle(outline: &mut Outline) {
    let handlers: Vec<Failure> = outline.calls.iter().filter_map(|call| handler(outline, call)).collect();
    let mut callers = HashMap::new();
    for call in &outline.calls {
        for arg in &call.args {
            if let ExprKind::Closure(id) = arg.value.kind {
                callers.insert(id, call.span);
            }
        }
    }
    let scopes = &outline.scopes;
    outline.failures.retain_mut(|failure| {
        if failure.kind != FailureKind::Callback {
            return true;
        }
        let scope = &scopes[failure.scope.index()];
        let given =
            scope.params.len() > 1 && scope.params.iter().any(|param| Some(&param.name) == failure.error.as_ref());
        let Some(call) = callers.get(&failure.scope).filter(|_| given && scope.kind == ScopeKind::Closure) else {
            return false;
        };
        failure.protected = Span { start: call.start, end: scope.span.start };
        !handlers.iter().any(|handler| handler.body.contains(failure.span))
    });
    outline.failures.extend(handlers);
}

/// `future.exceptionally(e -> …)`, `mono.onErrorResume(IOException.class, e -> …)`, `future.handle((value, e) -> …)`.
fn handler(outline: &Outline, call: &Call) -> Option<Failure> {
    let name = call.path.last().filter(|name| HANDLERS.contains(&name.as_str()))?;
    if call.base.is_none() && call.path.len() < 2 {
        return None;
    }
    // With two lambdas the first one says which errors are meant.
    let closure = call.args.iter().rev().find_map(|arg| match arg.value.kind {
        ExprKind::Closure(id) => Some(&outline.scopes[id.index()]),
        _ => None,
    });
    // `handle` means many things; only a lambda of a value and an error is a handler.
    let error = closure.and_then(|closure| closure.params.get(usize::from(name == "handle")));
    let error = error.map(|param| param.name.clone());
    if name == "handle" && !error.as_deref().is_some_and(is_error_name) {
        return None;
    }
    let body = match (closure, call.args.last()) {
        (Some(closure), _) => closure.body,
        (None, Some(last)) => last.span,
        (None, None) => Span { start: call.span.end, end: call.span.end },
    };
    let receiver = match call.base {
        Some(base) if call.path.len() == 1 => outline.calls[base.index()].span,
        // Up to the dot before the name.
        _ => Span { start: call.span.start, end: call.name_span.start.saturating_sub(1).max(call.span.start) },
    };
    let types = call.args.iter().filter_map(|arg| class_name(&arg.value)).collect();
    Some(Failure {
        kind: FailureKind::Handler,
        span: Span { start: call.name_span.start, end: call.span.end },
        header: call.name_span,
        body,
        scope: call.scope,
        error,
        types,
        protected: receiver,
        guarded: call.args.len() > 1 && matches!(call.args[0].value.kind, ExprKind::Closure(_)),
    })
}

/// `IOException.class` → `IOException`.
fn class_name(value: &Expr) -> Option<String> {
    match &value.kind {
        ExprKind::Path(path) => {
            path.split_last().filter(|(last, _)| *last == "class").map(|(_, class)| class.join("."))
        }
        _ => None,
    }
}
