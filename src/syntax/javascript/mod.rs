//! JavaScript, TypeScript and TSX: what their queries cannot say. Half of what matters here is said by convention and not by
//! syntax (promise handlers, node callbacks, CommonJS exports); it is read from the finished outline.

mod callback;
mod module;
mod pattern;
mod settle;
mod types;
mod words;

#[cfg(test)]
mod tests;

use super::dialect::{Dialect, Shape};
use crate::model::Language;

macro_rules! queries {
    ($own:literal) => {
        concat!(include_str!("../../../rules/queries/script.scm"), "\n", include_str!($own))
    };
}

const UNTYPED: &str = queries!("../../../rules/queries/javascript.scm");
const TYPED: &str = queries!("../../../rules/queries/typescript.scm");

pub(super) static JAVASCRIPT: Dialect = Dialect {
    language: Language::JavaScript,
    grammar: || tree_sitter_javascript::LANGUAGE.into(),
    query: UNTYPED,
    shapes: SHAPES,
    hooks: &words::Words,
};
pub(super) static TYPESCRIPT: Dialect = Dialect {
    language: Language::TypeScript,
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    query: TYPED,
    shapes: SHAPES,
    hooks: &words::Words,
};
pub(super) static TSX: Dialect = Dialect {
    language: Language::Tsx,
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    query: TYPED,
    shapes: SHAPES,
    hooks: &words::Words,
};

const SHAPES: &[(&str, Shape)] = &[
    ("identifier", Shape::Name),
    ("shorthand_property_identifier", Shape::Name),
    ("shorthand_property_identifier_pattern", Shape::Name),
    ("this", Shape::Name),
    ("super", Shape::Name),
    ("import", Shape::Name),
    ("meta_property", Shape::Name),
    ("member_expression", Shape::Member("object", "property")),
    ("parenthesized_expression", Shape::Wrap),
    ("await_expression", Shape::Wrap),
    ("yield_expression", Shape::Wrap),
    ("non_null_expression", Shape::Wrap),
    ("as_expression", Shape::Wrap),
    ("satisfies_expression", Shape::Wrap),
    ("instantiation_expression", Shape::Wrap),
    ("jsx_expression", Shape::Wrap),
    ("string", Shape::Str),
    ("template_string", Shape::Str),
    ("object", Shape::Record),
    ("array", Shape::List),
    ("arrow_function", Shape::Closure),
    ("function_expression", Shape::Closure),
    ("generator_function", Shape::Closure),
    ("method_definition", Shape::Closure),
    ("class", Shape::Closure),
    ("number", Shape::Literal),
    ("true", Shape::Literal),
    ("false", Shape::Literal),
    ("null", Shape::Literal),
    ("undefined", Shape::Literal),
    ("regex", Shape::Literal),
    ("spread_element", Shape::Spread),
];
