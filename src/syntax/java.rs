//! java: what its query cannot say.

use super::dialect::{Dialect, Hooks, Shape};
use super::query::Hit;
use super::reader::Reader;
use crate::facts::code::{ExprKind, Import};
use crate::model::Language;

pub(super) static DIALECT: Dialect = Dialect {
    language: Language::Java,
    grammar: || tree_sitter_java::LANGUAGE.into(),
    query: include_str!("../../rules/queries/java.scm"),
    shapes: SHAPES,
    hooks: &Words,
};

const SHAPES: &[(&str, Shape)] = &[("identifier", Shape::Name)];

struct Words;

impl Hooks for Words {
    fn import(&self, _reader: &Reader<'_, '_>, _hit: &Hit<'_, '_>, _out: &mut Vec<Import>) {}

    fn string(&self, reader: &Reader<'_, '_>, node: tree_sitter::Node<'_>) -> ExprKind {
        ExprKind::Str { text: reader.text(node).to_owned(), holes: Vec::new() }
    }
}
