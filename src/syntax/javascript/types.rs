//! Declared types: interfaces, object types and enums; classes come from their scopes.

use tree_sitter::Node;

use super::words::type_text;
use crate::facts::code::{FieldDecl, TypeDecl};
use crate::syntax::reader::Reader;

pub(super) fn declared(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<TypeDecl> {
    let name = reader.text(node.child_by_field_name("name")?).to_owned();
    let mut decl =
        TypeDecl { name, span: reader.span(node), bases: Vec::new(), fields: Vec::new(), markers: Vec::new() };
    match node.kind() {
        "interface_declaration" => {
            let mut cursor = node.walk();
            for clause in node.named_children(&mut cursor).filter(|child| child.kind() == "extends_type_clause") {
                let mut cursor = clause.walk();
                let bases = clause.named_children(&mut cursor).filter(|child| !child.is_extra());
                decl.bases.extend(bases.map(|base| reader.text(base).to_owned()));
            }
            members(reader, node.child_by_field_name("body")?, &mut decl.fields);
        }
        "enum_declaration" => constants(reader, node.child_by_field_name("body")?, &mut decl.fields),
        _ => alias(reader, node.child_by_field_name("value")?, &mut decl),
    }
    Some(decl)
}

/// `type T = { … } & Base`: the members of its object types, the names it joins as bases.
fn alias(reader: &Reader<'_, '_>, value: Node<'_>, decl: &mut TypeDecl) {
    let mut open = vec![value];
    while let Some(node) = open.pop() {
        match node.kind() {
            "object_type" => members(reader, node, &mut decl.fields),
            "intersection_type" | "parenthesized_type" => {
                let mut cursor = node.walk();
                open.extend(node.named_children(&mut cursor).filter(|child| !child.is_extra()));
            }
            "type_identifier" | "generic_type" | "nested_type_identifier" => {
                decl.bases.insert(0, reader.text(node).to_owned());
            }
            _ => {}
        }
    }
}

fn members(reader: &Reader<'_, '_>, body: Node<'_>, out: &mut Vec<FieldDecl>) {
    let mut cursor = body.walk();
    for member in body.named_children(&mut cursor) {
        if !matches!(member.kind(), "property_signature" | "method_signature") {
            continue;
        }
        let Some(name) = member.child_by_field_name("name") else { continue };
        out.push(FieldDecl {
            name: reader.key_text(name),
            span: reader.span(name),
            type_text: member.child_by_field_name("type").map(|node| type_text(reader, node)),
            value: None,
        });
    }
}

fn constants(reader: &Reader<'_, '_>, body: Node<'_>, out: &mut Vec<FieldDecl>) {
    let mut cursor = body.walk();
    for member in body.named_children(&mut cursor).filter(|child| !child.is_extra()) {
        let name = member.child_by_field_name("name").unwrap_or(member);
        out.push(FieldDecl {
            name: reader.key_text(name),
            span: reader.span(name),
            type_text: None,
            value: member.child_by_field_name("value").map(|value| reader.expr(value)),
        });
    }
}

/// What a class extends and implements, as written.
pub(super) fn bases(reader: &Reader<'_, '_>, heritage: Node<'_>, out: &mut Vec<String>) {
    let mut cursor = heritage.walk();
    for clause in heritage.named_children(&mut cursor).filter(|child| !child.is_extra()) {
        if !matches!(clause.kind(), "extends_clause" | "implements_clause") {
            // JavaScript has the superclass alone.
            out.push(reader.text(clause).to_owned());
            continue;
        }
        let mut cursor = clause.walk();
        for base in clause.named_children(&mut cursor).filter(|child| !child.is_extra()) {
            match (base.kind(), out.last_mut()) {
                ("type_arguments", Some(last)) => last.push_str(reader.text(base)),
                _ => out.push(reader.text(base).to_owned()),
            }
        }
    }
}
