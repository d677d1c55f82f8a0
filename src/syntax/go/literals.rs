//! Literals, conversions and operators of Go, as expressions.

use tree_sitter::Node;

use crate::facts::code::{Arg, Expr, ExprKind};
use crate::model::Span;
use crate::syntax::escape::unescape;
use crate::syntax::reader::Reader;

/// Types that everybody has: `string(b)` converts, it does not call.
const PREDECLARED: [&str; 23] = [
    "string",
    "bool",
    "byte",
    "rune",
    "error",
    "any",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uintptr",
    "float32",
    "float64",
    "complex64",
    "complex128",
    "comparable",
    "nil",
];

/// `string(b)`, `(*T)(nil)`. A conversion to a named type (`Celsius(x)`) cannot be told from a call by syntax.
pub(super) fn is_conversion(reader: &Reader<'_, '_>, call: Node<'_>) -> bool {
    let Some(callee) = call.child_by_field_name("function") else { return false };
    match callee.kind() {
        "identifier" => PREDECLARED.contains(&reader.text(callee)),
        "parenthesized_expression" => callee.named_child(0).is_some_and(|inner| {
            inner.kind() == "unary_expression" && inner.child(0).is_some_and(|operator| operator.kind() == "*")
        }),
        _ => false,
    }
}

/// `f[x]` as a callee.
pub(super) enum Bracketed<'t> {
    /// An instance of a generic function.
    Instance(Node<'t>),
    /// An element of a slice or map of functions.
    Element(Span),
}

/// `Map[string, int](m)` instantiates, `handlers[name](r)` indexes: the grammar does not say which, capitals do.
pub(super) fn bracketed<'t>(reader: &Reader<'_, '_>, callee: Node<'t>) -> Option<Bracketed<'t>> {
    let (function, index) = match callee.kind() {
        "index_expression" => (callee.child_by_field_name("operand")?, callee.child_by_field_name("index")?),
        "generic_type" => {
            (callee.child_by_field_name("type")?, callee.child_by_field_name("type_arguments")?.named_child(0)?)
        }
        _ => return None,
    };
    let index = reader.text(index);
    let name = index.rsplit(['.', '*', ']']).next().unwrap_or(index);
    let is_type = PREDECLARED.contains(&name) || name.starts_with(char::is_uppercase);
    let composite = index.starts_with("map[") || index.starts_with("func(") || index.starts_with("struct");
    Some(if is_type || composite { Bracketed::Instance(function) } else { Bracketed::Element(reader.span(callee)) })
}

/// The arguments of a call, the fields of a composite literal, or the one operand of what looked like a conversion.
pub(super) fn args(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Arg> {
    match node.kind() {
        "argument_list" => reader.plain_args(node),
        "literal_value" => fields(reader, node),
        _ => vec![Arg { span: reader.span(node), name: None, value: reader.expr(node) }],
    }
}

pub(super) fn expr(reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> ExprKind {
    match node.kind() {
        "unary_expression" => unary(reader, node, depth),
        "composite_literal" => composite(reader, node, depth),
        "literal_value" => elements(reader, node, depth),
        // The type that is asserted is no operand.
        "type_assertion_expression" => {
            let operand = node.child_by_field_name("operand");
            ExprKind::Compound(operand.map(|inner| reader.expr_at(inner, depth + 1)).into_iter().collect())
        }
        _ => ExprKind::Compound(reader.children(node, depth)),
    }
}

/// `&x` and `*x` stand for x; `!ok`, `-n` and `<-ch` do not.
fn unary(reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> ExprKind {
    let transparent = node.child(0).is_some_and(|operator| matches!(operator.kind(), "&" | "*"));
    let Some(operand) = node.child_by_field_name("operand") else { return ExprKind::Compound(Vec::new()) };
    let operand = reader.expr_at(operand, depth + 1);
    if transparent { operand.kind } else { ExprKind::Compound(vec![operand]) }
}

/// Literals of a named type are calls and never come here.
fn composite(reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> ExprKind {
    let Some(body) = node.child_by_field_name("body") else { return ExprKind::Compound(Vec::new()) };
    match node.child_by_field_name("type").map(|node| node.kind()) {
        Some("map_type" | "struct_type") => reader.record(body, depth + 1),
        Some("slice_type" | "array_type" | "implicit_length_array_type") => list(reader, body, depth + 1),
        _ => elements(reader, body, depth + 1),
    }
}

/// A literal whose type is left out (`{Name: "a"}` inside `[]T{…}`): keys make it a record.
fn elements(reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> ExprKind {
    let keyed = node.named_child(0).is_some_and(|first| first.kind() == "keyed_element");
    if keyed { reader.record(node, depth) } else { list(reader, node, depth) }
}

fn list(reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> ExprKind {
    let mut cursor = node.walk();
    let children = node.named_children(&mut cursor).filter(|child| !child.is_extra());
    // `[...]string{0: "a"}`: the index says nothing.
    let values = children.filter_map(|child| child.child_by_field_name("value").or(Some(child)));
    ExprKind::List(values.map(|value| reader.expr_at(value, depth + 1)).collect())
}

/// The fields of `T{…}` as arguments, named where they are keyed.
fn fields(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Arg> {
    let mut cursor = node.walk();
    let children = node.named_children(&mut cursor).filter(|child| !child.is_extra());
    let arg = |child: Node<'_>| {
        let (name, value) = match entry(reader, child) {
            Some((key, value)) => (Some(key).filter(|key| !key.is_empty()), value),
            None => (None, child),
        };
        Arg { span: reader.span(child), name, value: reader.expr(value) }
    };
    children.map(arg).collect()
}

/// Key and value of `key: value`; a key that is a qualified name stands as written.
pub(super) fn entry<'t>(reader: &Reader<'_, 't>, node: Node<'t>) -> Option<(String, Node<'t>)> {
    let value = node.child_by_field_name("value")?;
    let key = node.child_by_field_name("key")?;
    let key = if key.kind() == "literal_element" { key.named_child(0)? } else { key };
    let name = match reader.expr(key) {
        Expr { kind: ExprKind::Str { text, .. }, .. } => text,
        Expr { kind: ExprKind::Path(path), .. } => path.join("."),
        Expr { kind: ExprKind::Literal(text), .. } => text,
        _ => String::new(),
    };
    Some((name, value))
}

/// The text of a string literal with its quotes.
pub(super) fn decode(literal: &str) -> String {
    if let Some(raw) = literal.strip_prefix('`') {
        // Carriage returns are not part of a raw string.
        return raw.strip_suffix('`').unwrap_or(raw).replace('\r', "");
    }
    let inner = literal.strip_prefix('"').unwrap_or(literal);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut text = String::with_capacity(inner.len());
    unescape(inner, &mut text);
    text
}
