//! JavaScript, TypeScript and TSX: what their query cannot say.

use super::dialect::{Dialect, Hooks, Shape};
use super::query::Hit;
use super::reader::Reader;
use crate::facts::code::{ExprKind, Import};
use crate::model::Language;

/// Patterns that all three grammars know; what only TypeScript has is in the second file.
const SCRIPT: &str = include_str!("../../rules/queries/javascript.scm");
const TYPED: &str = concat!(
    include_str!("../../rules/queries/javascript.scm"),
    "\n",
    include_str!("../../rules/queries/typescript.scm")
);

pub(super) static JAVASCRIPT: Dialect = Dialect {
    language: Language::JavaScript,
    grammar: || tree_sitter_javascript::LANGUAGE.into(),
    query: SCRIPT,
    shapes: SHAPES,
    hooks: &Words,
};
pub(super) static TYPESCRIPT: Dialect = Dialect {
    language: Language::TypeScript,
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    query: TYPED,
    shapes: SHAPES,
    hooks: &Words,
};
pub(super) static TSX: Dialect = Dialect {
    language: Language::Tsx,
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    query: TYPED,
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
