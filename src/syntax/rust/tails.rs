//! Values without a word for them: the last expression of a block is what the block is worth.

use tree_sitter::Node;

use super::super::query::{Hit, Mark, Region, Root};
use super::super::reader::Reader;

/// Branches of branches deeper than this keep the plain reading.
const MAX_DEPTH: u32 = 24;

pub(super) fn of<'t>(reader: &Reader<'_, 't>, hit: &Hit<'_, 't>, out: &mut Vec<(Node<'t>, Mark)>) {
    let node = hit.node;
    match (hit.root, node.kind()) {
        (Root::Scope, "function_item") => {
            let returns = node.child_by_field_name("return_type").is_some();
            let mark = if returns { Mark::Returned } else { Mark::Discarded };
            descend(reader, node.child_by_field_name("body"), mark, out);
        }
        (Root::Scope, "closure_expression" | "async_block") => descend(reader, hit.part("body"), Mark::Returned, out),
        (Root::Region(Region::Loop), _) => descend(reader, Some(node), Mark::Discarded, out),
        (Root::Region(Region::Statement), "expression_statement") => {
            let inner = node.named_child(0);
            let branches = inner.filter(|inner| {
                matches!(inner.kind(), "if_expression" | "match_expression" | "block" | "unsafe_block")
            });
            // Without a semicolon it may be the last of its block, and then its block decides.
            let is_whole = node.child(1).is_some_and(|last| last.kind() == ";");
            if branches.is_some() && (is_whole || node.next_named_sibling().is_some()) {
                descend(reader, branches, Mark::Discarded, out);
            }
        }
        _ => {}
    }
}

fn descend<'t>(reader: &Reader<'_, 't>, from: Option<Node<'t>>, mark: Mark, out: &mut Vec<(Node<'t>, Mark)>) {
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
            "unsafe_block" | "else_clause" | "parenthesized_expression" => {
                stack.extend(node.named_child(0).map(|inner| (inner, depth + 1)));
            }
            "if_expression" => {
                let parts = ["consequence", "alternative"].map(|field| node.child_by_field_name(field));
                stack.extend(parts.into_iter().flatten().map(|part| (part, depth + 1)));
            }
            "match_expression" => {
                let Some(body) = node.child_by_field_name("body") else { continue };
                let mut cursor = body.walk();
                let arms = body.named_children(&mut cursor).filter_map(|arm| arm.child_by_field_name("value"));
                stack.extend(arms.map(|value| (value, depth + 1)));
            }
            _ => out.extend(valued(node).filter(|(_, is_value)| *is_value || mark == Mark::Discarded).map(
                |(node, _)| {
                    // A macro that only says something is not what a function returns.
                    let mark =
                        if mark == Mark::Returned && is_statement_like(reader, node) { Mark::Discarded } else { mark };
                    (node, mark)
                },
            )),
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

/// The call behind an `.await`, and whether the node is a value at all.
fn valued(node: Node<'_>) -> Option<(Node<'_>, bool)> {
    match node.kind() {
        "await_expression" => node.named_child(0).map(|inner| (inner, true)),
        "unit_expression" | "return_expression" | "break_expression" | "continue_expression" => None,
        "for_expression"
        | "while_expression"
        | "loop_expression"
        | "assignment_expression"
        | "compound_assignment_expr" => None,
        kind if kind.ends_with("_item") || kind.ends_with("_declaration") || kind.ends_with("_statement") => None,
        _ => Some((node, true)),
    }
}

fn is_statement_like(reader: &Reader<'_, '_>, node: Node<'_>) -> bool {
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
