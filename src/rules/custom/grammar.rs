//! Our languages in the eyes of ast-grep: the grammars are the ones everything else is read with, the names are its own.

use std::borrow::Cow;

use ast_grep_core::Language as Grammatical;
use ast_grep_core::matcher::{Pattern, PatternBuilder, PatternError};
use ast_grep_core::tree_sitter::{LanguageExt, StrDoc, TSLanguage};
use serde::de::{Deserialize, Deserializer, Error as _};

use super::fault::plain;
use crate::model::Language;
use crate::syntax;

/// Stands for `$` where a grammar does not take `$` for a part of a name. A letter that no keyword begins with.
const LETTER: char = 'µ';

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Grammar(pub(super) Language);

impl Grammar {
    /// By the names that ast-grep knows, in any case.
    fn named(name: &str) -> Option<Language> {
        Some(match name.to_ascii_lowercase().as_str() {
            "go" | "golang" => Language::Go,
            "python" | "py" => Language::Python,
            "javascript" | "js" | "jsx" => Language::JavaScript,
            "typescript" | "ts" => Language::TypeScript,
            "tsx" => Language::Tsx,
            "java" => Language::Java,
            "rust" | "rs" => Language::Rust,
            _ => return None,
        })
    }

    /// A pattern as the grammar can read it.
    pub(super) fn readable(self, pattern: &str) -> String {
        let letter = self.expando_char();
        let mut out = String::with_capacity(pattern.len() + 8);
        let mut rest = pattern;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let signs = rest[at..].bytes().take_while(|byte| *byte == b'$').count();
            rest = &rest[at + signs..];
            let is_variable = signs == 3 || rest.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
            out.extend(std::iter::repeat_n(if is_variable { letter } else { '$' }, signs));
        }
        out.push_str(rest);
        out
    }
}

impl Grammatical for Grammar {
    fn pre_process_pattern<'q>(&self, query: &'q str) -> Cow<'q, str> {
        if self.expando_char() == '$' { Cow::Borrowed(query) } else { Cow::Owned(self.readable(query)) }
    }

    fn expando_char(&self) -> char {
        match self.0 {
            Language::Go | Language::Python | Language::Rust => LETTER,
            Language::JavaScript | Language::TypeScript | Language::Tsx | Language::Java => '$',
        }
    }

    fn kind_to_id(&self, kind: &str) -> u16 {
        self.get_ts_language().id_for_node_kind(kind, true)
    }

    fn field_to_id(&self, field: &str) -> Option<u16> {
        self.get_ts_language().field_id_for_name(field).map(std::num::NonZero::get)
    }

    fn build_pattern(&self, builder: &PatternBuilder<'_>) -> Result<Pattern, PatternError> {
        builder.build(|text| StrDoc::try_new(text, *self))
    }
}

impl LanguageExt for Grammar {
    fn get_ts_language(&self) -> TSLanguage {
        syntax::grammar(self.0)
    }
}

impl<'de> Deserialize<'de> for Grammar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).map(Self).ok_or_else(|| {
            let name = plain(&name, 40);
            D::Error::custom(format!(
                "Sightline does not read `{name}`; `language` is Go, Python, JavaScript, TypeScript, Tsx, Java or Rust"
            ))
        })
    }
}
