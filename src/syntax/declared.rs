//! What a unit's manifest says that its code alone does not: which logger the unit has.

use std::sync::Arc;

use crate::model::{FilePath, Language};

/// The logging library that the nearest manifest above a path declares.
pub(super) fn logger(
    path: &FilePath,
    language: Language,
    manifest: &dyn Fn(&str) -> Option<Arc<str>>,
) -> Option<String> {
    let (names, libraries): (&[&str], &[&str]) = match language {
        Language::Rust => (&["Cargo.toml"], &["tracing", "log", "slog"]),
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            (&["package.json"], &["pino", "winston", "bunyan", "log4js", "nestjs-pino", "@fastify/pino"])
        }
        Language::Go => (
            &["go.mod"],
            &[
                "go.uber.org/zap",
                "github.com/sirupsen/logrus",
                "github.com/rs/zerolog",
                "k8s.io/klog",
                "github.com/go-logr/logr",
            ],
        ),
        Language::Python => (&["pyproject.toml", "setup.py"], &["structlog", "loguru"]),
        Language::Java => (&["pom.xml", "build.gradle", "build.gradle.kts"], &["slf4j", "logback", "log4j"]),
    };
    let mut folder = path.folder();
    loop {
        let found = names.iter().find_map(|name| {
            manifest(&if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") })
        });
        if let Some(text) = found {
            return libraries.iter().find(|library| declares(&text, library)).map(|library| (*library).to_owned());
        }
        folder = match folder.rsplit_once('/') {
            Some((parent, _)) => parent,
            None if !folder.is_empty() => "",
            None => return None,
        };
    }
}

/// The name as a whole word of its own: `log = "0.4"` and not `log4rs`, `"pino":` and not `pino-pretty`.
fn declares(text: &str, library: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
    text.match_indices(library).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + library.len()..].chars().next();
        let starts = matches!(before, None | Some('\n' | '"' | '\'' | ' ' | '\t' | '/' | '>' | ':' | '-'));
        let path = library.contains('/') || matches!(library, "slf4j" | "logback" | "log4j");
        starts && (path || !after.is_some_and(part) && !matches!(after, Some('/')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_manifest_speaks() {
        let manifest = |name: &str| match name {
            "api/package.json" => Some("{\"dependencies\": {\"pino-pretty\": \"1\", \"winston\": \"3\"}}".into()),
            "package.json" => Some("{\"dependencies\": {\"pino\": \"9\"}}".into()),
            "Cargo.toml" => Some("[dependencies]\nlog4rs = \"1\"\n".into()),
            _ => None,
        };
        let at = |path: &str, language| logger(&FilePath::from(path), language, &manifest);
        assert_eq!(at("api/src/a.ts", Language::TypeScript).as_deref(), Some("winston"));
        assert_eq!(at("web/a.js", Language::JavaScript).as_deref(), Some("pino"));
        assert_eq!(at("src/a.rs", Language::Rust), None);
    }
}
