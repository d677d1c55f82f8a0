//! Python: what its query cannot say. Python has no declarations, so which assignment is the first of its name, which
//! function is a method and which names are constants is decided once the whole file is read.

mod literal;
mod name;
mod settle;
mod words;

#[cfg(test)]
mod tests;

use super::dialect::{Dialect, Shape};
use crate::model::Language;

pub(super) static DIALECT: Dialect = Dialect {
    language: Language::Python,
    grammar: || tree_sitter_python::LANGUAGE.into(),
    query: include_str!("../../../rules/queries/python.scm"),
    shapes: SHAPES,
    hooks: &words::Words,
};

const SHAPES: &[(&str, Shape)] = &[
    ("identifier", Shape::Name),
    ("keyword_identifier", Shape::Name),
    ("attribute", Shape::Member("object", "attribute")),
    ("parenthesized_expression", Shape::Wrap),
    ("await", Shape::Wrap),
    ("named_expression", Shape::Wrap),
    ("type", Shape::Wrap),
    ("string", Shape::Str),
    ("concatenated_string", Shape::Str),
    ("dictionary", Shape::Record),
    ("list", Shape::List),
    ("tuple", Shape::List),
    ("set", Shape::List),
    ("expression_list", Shape::List),
    ("lambda", Shape::Closure),
    ("integer", Shape::Literal),
    ("float", Shape::Literal),
    ("true", Shape::Literal),
    ("false", Shape::Literal),
    ("none", Shape::Literal),
    ("ellipsis", Shape::Literal),
    ("list_splat", Shape::Spread),
    ("dictionary_splat", Shape::Spread),
];
