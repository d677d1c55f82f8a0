//! Names: what an assignment, a loop or a `with` binds, what a function takes, and what an import brings in.

use tree_sitter::Node;

use crate::facts::code::{Binding, BindingKind, Expr, ExprKind, Import, Param};
use crate::model::Span;
use crate::syntax::query::Hit;
use crate::syntax::reader::Reader;

/// Targets nested deeper than this bind nothing.
const MAX_NESTING: u32 = 16;

/// A name of a target list, and its place in the outermost list.
struct Target<'t> {
    node: Node<'t>,
    position: u32,
}

pub(super) fn bindings(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Binding>) {
    let Some(left) = hit.part("name") else { return };
    let bound = Bound::of(reader, hit, left);
    let elements = bound.value_node.filter(|_| is_list(left)).map(|right| plain_elements(right)).unwrap_or_default();
    let mut targets = Vec::new();
    collect(left, None, 0, &mut targets);
    let arity = if is_list(left) { left.named_child_count() as u32 } else { 1 };
    // `a, b = x(), y()` is two assignments in one line.
    let paired = arity as usize == elements.len() && targets.len() == elements.len();
    for (index, target) in targets.iter().enumerate() {
        let Some(path) = reader.path(target.node) else { continue };
        let value = if paired { Some(reader.expr(elements[index])) } else { bound.value.clone() };
        out.push(Binding {
            path,
            span: reader.span(target.node),
            statement: bound.statement,
            scope: reader.scope_at(hit.node),
            kind: bound.kind,
            value,
            position: if paired { 0 } else { target.position },
            arity: if paired { 1 } else { arity },
            type_text: bound.type_text.clone(),
            constant: false,
        });
    }
}

/// What the names of one statement have in common.
struct Bound<'t> {
    statement: Span,
    kind: BindingKind,
    value: Option<Expr>,
    /// The right side, when its elements may be handed out one by one.
    value_node: Option<Node<'t>>,
    type_text: Option<String>,
}

impl<'t> Bound<'t> {
    fn of(reader: &Reader<'_, '_>, hit: &Hit<'_, 't>, left: Node<'t>) -> Self {
        let statement = reader.span(hit.node);
        let plain = Self { statement, kind: BindingKind::Declared, value: None, value_node: None, type_text: None };
        let given = hit.part("value");
        match hit.kind {
            // `x += f()`: computed from both sides.
            Some("assigned") => Self { kind: BindingKind::Assigned, value: Some(reader.expr(hit.node)), ..plain },
            Some("managed") => Self { kind: BindingKind::Managed, value: given.map(|node| reader.expr(node)), ..plain },
            // The name receives an element, not the iterable.
            Some("each") => {
                let value = given.map(|node| {
                    let whole = reader.expr(node);
                    Expr { span: whole.span, kind: ExprKind::Compound(vec![whole]) }
                });
                let header = given.map_or(statement, |node| reader.span(left).cover(reader.span(node)));
                Self { statement: header, value, ..plain }
            }
            _ => {
                let value_node = given.or_else(|| last_right(hit.node));
                Self {
                    value: value_node.map(|node| reader.expr(node)),
                    value_node,
                    type_text: hit.node.child_by_field_name("type").map(|node| reader.text(node).to_owned()),
                    ..plain
                }
            }
        }
    }
}

/// The value at the end of `a = b = value`.
fn last_right(assignment: Node<'_>) -> Option<Node<'_>> {
    let mut right = assignment.child_by_field_name("right")?;
    while right.kind() == "assignment" {
        right = right.child_by_field_name("right")?;
    }
    Some(right)
}

fn is_list(node: Node<'_>) -> bool {
    matches!(node.kind(), "pattern_list" | "tuple_pattern" | "list_pattern" | "tuple" | "list" | "expression_list")
}

/// The elements of a literal list without splats.
fn plain_elements(node: Node<'_>) -> Vec<Node<'_>> {
    if !is_list(node) {
        return Vec::new();
    }
    let mut cursor = node.walk();
    let elements: Vec<_> = node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect();
    if elements.iter().any(|child| child.kind() == "list_splat") { Vec::new() } else { elements }
}

fn collect<'t>(node: Node<'t>, position: Option<u32>, depth: u32, out: &mut Vec<Target<'t>>) {
    let wraps = matches!(node.kind(), "list_splat_pattern" | "list_splat" | "parenthesized_expression");
    if depth > MAX_NESTING {
        return;
    }
    if wraps {
        if let Some(inner) = node.named_child(0) {
            collect(inner, position, depth + 1, out);
        }
    } else if is_list(node) {
        let mut cursor = node.walk();
        let children = node.named_children(&mut cursor).filter(|child| !child.is_extra());
        for (index, child) in children.enumerate() {
            collect(child, position.or(Some(index as u32)), depth + 1, out);
        }
    } else {
        out.push(Target { node, position: position.unwrap_or(0) });
    }
}

pub(super) fn params(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Param> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter_map(|param| one_param(reader, param)).collect()
}

fn one_param(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Param> {
    let name = match node.kind() {
        "identifier" | "tuple_pattern" => node,
        "default_parameter" | "typed_default_parameter" => node.child_by_field_name("name")?,
        "typed_parameter" | "list_splat_pattern" | "dictionary_splat_pattern" => node.named_child(0)?,
        _ => return None,
    };
    // `*args: T` is a splat inside a typed parameter.
    let splat = matches!(name.kind(), "list_splat_pattern" | "dictionary_splat_pattern");
    let name = if splat { name.named_child(0)? } else { name };
    let type_text = node.child_by_field_name("type").map(|node| reader.text(node).to_owned());
    Some(Param { name: reader.text(name).to_owned(), type_text })
}

pub(super) fn imports(reader: &Reader<'_, '_>, statement: Node<'_>, out: &mut Vec<Import>) {
    let from = statement.child_by_field_name("module_name").map(|node| dotted(reader, node));
    let mut cursor = statement.walk();
    for entry in statement.named_children(&mut cursor) {
        let (name, alias) = match entry.kind() {
            "wildcard_import" => {
                let module = from.clone().unwrap_or_default();
                let star = || "*".to_owned();
                out.push(import(reader, entry, module, Some(star()), star()));
                continue;
            }
            "aliased_import" => (entry.child_by_field_name("name"), entry.child_by_field_name("alias")),
            "dotted_name" if Some(entry) != statement.child_by_field_name("module_name") => (Some(entry), None),
            _ => continue,
        };
        let Some(name) = name.map(|node| dotted(reader, node)) else { continue };
        let alias = alias.map(|node| reader.text(node).to_owned());
        out.push(match (&from, alias) {
            (Some(module), alias) => {
                let alias = alias.unwrap_or_else(|| name.clone());
                import(reader, entry, module.clone(), Some(name), alias)
            }
            (None, Some(alias)) => import(reader, entry, name, None, alias),
            // `import a.b` binds `a`.
            (None, None) => {
                let first = name.split('.').next().unwrap_or_default().to_owned();
                import(reader, entry, first.clone(), None, first)
            }
        });
    }
}

fn import(reader: &Reader<'_, '_>, node: Node<'_>, module: String, name: Option<String>, alias: String) -> Import {
    Import { span: reader.span(node), module, name, alias, reexport: false }
}

/// A dotted name without the blanks that may stand around its dots.
fn dotted(reader: &Reader<'_, '_>, node: Node<'_>) -> String {
    reader.text(node).split_whitespace().collect()
}
