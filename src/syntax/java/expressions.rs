//! Expressions of Java whose reading depends on more than their kind, arguments, and string literals.

use tree_sitter::Node;

use crate::facts::code::{Arg, ExprKind};
use crate::syntax::escape::unescape;
use crate::syntax::reader::Reader;

pub(super) fn expr(reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> ExprKind {
    let read = |inner: Node<'_>| reader.expr_at(inner, depth + 1);
    match node.kind() {
        "scoped_type_identifier" => ExprKind::Path(type_path(reader, node)),
        "class_literal" => {
            let mut path = node.named_child(0).map(|class| type_path(reader, class)).unwrap_or_default();
            path.push("class".to_owned());
            ExprKind::Path(path)
        }
        "method_reference" => method_reference(reader, node, depth),
        "array_creation_expression" => match node.child_by_field_name("value") {
            Some(value) => read(value).kind,
            None => ExprKind::Compound(reader.children(node, depth)),
        },
        // The type that is tested for is no operand.
        "instanceof_expression" => ExprKind::Compound(node.child_by_field_name("left").map(read).into_iter().collect()),
        "switch_expression" => ExprKind::Compound(switch_operands(node).into_iter().map(read).collect()),
        _ => ExprKind::Compound(reader.children(node, depth)),
    }
}

/// The names of a type, without its arguments: `Map.Entry<K, V>` → `Map`, `Entry`.
fn type_path(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<String> {
    let text = reader.text(node);
    let name = text.split(['<', '[']).next().unwrap_or(text);
    name.split('.').map(|segment| segment.trim().to_owned()).collect()
}

/// `Order::total`, `this::load`, `Order::new` stand for a member.
fn method_reference(reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> ExprKind {
    let (Some(object), Some(last)) = (node.named_child(0), node.child(node.child_count().saturating_sub(1))) else {
        return ExprKind::Compound(Vec::new());
    };
    let method = reader.text(last).to_owned();
    let object = reader.expr_at(object, depth + 1);
    match object.kind {
        ExprKind::Path(mut path) => {
            path.push(method);
            ExprKind::Path(path)
        }
        _ => ExprKind::Member(Box::new(object), method),
    }
}

/// What is switched on and what the arms yield; the statements inside are read on their own.
fn switch_operands(node: Node<'_>) -> Vec<Node<'_>> {
    let mut operands: Vec<_> = node.child_by_field_name("condition").into_iter().collect();
    let Some(body) = node.child_by_field_name("body") else { return operands };
    let mut cursor = body.walk();
    for rule in body.named_children(&mut cursor).filter(|child| child.kind() == "switch_rule") {
        let last = rule.named_child(rule.named_child_count().saturating_sub(1) as u32);
        let value = last.filter(|last| last.kind() == "expression_statement").and_then(|last| last.named_child(0));
        operands.extend(value);
    }
    operands
}

/// The arguments of a call or of an annotation, where `name = value` names one.
pub(super) fn args(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Arg> {
    let mut cursor = node.walk();
    let children = node.named_children(&mut cursor).filter(|child| !child.is_extra());
    let arg = |child: Node<'_>| {
        let pair = child.kind() == "element_value_pair";
        let key = child.child_by_field_name("key").filter(|_| pair);
        let value = child.child_by_field_name("value").filter(|_| pair).unwrap_or(child);
        let name = key.map(|key| reader.text(key).to_owned());
        Arg { span: reader.span(child), name, value: reader.expr(value) }
    };
    children.map(arg).collect()
}

/// The text of a string literal or text block with its quotes.
pub(super) fn decode(literal: &str) -> String {
    let mut text = String::with_capacity(literal.len());
    if let Some(block) = literal.strip_prefix("\"\"\"") {
        let lines = block.split_once('\n').map_or("", |(_, lines)| lines);
        unescape(&unindent(lines.strip_suffix("\"\"\"").unwrap_or(lines)), &mut text);
    } else {
        let inner = literal.strip_prefix('"').unwrap_or(literal);
        unescape(inner.strip_suffix('"').unwrap_or(inner), &mut text);
    }
    text
}

/// A text block without the indentation that all its lines share; the line of the closing quotes counts.
fn unindent(block: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines: Vec<&str> = block.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let last = lines.len() - 1;
    let counted = lines.iter().enumerate().filter(|(at, line)| *at == last || !line.trim().is_empty());
    let shared = counted.map(|(_, line)| indent(line)).min().unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(shared..).unwrap_or_default().trim_end()).collect();
    lines.join("\n")
}
