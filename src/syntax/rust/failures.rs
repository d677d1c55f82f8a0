//! Where Rust code knows that something failed: `Err` in a pattern, and the methods that drop or handle an error.

use tree_sitter::Node;

use super::super::reader::{Reader, node_span};
use super::implied::arms;
use super::patterns::{Side, error, side};
use crate::facts::code::{Call, CallKind, ExprKind, Failure, FailureKind, Outline, ResultUse, Scope};
use crate::model::Span;

/// Methods after which nothing is left to fail.
const SETTLED: [&str; 9] =
    ["ok", "unwrap_or_default", "unwrap_or", "unwrap_or_else", "is_ok", "is_err", "unwrap", "expect", "map_or_else"];

pub(super) fn read(reader: &Reader<'_, '_>, node: Node<'_>, out: &mut Vec<Failure>) {
    match node.kind() {
        "match_expression" => arms_of(reader, node, out),
        "if_expression" | "while_expression" => out.extend(condition(reader, node)),
        _ => out.extend(let_declaration(reader, node)),
    }
}

/// A failure of which the places are known.
fn failure(reader: &Reader<'_, '_>, span: Span, body: Span, protected: Node<'_>) -> Failure {
    Failure {
        kind: FailureKind::ErrArm,
        span,
        header: Span { start: span.start, end: body.start.max(span.start) },
        body,
        scope: reader.scope_around(span),
        error: None,
        types: Vec::new(),
        protected: node_span(protected),
        guarded: false,
    }
}

/// Nothing is done about it.
fn bare(kind: FailureKind, header: Span, known: Failure) -> Failure {
    Failure { kind, span: header, header, body: Span { start: header.end, end: header.end }, ..known }
}

/// Arms for `Err`, and the `_` beside an `Ok`.
fn arms_of(reader: &Reader<'_, '_>, node: Node<'_>, out: &mut Vec<Failure>) {
    let Some(protected) = node.child_by_field_name("value") else { return };
    let mut has_ok = false;
    for arm in arms(node) {
        let (Some(pattern), Some(value)) = (arm.child_by_field_name("pattern"), arm.child_by_field_name("value"))
        else {
            continue;
        };
        let (error, types) = match side(reader, pattern) {
            Side::Err(inner) => error(reader, inner),
            Side::Ok => {
                has_ok = true;
                continue;
            }
            Side::Neither if has_ok && reader.text(pattern).trim() == "_" => (None, Vec::new()),
            Side::Neither => continue,
        };
        let guarded = pattern.child_by_field_name("condition").is_some();
        let plain = failure(reader, node_span(arm), node_span(value), protected);
        out.push(Failure { error, types, guarded, ..plain });
    }
}

/// `if let`, `while let`, `if call().is_err()`.
fn condition(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Failure> {
    let condition = node.child_by_field_name("condition")?;
    let body = node.child_by_field_name("consequence").or_else(|| node.child_by_field_name("body"))?;
    let span = Span { start: node_span(node).start, end: node_span(body).end };
    let guarded = condition.kind() == "let_chain";
    let tested = match condition.kind() {
        "let_condition" => condition,
        "let_chain" => first_let(condition)?,
        "call_expression" if node.kind() == "if_expression" => {
            let (receiver, method) = method(reader, condition)?;
            return (method == "is_err").then(|| failure(reader, span, node_span(body), receiver));
        }
        _ => return None,
    };
    let protected = tested.child_by_field_name("value")?;
    let plain = failure(reader, span, node_span(body), protected);
    match side(reader, tested.child_by_field_name("pattern")?) {
        Side::Err(inner) => {
            let (error, types) = error(reader, inner);
            Some(Failure { error, types, guarded, ..plain })
        }
        Side::Ok => Some(match node.child_by_field_name("alternative") {
            Some(otherwise) => {
                let span = node_span(otherwise);
                let body = otherwise.named_child(0).map_or(span, node_span);
                Failure { guarded, ..failure(reader, span, body, protected) }
            }
            // Nothing happens on failure: the code is passed over, or the loop ends.
            None => {
                let header = plain.header;
                Failure { guarded, ..bare(FailureKind::Discard, header, plain) }
            }
        }),
        Side::Neither => None,
    }
}

/// The first `let` of a chain; chains nest to the left.
fn first_let(chain: Node<'_>) -> Option<Node<'_>> {
    let mut at = chain;
    for _ in 0..16 {
        let mut cursor = at.walk();
        let parts: Vec<_> = at.named_children(&mut cursor).collect();
        match parts.iter().find(|part| matches!(part.kind(), "let_condition" | "let_chain")) {
            Some(part) if part.kind() == "let_chain" => at = *part,
            found => return found.copied(),
        }
    }
    None
}

/// `let Ok(x) = call() else {…}`, and `let _ = call()` where the call may still fail.
fn let_declaration(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Failure> {
    let pattern = node.child_by_field_name("pattern")?;
    let value = node.child_by_field_name("value")?;
    let span = node_span(node);
    if let Some(otherwise) = node.child_by_field_name("alternative") {
        let is_ok = matches!(side(reader, pattern), Side::Ok);
        return is_ok.then(|| failure(reader, span, node_span(otherwise), value));
    }
    if pattern.kind() != "_" {
        return None;
    }
    let call = if value.kind() == "await_expression" { value.named_child(0)? } else { value };
    let may_fail = match call.kind() {
        "macro_invocation" => true,
        "call_expression" => !method(reader, call).is_some_and(|(_, name)| SETTLED.contains(&name)),
        _ => false,
    };
    may_fail.then(|| bare(FailureKind::Blank, span, failure(reader, span, span, value)))
}

/// Receiver and name of a method call.
fn method<'s, 't>(reader: &Reader<'s, '_>, call: Node<'t>) -> Option<(Node<'t>, &'s str)> {
    let function = call.child_by_field_name("function")?;
    let name = function.child_by_field_name("field")?;
    Some((function.child_by_field_name("value")?, reader.text(name)))
}

/// Method calls whose result no longer knows the error, or whose closure receives it.
pub(super) fn of_methods(reader: &Reader<'_, '_>, outline: &mut Outline) {
    let plain = outline.calls.iter().filter(|call| call.kind == CallKind::Plain);
    let found: Vec<_> = plain.filter_map(|call| of_method(reader, call, &outline.scopes)).collect();
    outline.failures.extend(found);
}

fn of_method(reader: &Reader<'_, '_>, call: &Call, scopes: &[Scope]) -> Option<Failure> {
    let name = call.path.last()?.as_str();
    let handles = match name {
        "ok" | "unwrap_or_default" | "unwrap_or" => false,
        // It asks; only where nobody hears the answer is the error lost.
        "is_ok" if call.result == ResultUse::Discarded => false,
        "unwrap_or_else" | "or_else" | "map_or_else" => true,
        _ => return None,
    };
    let before = reader.source.slice(Span { start: call.span.start, end: call.name_span.start });
    let receiver = before.trim_end().strip_suffix('.')?.trim_end();
    let start = call.span.start;
    let span = Span { start: call.name_span.start, end: call.span.end };
    let end = Span { start: span.end, end: span.end };
    let plain = Failure {
        kind: FailureKind::Discard,
        span,
        header: span,
        body: end,
        scope: call.scope,
        error: None,
        types: Vec::new(),
        protected: Span { start, end: start + receiver.len() as u32 },
        guarded: false,
    };
    if !handles {
        return Some(plain);
    }
    let ExprKind::Closure(id) = call.args.first()?.value.kind else { return None };
    let closure = &scopes[id.index()];
    // A closure without a parameter belongs to an `Option`: nothing failed.
    let param = closure.params.first()?;
    let error = (closure.params.len() == 1 && param.name != "_").then(|| param.name.clone());
    let header = Span { start: span.start, end: closure.body.start };
    Some(Failure { kind: FailureKind::Handler, header, body: closure.body, error, ..plain })
}
