//! Functions, closures, `impl` blocks, traits, modules and types.

use tree_sitter::Node;

use super::super::reader::{Reader, node_span};
use super::implied::block_of;
use super::{attributes, patterns};
use crate::facts::code::{FieldDecl, Param, Scope, ScopeKind, TypeDecl};

pub(super) fn read(reader: &Reader<'_, '_>, node: Node<'_>) -> Scope {
    let body = match node.kind() {
        "async_block" => block_of(node),
        "static_item" => node.child_by_field_name("value"),
        _ => node.child_by_field_name("body"),
    };
    let body = body.unwrap_or(node);
    let kind = match node.kind() {
        "function_item" => ScopeKind::Function,
        "impl_item" | "trait_item" | "mod_item" => ScopeKind::Class,
        _ => ScopeKind::Closure,
    };
    let mut scope = Scope::bare(kind, node_span(node), node_span(body));
    match node.kind() {
        "function_item" => {
            scope.name = text(reader, node, "name");
            scope.returns = text(reader, node, "return_type");
            scope.is_async = has_word(reader, node, "async");
            scope.params = params(reader, node);
        }
        "closure_expression" => {
            scope.returns = text(reader, node, "return_type");
            scope.is_async = has_word(reader, node, "async");
            scope.params = params(reader, node);
            return scope;
        }
        "async_block" => return Scope { is_async: true, ..scope },
        "static_item" => return Scope { name: text(reader, node, "name"), once: true, ..scope },
        "impl_item" => {
            scope.name = node.child_by_field_name("type").map(|name| type_name(reader, name));
            scope.bases.extend(text(reader, node, "trait"));
        }
        "trait_item" => {
            scope.name = text(reader, node, "name");
            if let Some(bounds) = node.child_by_field_name("bounds") {
                let mut cursor = bounds.walk();
                scope.bases = bounds.named_children(&mut cursor).map(|bound| reader.text(bound).to_owned()).collect();
            }
        }
        _ => scope.name = text(reader, node, "name"),
    }
    scope.exported = node.child(0).is_some_and(|first| first.kind() == "visibility_modifier");
    scope.decorators = attributes::above(reader, scope.span.start);
    scope.is_test = attributes::mark_a_test(&scope.decorators);
    scope
}

fn text(reader: &Reader<'_, '_>, node: Node<'_>, field: &str) -> Option<String> {
    node.child_by_field_name(field).map(|child| reader.text(child).to_owned())
}

/// A modifier before the name: a word of its own, or one of a list.
fn has_word(reader: &Reader<'_, '_>, node: Node<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    let mut head = node.children(&mut cursor).take(3);
    head.any(|child| {
        child.kind() == word
            || child.kind() == "function_modifiers" && reader.text(child).split_whitespace().any(|part| part == word)
    })
}

/// `Box<dyn Store>` is `Box`, `&'a store::Pool<T>` is `Pool`.
pub(super) fn type_name(reader: &Reader<'_, '_>, node: Node<'_>) -> String {
    let mut at = node;
    for _ in 0..8 {
        let inner = match at.kind() {
            "generic_type" | "reference_type" => at.child_by_field_name("type"),
            "scoped_type_identifier" => at.child_by_field_name("name"),
            _ => None,
        };
        match inner {
            Some(inner) => at = inner,
            None => break,
        }
    }
    reader.text(at).to_owned()
}

fn params(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Param> {
    let Some(list) = node.child_by_field_name("parameters") else { return Vec::new() };
    let mut out = Vec::new();
    let mut cursor = list.walk();
    for param in list.children(&mut cursor).filter(|child| child.is_named() || child.kind() == "_") {
        match param.kind() {
            "self_parameter" => {
                let sigil = reader.text(param).trim_end_matches("self").to_owned();
                out.push(Param { name: "self".to_owned(), type_text: Some(sigil + "Self") });
            }
            "attribute_item" | "line_comment" | "block_comment" | "variadic_parameter" => {}
            "parameter" => {
                let type_text = text(reader, param, "type");
                let pattern = param.child_by_field_name("pattern");
                if let Some(receiver) = pattern.filter(|node| node.kind() == "self") {
                    out.push(Param { name: reader.text(receiver).to_owned(), type_text });
                } else {
                    let names = pattern.map(|node| patterns::names(reader, node)).unwrap_or_default();
                    let named = names.iter().map(|name| reader.text(name.node).to_owned());
                    out.extend(named.map(|name| Param { name, type_text: type_text.clone() }));
                }
            }
            _ => {
                let names = patterns::names(reader, param);
                let named = names.iter().map(|name| reader.text(name.node).to_owned());
                out.extend(named.map(|name| Param { name, type_text: None }));
            }
        }
    }
    out
}

pub(super) fn type_decl(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<TypeDecl> {
    let name = text(reader, node, "name")?;
    let span = node_span(node);
    let fields = node.child_by_field_name("body").map(|body| fields(reader, body)).unwrap_or_default();
    Some(TypeDecl { name, span, bases: Vec::new(), fields, markers: attributes::derives(reader, span) })
}

/// Named fields, tuple fields by number, or variants with what they hold.
fn fields(reader: &Reader<'_, '_>, body: Node<'_>) -> Vec<FieldDecl> {
    let mut cursor = body.walk();
    if body.kind() == "ordered_field_declaration_list" {
        let types = body.children_by_field_name("type", &mut cursor).enumerate();
        return types
            .map(|(index, node)| FieldDecl {
                name: index.to_string(),
                span: node_span(node),
                type_text: Some(reader.text(node).to_owned()),
                value: None,
            })
            .collect();
    }
    let entries = body.named_children(&mut cursor);
    let entries = entries.filter(|node| matches!(node.kind(), "field_declaration" | "enum_variant"));
    entries
        .filter_map(|node| {
            let name = text(reader, node, "name")?;
            let type_text = text(reader, node, "type").or_else(|| text(reader, node, "body"));
            let value = node.child_by_field_name("value").map(|value| reader.expr(value));
            Some(FieldDecl { name, span: node_span(node), type_text, value })
        })
        .collect()
}
