//! The catalogue as a table: the generated part of `rules/README.md`, and the same for whoever wants to print it.

use std::fmt::Write as _;

use super::list::RULES;
use super::meta::meta;
use crate::model::Mode;

/// Headings of a rule's page, in their order.
pub const HEADINGS: [&str; 7] =
    ["What it reports", "Why it matters in production", "Example", "Fix", "When it is wrong", "Options", "References"];

/// Markdown, one row per rule in the order of the catalogue.
pub fn catalogue_table() -> String {
    let mut out =
        String::from("| Rule | What it finds | Severity | Reports | Languages | Since |\n|---|---|---|---|---|---|\n");
    for rule in RULES {
        let meta = meta(rule.id);
        let severity = format!("{:?}", meta.severity).to_lowercase();
        let languages: Vec<&str> = meta.languages.iter().map(|name| language(name)).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| [`{id}`]({id}.md) | {title} | {severity} | {mode} | {languages} | {since} |",
            id = rule.id,
            title = meta.title,
            mode = mode(meta.mode),
            languages = languages.join(", "),
            since = meta.since,
        );
    }
    out
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::ChangedLines => "on changed lines",
        Mode::TouchedScope => "in functions that changed",
        Mode::Compare => "when base and head differ",
        Mode::Never => "only in whole-repository reports",
    }
}

/// The name people write for a language of the front matter; an unknown one stands for itself.
pub fn language(name: &str) -> &str {
    match name {
        "go" => "Go",
        "python" => "Python",
        "javascript" => "JavaScript and TypeScript",
        "java" => "Java",
        "rust" => "Rust",
        other => other,
    }
}
