//! Where Rust code knows that something failed: `Err` in a pattern, and the methods that drop or handle an error.

use tree_sitter::Node;

use super::super::dialect::plain_failure;
use super::super::query::Hit;
use super::super::reader::{Reader, node_span};
use super::patterns::{Side, error, side};
use crate::facts::code::{Failure, FailureKind};
use crate::model::Span;

/// Methods whose result no longer knows the error.
const DISCARDS: [&str; 4] = ["ok", "unwrap_or_default", "unwrap_or", "is_ok"];
/// Methods whose first closure receives the error.
const HANDLERS: [&str; 3] = ["unwrap_or_else", "or_else", "map_or_else"];
/// Methods after which nothing is left to fail.
const SETTLED: [&str; 9] =
    ["ok", "unwrap_or_default", "unwrap_or", "unwrap_or_else", "is_ok", "is_err", "unwrap", "expect", "map_or_else"];

pub(super) fn read(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Failure> {
    match hit.node.kind() {
        "match_arm" => arm(reader, hit),
        "if_expression" if hit.part("type").is_some() => if_let(reader, hit),
        "if_expression" => Some(if_err(reader, hit)),
        "while_expression" => while_let(reader, hit),
        "let_declaration" if hit.kind == Some("blank") => blank(reader, hit),
        "let_declaration" => let_else(reader, hit),
        "call_expression" => method(reader, hit),
        _ => None,
    }
}

/// An arm for `Err`, or the `_` beside an `Ok`.
fn arm(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Failure> {
    let pattern = hit.part("type")?;
    let (error, types) = match side(reader, pattern) {
        Side::Err(inner) => error(reader, inner),
        _ if hit.kind == Some("blank") && reader.text(pattern).trim() == "_" => (None, Vec::new()),
        _ => return None,
    };
    let guarded = pattern.child_by_field_name("condition").is_some();
    Some(Failure { kind: FailureKind::ErrArm, error, types, guarded, ..plain_failure(reader, hit) })
}

fn if_let(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Failure> {
    let plain = plain_failure(reader, hit);
    let guarded = hit.node.child_by_field_name("condition").is_some_and(|node| node.kind() == "let_chain");
    match side(reader, hit.part("type")?) {
        Side::Err(inner) => {
            let (error, types) = error(reader, inner);
            let span = Span { start: plain.span.start, end: plain.body.end };
            Some(Failure { kind: FailureKind::ErrArm, span, error, types, guarded, ..plain })
        }
        Side::Ok => Some(match hit.node.child_by_field_name("alternative") {
            Some(otherwise) => {
                let span = node_span(otherwise);
                let body = otherwise.named_child(0).map_or(span, node_span);
                let header = Span { start: span.start, end: body.start };
                Failure { kind: FailureKind::ErrArm, span, header, body, types: Vec::new(), guarded, ..plain }
            }
            // No `else`: what happens on failure is nothing.
            None => Failure { guarded, ..without_body(FailureKind::Discard, plain.header, plain) },
        }),
        Side::Neither => None,
    }
}

/// `if call().is_err() {…}`.
fn if_err(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Failure {
    let plain = plain_failure(reader, hit);
    let span = Span { start: plain.span.start, end: plain.body.end };
    Failure { kind: FailureKind::ErrArm, span, ..plain }
}

fn while_let(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Failure> {
    let plain = plain_failure(reader, hit);
    match side(reader, hit.part("type")?) {
        Side::Err(inner) => {
            let (error, types) = error(reader, inner);
            Some(Failure { kind: FailureKind::ErrArm, error, types, ..plain })
        }
        // The loop ends on failure, and nobody learns why.
        Side::Ok => Some(without_body(FailureKind::Discard, plain.header, plain)),
        Side::Neither => None,
    }
}

fn let_else(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Failure> {
    let is_ok = matches!(side(reader, hit.part("type")?), Side::Ok);
    is_ok.then(|| Failure { kind: FailureKind::ErrArm, types: Vec::new(), ..plain_failure(reader, hit) })
}

/// `let _ = call();` where the call may still fail.
fn blank(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Failure> {
    let value = hit.part("protected")?;
    let call = if value.kind() == "await_expression" { value.named_child(0)? } else { value };
    let may_fail = match call.kind() {
        "macro_invocation" => true,
        "call_expression" => !method_name(reader, call).is_some_and(|name| SETTLED.contains(&name)),
        _ => false,
    };
    may_fail.then(|| without_body(FailureKind::Blank, node_span(hit.node), plain_failure(reader, hit)))
}

fn method_name<'s>(reader: &Reader<'s, '_>, call: Node<'_>) -> Option<&'s str> {
    let function = call.child_by_field_name("function")?;
    function.child_by_field_name("field").map(|name| reader.text(name))
}

fn method(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Failure> {
    let name = hit.part("name")?;
    let plain = plain_failure(reader, hit);
    let from_name = Span { start: node_span(name).start, end: plain.span.end };
    let method = reader.text(name);
    if DISCARDS.contains(&method) {
        // `is_ok` asks; only where nobody hears the answer is the error lost.
        let asked = method == "is_ok" && hit.kind != Some("discard");
        return (!asked).then(|| without_body(FailureKind::Discard, from_name, plain));
    }
    if !HANDLERS.contains(&method) {
        return None;
    }
    let closure = hit.part("args")?.named_child(0).filter(|node| node.kind() == "closure_expression")?;
    let body = node_span(closure.child_by_field_name("body")?);
    let params = closure.child_by_field_name("parameters")?;
    let mut cursor = params.walk();
    // A closure without a parameter belongs to an `Option`: nothing failed.
    let param = params.children(&mut cursor).find(|child| child.is_named() || child.kind() == "_")?;
    let pattern = param.child_by_field_name("pattern").unwrap_or(param);
    let (error, types) = error(reader, pattern);
    let header = Span { start: from_name.start, end: body.start };
    Some(Failure { kind: FailureKind::Handler, header, body, error, types, span: from_name, ..plain })
}

fn without_body(kind: FailureKind, header: Span, plain: Failure) -> Failure {
    let end = header.end;
    Failure { kind, span: header, header, body: Span { start: end, end }, types: Vec::new(), ..plain }
}
