//! Patterns: the names they bind, and which side of a `Result` they match.

use tree_sitter::Node;

use super::super::query::Hit;
use super::super::reader::{Reader, node_span};
use crate::facts::code::{Binding, BindingKind};

/// Patterns nested deeper than this bind nothing we know of.
const MAX_DEPTH: u32 = 16;

/// A name bound by a pattern; `position` counts the elements of an outer tuple.
pub(super) struct Bound<'t> {
    pub(super) node: Node<'t>,
    pub(super) position: u32,
}

/// Every name of a pattern, in order, and the blanks.
pub(super) fn names<'t>(reader: &Reader<'_, '_>, pattern: Node<'t>) -> Vec<Bound<'t>> {
    let mut out = Vec::new();
    match pattern.kind() {
        "tuple_pattern" | "tuple_expression" => {
            let mut cursor = pattern.walk();
            let parts = pattern.children(&mut cursor).filter(|child| child.is_named() || child.kind() == "_");
            for (position, part) in parts.filter(|child| !child.is_extra()).enumerate() {
                collect(reader, part, position as u32, 0, &mut out);
            }
        }
        _ => collect(reader, pattern, 0, 0, &mut out),
    }
    out
}

fn collect<'t>(reader: &Reader<'_, '_>, pattern: Node<'t>, position: u32, depth: u32, out: &mut Vec<Bound<'t>>) {
    if depth > MAX_DEPTH {
        return;
    }
    match pattern.kind() {
        "_" | "shorthand_field_identifier" => out.push(Bound { node: pattern, position }),
        "identifier" if is_variable(reader.text(pattern)) => out.push(Bound { node: pattern, position }),
        "field_pattern" => {
            let inner = pattern.child_by_field_name("pattern").or_else(|| pattern.child_by_field_name("name"));
            inner.into_iter().for_each(|inner| collect(reader, inner, position, depth + 1, out));
        }
        "mut_pattern"
        | "ref_pattern"
        | "reference_pattern"
        | "captured_pattern"
        | "tuple_pattern"
        | "slice_pattern"
        | "tuple_struct_pattern"
        | "struct_pattern"
        | "or_pattern"
        | "match_pattern"
        | "tuple_expression"
        | "parameter" => {
            let skip = ["type", "condition"].map(|field| pattern.child_by_field_name(field).map(|node| node.id()));
            let mut cursor = pattern.walk();
            for child in pattern.children(&mut cursor) {
                if (child.is_named() || child.kind() == "_") && !skip.contains(&Some(child.id())) {
                    collect(reader, child, position, depth + 1, out);
                }
            }
        }
        _ => {}
    }
}

/// Constants and unit variants look like names in patterns.
fn is_variable(name: &str) -> bool {
    !name.trim_start_matches("r#").starts_with(char::is_uppercase)
}

pub(super) fn bind(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Binding>) {
    let node = hit.node;
    let part = |field: &str| node.child_by_field_name(field);
    let (pattern, value) = match node.kind() {
        "assignment_expression" => (part("left"), part("right")),
        "static_item" | "const_item" => (part("name"), part("value")),
        _ => (part("pattern"), part("value")),
    };
    let Some(pattern) = pattern else { return };
    let constant = matches!(node.kind(), "static_item" | "const_item");
    let kind = if hit.kind == Some("assigned") { BindingKind::Assigned } else { BindingKind::Declared };
    let value = value.map(|node| reader.expr(node));
    let type_text = part("type").map(|node| reader.text(node).to_owned());
    let whole = constant || kind == BindingKind::Assigned && pattern.kind() != "tuple_expression";
    // `self.x = …` names a path; a pattern names each of its variables.
    let bound = if whole { vec![Bound { node: pattern, position: 0 }] } else { names(reader, pattern) };
    let arity = bound.len() as u32;
    for name in bound {
        let path = if name.node.kind() == "_" { Some(vec!["_".to_owned()]) } else { reader.path(name.node) };
        let Some(path) = path else { continue };
        out.push(Binding {
            path,
            span: node_span(name.node),
            statement: node_span(node),
            scope: reader.scope_at(node),
            kind,
            value: value.clone(),
            position: name.position,
            arity,
            type_text: type_text.clone(),
            constant,
        });
    }
}

/// What a pattern says about a `Result`.
pub(super) enum Side<'t> {
    /// `Err(…)`, also inside `Some(…)`, `Ok(…)` or `Poll::Ready(…)`: the pattern of the error.
    Err(Node<'t>),
    Ok,
    Neither,
}

/// Of several alternatives the first that is an error decides.
pub(super) fn side<'t>(reader: &Reader<'_, '_>, pattern: Node<'t>) -> Side<'t> {
    let mut stack = vec![(pattern, 0)];
    let mut is_ok = false;
    while let Some((node, depth)) = stack.pop() {
        match node.kind() {
            "match_pattern" | "or_pattern" | "reference_pattern" | "ref_pattern" if depth < MAX_DEPTH => {
                let condition = node.child_by_field_name("condition").map(|node| node.id());
                let mut cursor = node.walk();
                let parts = node.named_children(&mut cursor).filter(|child| Some(child.id()) != condition);
                stack.extend(parts.map(|child| (child, depth + 1)));
            }
            "tuple_struct_pattern" if depth < MAX_DEPTH => {
                let Some(name) = node.child_by_field_name("type") else { continue };
                let mut cursor = node.walk();
                let inner = node.children(&mut cursor).skip(1).find(|child| child.is_named() || child.kind() == "_");
                match (reader.text(name).rsplit("::").next(), inner) {
                    (Some("Err"), inner) => return Side::Err(inner.unwrap_or(node)),
                    (Some("Ok"), inner) => {
                        is_ok = true;
                        stack.extend(inner.map(|inner| (inner, depth + 1)));
                    }
                    (Some("Some" | "Ready"), inner) => stack.extend(inner.map(|inner| (inner, depth))),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    if is_ok { Side::Ok } else { Side::Neither }
}

/// The name of the error and the types or variants it is narrowed to.
pub(super) fn error(reader: &Reader<'_, '_>, pattern: Node<'_>) -> (Option<String>, Vec<String>) {
    let mut bound = names(reader, pattern);
    bound.retain(|name| name.node.kind() != "_");
    let error = if bound.len() == 1 { Some(reader.text(bound[0].node).to_owned()) } else { None };
    let mut types = Vec::new();
    let mut stack = vec![(pattern, 0)];
    while let Some((node, depth)) = stack.pop() {
        match node.kind() {
            "or_pattern" | "captured_pattern" | "mut_pattern" | "ref_pattern" | "reference_pattern"
                if depth < MAX_DEPTH =>
            {
                let mut cursor = node.walk();
                let parts: Vec<_> = node.named_children(&mut cursor).collect();
                stack.extend(parts.into_iter().rev().map(|child| (child, depth + 1)));
            }
            "tuple_struct_pattern" | "struct_pattern" => {
                types.extend(node.child_by_field_name("type").map(|name| reader.text(name).to_owned()));
            }
            "identifier" if is_variable(reader.text(node)) => {}
            "_" | "mutable_specifier" | "tuple_pattern" | "unit_expression" | "remaining_field_pattern" => {}
            _ => types.push(reader.text(node).to_owned()),
        }
    }
    (error, types)
}
