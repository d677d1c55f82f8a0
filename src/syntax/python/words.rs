//! The hooks: how the parts of a Python match become facts.

use tree_sitter::Node;

use super::{literal, name, settle};
use crate::facts::code::{Arg, Binding, Exit, ExprKind, Failure, FailureKind, Import, Outline, Scope};
use crate::model::Span;
use crate::syntax::dialect::{Hooks, plain_exit, plain_failure, plain_scope};
use crate::syntax::query::Hit;
use crate::syntax::reader::Reader;

pub(super) struct Words;

impl Hooks for Words {
    fn scope(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Scope {
        Scope {
            params: hit.part("params").map(|node| name::params(reader, node)).unwrap_or_default(),
            bases: hit.part("base").map(|node| bases(reader, node)).unwrap_or_default(),
            is_async: hit.node.child(0).is_some_and(|first| first.kind() == "async"),
            ..plain_scope(reader, hit)
        }
    }

    fn import(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Import>) {
        name::imports(reader, hit.node, out);
    }

    fn binding(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Binding>) {
        name::bindings(reader, hit, out);
    }

    fn args(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Arg> {
        // `sum(x for x in y)` has no argument list.
        if node.kind() == "generator_expression" {
            return vec![Arg { span: reader.span(node), name: None, value: reader.expr(node) }];
        }
        let mut cursor = node.walk();
        let children = node.named_children(&mut cursor).filter(|child| !child.is_extra());
        children.map(|child| one_arg(reader, child)).collect()
    }

    fn failure(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Failure>) {
        if hit.kind == Some("discard") { out.extend(suppressed(reader, hit)) } else { out.push(except(reader, hit)) }
    }

    fn exit(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Exit> {
        let mut values = Vec::new();
        let mut cursor = hit.node.walk();
        for child in hit.node.named_children(&mut cursor).filter(|child| !child.is_extra()) {
            match reader.expr(child) {
                several if child.kind() == "expression_list" => match several.kind {
                    ExprKind::List(each) => values.extend(each),
                    _ => values.push(several),
                },
                one => values.push(one),
            }
        }
        Some(Exit { values, ..plain_exit(reader, hit) })
    }

    fn string(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> ExprKind {
        literal::string(reader, node)
    }

    fn finish(&self, _reader: &Reader<'_, '_>, outline: &mut Outline) {
        settle::settle(outline);
    }
}

fn one_arg(reader: &Reader<'_, '_>, node: Node<'_>) -> Arg {
    let named = node.kind() == "keyword_argument";
    let value = if named { node.child_by_field_name("value") } else { None };
    let name = if named { node.child_by_field_name("name") } else { None };
    Arg {
        span: reader.span(node),
        name: name.map(|node| reader.text(node).to_owned()),
        value: reader.expr(value.unwrap_or(node)),
    }
}

fn bases(reader: &Reader<'_, '_>, list: Node<'_>) -> Vec<String> {
    let mut cursor = list.walk();
    list.named_children(&mut cursor)
        .filter(|child| !child.is_extra() && child.kind() != "keyword_argument")
        .map(|child| reader.text(child).to_owned())
        .collect()
}

fn except(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Failure {
    let plain = plain_failure(reader, hit);
    let (mut types, mut error) = (Vec::new(), None);
    // A comment between the colon and the first statement is part of the answer to the failure.
    let (mut header, mut body) = (plain.header, plain.body);
    let mut cursor = hit.node.walk();
    for child in hit.node.children(&mut cursor) {
        match child.kind() {
            ":" => header.end = reader.span(child).start,
            "comment" => body.start = body.start.min(reader.span(child).start),
            "except" | "*" | "block" | "," | "as" => {}
            "as_pattern" => {
                if let Some(caught) = child.named_child(0) {
                    type_names(reader, caught, &mut types);
                }
                error = child.child_by_field_name("alias").map(|alias| reader.text(alias).to_owned());
            }
            _ => type_names(reader, child, &mut types),
        }
    }
    Failure { header, body, types, error, ..plain }
}

fn type_names(reader: &Reader<'_, '_>, node: Node<'_>, out: &mut Vec<String>) {
    match node.kind() {
        "tuple" => {
            let mut cursor = node.walk();
            let children = node.named_children(&mut cursor).filter(|child| !child.is_extra());
            out.extend(children.map(|child| reader.text(child).to_owned()));
        }
        _ => out.push(reader.text(node).to_owned()),
    }
}

/// `with contextlib.suppress(KeyError): …`; any other `with` is no failure.
fn suppressed(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Failure> {
    let (callee, types, header) = (hit.part("error")?, hit.part("type")?, hit.part("header")?);
    let called = reader.text(callee);
    if called != "suppress" && !called.ends_with(".suppress") {
        return None;
    }
    let plain = plain_failure(reader, hit);
    let mut cursor = types.walk();
    let types = types.named_children(&mut cursor).filter(|child| !child.is_extra());
    Some(Failure {
        kind: FailureKind::Discard,
        header: Span { start: plain.span.start, end: reader.span(header).end },
        body: Span { start: plain.span.end, end: plain.span.end },
        error: None,
        types: types.map(|node| reader.text(node).to_owned()).collect(),
        ..plain
    })
}
