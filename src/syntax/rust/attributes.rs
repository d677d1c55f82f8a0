//! Attributes as decorators: `#[instrument(skip(db), fields(id = %id))]` has the arguments `skip = [db]` and
//! `fields = {id: id}`.

use tree_sitter::Node;

use super::super::reader::{Reader, node_span};
use super::arguments::{Notation, Place, arguments};
use super::tokens::lex;
use crate::facts::code::{Arg, Decorator, ExprKind};
use crate::model::Span;

/// `#[a::b]`, `#[a::b(…)]`, `#[a::b = …]`.
pub(super) fn read(reader: &Reader<'_, '_>, item: Node<'_>) -> Option<Decorator> {
    let mut cursor = item.walk();
    let attribute = item.named_children(&mut cursor).find(|child| child.kind() == "attribute")?;
    let path = reader.text(attribute.named_child(0)?).split("::").map(|part| part.trim().to_owned()).collect();
    let mut args = Vec::new();
    if let Some(list) = attribute.child_by_field_name("arguments") {
        let place = Place::inside(reader.source, node_span(list));
        let pieces = lex(place.text).and_then(|tokens| arguments(&place, tokens, Notation::Attribute));
        args = reader.pieces(&pieces.unwrap_or_default());
    } else if let Some(value) = attribute.child_by_field_name("value") {
        args = vec![Arg { span: node_span(value), name: None, value: reader.expr(value) }];
    }
    proc_macro2::extra::invalidate_current_thread_spans();
    Some(Decorator { span: node_span(item), path, args })
}

/// Everything written directly above an item.
pub(super) fn above(reader: &Reader<'_, '_>, start: u32) -> Vec<Decorator> {
    reader.decorators_before(start).filter_map(|node| read(reader, node)).collect()
}

/// Whether an item so marked exists in tests only.
pub(super) fn mark_a_test(decorators: &[Decorator]) -> bool {
    decorators.iter().any(|decorator| match decorator.path.last().map(String::as_str) {
        Some("cfg") => decorator.args.iter().any(demands_test),
        Some("test" | "rstest" | "test_case" | "wasm_bindgen_test" | "bench" | "quickcheck") => true,
        _ => false,
    })
}

/// `test`, `all(test, …)`, `any(test, …)`; not `not(test)`.
fn demands_test(arg: &Arg) -> bool {
    condition_demands(arg.name.as_deref().unwrap_or_default(), &arg.value.kind)
}

/// One level of nesting per `all` or `any`; the parser of attributes has bounded their depth.
fn condition_demands(name: &str, condition: &ExprKind) -> bool {
    match condition {
        ExprKind::Path(path) => name.is_empty() && path == &["test"],
        ExprKind::List(items) => name != "not" && items.iter().any(|item| condition_demands("", &item.kind)),
        ExprKind::Record(entries) => {
            name != "not" && entries.iter().any(|(name, entry)| condition_demands(name, &entry.kind))
        }
        _ => false,
    }
}

/// `#![cfg(test)]` at the top of a file.
pub(super) fn file_is_a_test(reader: &Reader<'_, '_>) -> bool {
    let inner = reader.decorators.iter().filter(|node| node.kind() == "inner_attribute_item");
    let top: Vec<_> = inner.filter(|node| reader.scope_around(node_span(**node)).index() == 0).collect();
    let read: Vec<_> = top.into_iter().filter_map(|node| read(reader, *node)).collect();
    mark_a_test(&read)
}

/// The derives of a type, as written.
pub(super) fn derives(reader: &Reader<'_, '_>, span: Span) -> Vec<String> {
    let decorators = above(reader, span.start);
    let lists = decorators.iter().filter(|decorator| decorator.path == ["derive"]);
    let entries = lists.flat_map(|decorator| &decorator.args);
    entries.map(|arg| reader.source.slice(arg.span).to_owned()).collect()
}
