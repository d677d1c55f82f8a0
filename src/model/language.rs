//! The languages whose code Sightline reads.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::FilePath;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    Go,
    Python,
    JavaScript,
    TypeScript,
    /// TypeScript with JSX has a grammar of its own: `<T>x` casts are not valid in it.
    Tsx,
    Java,
    Rust,
}

impl Language {
    pub const ALL: [Self; 7] =
        [Self::Go, Self::Python, Self::JavaScript, Self::TypeScript, Self::Tsx, Self::Java, Self::Rust];

    /// The language of a path, by its extension alone.
    pub fn of_path(path: &FilePath) -> Option<Self> {
        Some(match path.extension() {
            "go" => Self::Go,
            "py" | "pyi" => Self::Python,
            "js" | "jsx" | "mjs" | "cjs" => Self::JavaScript,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "java" => Self::Java,
            "rs" => Self::Rust,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Go => "Go",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
            Self::TypeScript | Self::Tsx => "TypeScript",
            Self::Java => "Java",
            Self::Rust => "Rust",
        }
    }

    /// JavaScript, TypeScript and TSX share libraries, rules and most of a grammar.
    pub fn is_script(self) -> bool {
        matches!(self, Self::JavaScript | Self::TypeScript | Self::Tsx)
    }

    /// What starts a line comment.
    pub fn line_comment(self) -> &'static str {
        if self == Self::Python { "#" } else { "//" }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
