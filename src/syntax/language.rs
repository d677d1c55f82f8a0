//! The language table: one row per grammar.

use std::sync::LazyLock;

use super::dialect::Dialect;
use super::extract::{Budget, Cut, Ready, ReadyDialect, extract, parse, parse_text};
use super::{go, java, javascript, python, rust};
use crate::facts::code::Outline;
use crate::model::{Language, SourceText};

static GO: ReadyDialect = LazyLock::new(|| Ready::new(&go::DIALECT));
static PYTHON: ReadyDialect = LazyLock::new(|| Ready::new(&python::DIALECT));
static JAVASCRIPT: ReadyDialect = LazyLock::new(|| Ready::new(&javascript::JAVASCRIPT));
static TYPESCRIPT: ReadyDialect = LazyLock::new(|| Ready::new(&javascript::TYPESCRIPT));
static TSX: ReadyDialect = LazyLock::new(|| Ready::new(&javascript::TSX));
static JAVA: ReadyDialect = LazyLock::new(|| Ready::new(&java::DIALECT));
static RUST: ReadyDialect = LazyLock::new(|| Ready::new(&rust::DIALECT));

pub(super) fn ready(language: Language) -> &'static Ready {
    match language {
        Language::Go => &GO,
        Language::Python => &PYTHON,
        Language::JavaScript => &JAVASCRIPT,
        Language::TypeScript => &TYPESCRIPT,
        Language::Tsx => &TSX,
        Language::Java => &JAVA,
        Language::Rust => &RUST,
    }
}

/// The outline of one file, and why it may not be the whole story.
pub fn outline(language: Language, source: &SourceText, budget: &Budget) -> (Outline, Cut) {
    extract(ready(language), source, budget)
}

/// The grammar of a language, for those who read trees in words of their own.
pub fn grammar(language: Language) -> tree_sitter::Language {
    (dialect(language).grammar)()
}

/// The tree of one file; nothing when the parser needs more steps than the budget allows.
pub fn tree(language: Language, text: &str, budget: &Budget) -> Option<tree_sitter::Tree> {
    parse_text(dialect(language), text, &[], budget)
}

fn dialect(language: Language) -> &'static Dialect {
    match language {
        Language::Go => &go::DIALECT,
        Language::Python => &python::DIALECT,
        Language::JavaScript => &javascript::JAVASCRIPT,
        Language::TypeScript => &javascript::TYPESCRIPT,
        Language::Tsx => &javascript::TSX,
        Language::Java => &java::DIALECT,
        Language::Rust => &rust::DIALECT,
    }
}

/// Parses and throws the tree away: what the benchmark compares the engine with. Returns how many nodes there were.
pub fn parse_only(language: Language, source: &SourceText) -> usize {
    parse(ready(language), source, &Budget::default()).map_or(0, |tree| tree.root_node().descendant_count())
}
