//! Names of Java that receive values: fields, locals, assignments, resources, pattern variables.

use tree_sitter::Node;

use super::declarations::is_final;
use crate::facts::code::{Binding, BindingKind};
use crate::model::Span;
use crate::syntax::reader::Reader;

pub(super) fn read(reader: &Reader<'_, '_>, node: Node<'_>, out: &mut Vec<Binding>) {
    let field = |name| node.child_by_field_name(name);
    let single = |name, value, row: &Row| row.bind(reader, node, name, value);
    match node.kind() {
        "field_declaration" | "local_variable_declaration" | "constant_declaration" => {
            let constant = node.kind() == "constant_declaration" || is_final(node);
            let row = Row { constant, ..Row::declared(reader, node, reader.span(node)) };
            let mut cursor = node.walk();
            for declarator in node.children_by_field_name("declarator", &mut cursor) {
                let Some(name) = declarator.child_by_field_name("name") else { continue };
                out.extend(row.bind(reader, node, name, declarator.child_by_field_name("value")));
            }
        }
        "assignment_expression" => {
            let Some(left) = field("left") else { return };
            let row = Row { kind: BindingKind::Assigned, ..Row::declared(reader, node, with_semicolon(reader, node)) };
            out.extend(single(left, field("right"), &row));
        }
        // What an iteration yields is no value that anybody could follow; the header is what binds.
        "enhanced_for_statement" => {
            let (Some(name), Some(value)) = (field("name"), field("value")) else { return };
            let header = Span::new(node.start_byte(), value.end_byte());
            out.extend(single(name, None, &Row::declared(reader, node, header)));
        }
        "resource" => {
            // `try (existing)` closes a name that has its value already.
            let Some(name) = field("name").or_else(|| node.named_child(0)) else { return };
            let row = Row { kind: BindingKind::Managed, ..Row::declared(reader, node, reader.span(node)) };
            out.extend(single(name, field("value").or(Some(name)), &row));
        }
        "instanceof_expression" => {
            let Some(name) = field("name") else { return };
            let type_text = field("right").map(|node| reader.text(node).to_owned());
            let row = Row { type_text, ..Row::declared(reader, node, reader.span(node)) };
            out.extend(single(name, field("left"), &row));
        }
        _ => {}
    }
}

/// An assignment is an expression; as a statement it ends with its semicolon.
fn with_semicolon(reader: &Reader<'_, '_>, node: Node<'_>) -> Span {
    let next = reader.source.as_str().as_bytes().get(node.end_byte());
    Span::new(node.start_byte(), node.end_byte() + usize::from(next == Some(&b';')))
}

/// What the names of one statement have in common. Java gives every name its own value.
struct Row {
    statement: Span,
    kind: BindingKind,
    constant: bool,
    type_text: Option<String>,
}

impl Row {
    fn declared(reader: &Reader<'_, '_>, node: Node<'_>, statement: Span) -> Self {
        let type_text = node.child_by_field_name("type").map(|node| reader.text(node));
        // `var` says that the value knows the type.
        let type_text = type_text.filter(|text| *text != "var").map(str::to_owned);
        Self { statement, kind: BindingKind::Declared, constant: false, type_text }
    }

    fn bind(
        &self,
        reader: &Reader<'_, '_>,
        node: Node<'_>,
        name: Node<'_>,
        value: Option<Node<'_>>,
    ) -> Option<Binding> {
        Some(Binding {
            path: reader.path(name)?,
            span: reader.span(name),
            statement: self.statement,
            scope: reader.scope_at(node),
            kind: self.kind,
            value: value.map(|value| reader.expr(value)),
            position: 0,
            arity: 1,
            type_text: self.type_text.clone(),
            constant: self.constant,
        })
    }
}
