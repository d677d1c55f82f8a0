//! What comes with a node: the last expression of a block is what the block is worth, a branch is a branch, and `?`, `.await`
//! and a semicolon say what becomes of a call.

use tree_sitter::Node;

use super::super::dialect::Implied;
use super::super::query::{Hit, Mark, Region, Root};
use super::super::reader::{Reader, node_span};
use crate::model::Span;

/// Branches of branches deeper than this keep the plain reading.
const MAX_DEPTH: u32 = 24;

pub(super) fn implied<'t>(reader: &Reader<'_, 't>, hit: &Hit<'_, 't>, out: &mut Implied<'t>) {
    let node = hit.node;
    match (hit.root, node.kind()) {
        (Root::Scope, "function_item") => {
            let returns = node.child_by_field_name("return_type").is_some();
            let mark = if returns { Mark::Returned } else { Mark::Discarded };
            descend(reader, node.child_by_field_name("body"), mark, out);
        }
        (Root::Scope, "closure_expression") => {
            let body = node.child_by_field_name("body");
            out.regions.extend(body.and_then(lone_expression).map(|body| (Region::Statement, body)));
            descend(reader, body, Mark::Returned, out);
        }
        (Root::Scope, "async_block") => descend(reader, block_of(node), Mark::Returned, out),
        (Root::Region(Region::Loop), _) => descend(reader, Some(node), Mark::Discarded, out),
        (Root::Region(Region::Block), _) => {
            out.regions.extend(last(node).and_then(lone_expression).map(|tail| (Region::Statement, tail)));
        }
        (Root::Region(Region::Statement), "expression_statement") => statement(reader, node, out),
        (Root::Region(Region::Await), _) => mark_value(node.named_child(0), Mark::Awaited, out),
        (Root::Exit, "try_expression") => mark_value(node.named_child(0), Mark::Propagated, out),
        (Root::Exit, "return_expression") => mark_value(node.named_child(0), Mark::Returned, out),
        (Root::Failure, _) => branches(node, out),
        _ => {}
    }
}

fn mark_value<'t>(value: Option<Node<'t>>, mark: Mark, out: &mut Implied<'t>) {
    let awaited = value.filter(|value| value.kind() == "await_expression");
    let value = awaited.map_or(value, |awaited| awaited.named_child(0));
    out.marks.extend(value.map(|value| (value, mark)));
}

fn statement<'t>(reader: &Reader<'_, 't>, node: Node<'t>, out: &mut Implied<'t>) {
    let Some(inner) = node.named_child(0) else { return };
    if !matches!(inner.kind(), "if_expression" | "match_expression" | "block" | "unsafe_block") {
        return mark_value(Some(inner), Mark::Discarded, out);
    }
    // Without a semicolon it may be the last of its block, and then its block decides.
    let is_whole = node.child(1).is_some_and(|last| last.kind() == ";");
    if is_whole || node.next_named_sibling().is_some() {
        descend(reader, Some(inner), Mark::Discarded, out);
    }
}

/// What may be skipped: blocks of `if` and `else`, arms, the `else` of a `let`.
fn branches<'t>(node: Node<'t>, out: &mut Implied<'t>) {
    match node.kind() {
        "if_expression" => {
            let otherwise = node.child_by_field_name("alternative").and_then(|clause| clause.named_child(0));
            let otherwise = otherwise.filter(|branch| branch.kind() == "block");
            let parts = node.child_by_field_name("consequence").into_iter().chain(otherwise);
            out.regions.extend(parts.map(|part| (Region::Branch, node_span(part))));
        }
        "match_expression" => {
            for value in arms(node).filter_map(|arm| arm.child_by_field_name("value")) {
                out.regions.push((Region::Branch, node_span(value)));
                out.regions.extend(lone_expression(value).map(|value| (Region::Statement, value)));
            }
        }
        "let_declaration" => {
            let otherwise = node.child_by_field_name("alternative");
            out.regions.extend(otherwise.map(|branch| (Region::Branch, node_span(branch))));
        }
        _ => {}
    }
}

/// The arms of a match.
pub(super) fn arms(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let body = node.child_by_field_name("body");
    let mut cursor = node.walk();
    let children: Vec<_> = body.map(|body| body.named_children(&mut cursor).collect()).unwrap_or_default();
    children.into_iter().filter(|child| child.kind() == "match_arm")
}

/// The block of `async`, `unsafe`.
pub(super) fn block_of(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| child.kind() == "block")
}

/// An expression that is a statement of its own without the grammar's word for it.
fn lone_expression(node: Node<'_>) -> Option<Span> {
    let kind = node.kind();
    let other =
        kind == "block" || kind.ends_with("_statement") || kind.ends_with("_item") || kind.ends_with("_declaration");
    (!other).then(|| node_span(node))
}

fn descend<'t>(reader: &Reader<'_, 't>, from: Option<Node<'t>>, mark: Mark, out: &mut Implied<'t>) {
    let mut stack: Vec<_> = from.map(|node| (node, 0)).into_iter().collect();
    while let Some((node, depth)) = stack.pop() {
        if depth > MAX_DEPTH {
            continue;
        }
        match node.kind() {
            "block" => stack.extend(last(node).map(|tail| (tail, depth + 1))),
            "expression_statement" if node.child(1).is_none() => {
                stack.extend(node.named_child(0).map(|inner| (inner, depth + 1)));
            }
            "unsafe_block" => stack.extend(block_of(node).map(|inner| (inner, depth + 1))),
            "else_clause" | "parenthesized_expression" => {
                stack.extend(node.named_child(0).map(|inner| (inner, depth + 1)));
            }
            "if_expression" => {
                let parts = ["consequence", "alternative"].map(|field| node.child_by_field_name(field));
                stack.extend(parts.into_iter().flatten().map(|part| (part, depth + 1)));
            }
            "match_expression" => {
                let values = arms(node).filter_map(|arm| arm.child_by_field_name("value"));
                stack.extend(values.map(|value| (value, depth + 1)));
            }
            _ => {
                let Some(value) = valued(node) else { continue };
                // A macro that only says something is not what a function returns.
                if mark == Mark::Returned && !is_saying(reader, value) {
                    out.tails.push(value);
                } else {
                    out.marks.push((value, Mark::Discarded));
                }
            }
        }
    }
}

/// The last thing in a block, if it is an expression.
fn last(block: Node<'_>) -> Option<Node<'_>> {
    let mut at = block.named_child(block.named_child_count().checked_sub(1)? as u32)?;
    while at.is_extra() {
        at = at.prev_named_sibling()?;
    }
    Some(at)
}

/// The value itself, or the call behind its `.await`; nothing for what is worth nothing.
fn valued(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        "await_expression" => node.named_child(0),
        "unit_expression"
        | "return_expression"
        | "break_expression"
        | "continue_expression"
        | "for_expression"
        | "while_expression"
        | "loop_expression"
        | "assignment_expression"
        | "compound_assignment_expr" => None,
        kind if kind.ends_with("_item") || kind.ends_with("_declaration") || kind.ends_with("_statement") => None,
        _ => Some(node),
    }
}

fn is_saying(reader: &Reader<'_, '_>, node: Node<'_>) -> bool {
    const SAYING: [&str; 18] = [
        "trace",
        "debug",
        "info",
        "warn",
        "error",
        "event",
        "log",
        "print",
        "println",
        "eprint",
        "eprintln",
        "panic",
        "todo",
        "unreachable",
        "unimplemented",
        "assert",
        "assert_eq",
        "assert_ne",
    ];
    let name = node.child_by_field_name("macro").map(|name| reader.text(name));
    name.is_some_and(|name| SAYING.contains(&name.rsplit("::").next().unwrap_or(name)))
}
