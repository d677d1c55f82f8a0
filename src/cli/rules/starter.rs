//! What a repository's own rule starts from: a rule that works, and tests that pass.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::rules::custom::{FAMILY, FOLDER, TESTS, is_slug};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    Go,
    Python,
    Javascript,
    Typescript,
    Tsx,
    Java,
    Rust,
}

/// Writes rule and tests, or answers with the reason why not.
pub(super) fn write(id: &str, language: Language, repository: &Path) -> anyhow::Result<Result<String, String>> {
    let slug = id.strip_prefix(&format!("{FAMILY}/")).unwrap_or(id);
    if !is_slug(slug) {
        let shown: String = id.chars().filter(|c| !c.is_control()).take(80).collect();
        return Ok(Err(format!("`{shown}` cannot be the name of a rule; use letters, digits, `-`, `_` and `.`")));
    }
    let files = [
        (format!("{FOLDER}/{slug}.yml"), rule(slug, language)),
        (format!("{TESTS}/{slug}-test.yml"), tests(slug, language)),
    ];
    if let Some((name, _)) = files.iter().find(|(name, _)| repository.join(name).exists()) {
        return Ok(Err(format!("{name} exists already; nothing was written")));
    }
    for (name, text) in &files {
        let path = repository.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(Ok(format!(
        "written:\n  {}\n  {}\n\nthen run:\n  sightline rules test\n\nit takes effect once it is in the base branch\n",
        files[0].0, files[1].0
    )))
}

/// Name, pattern, what replaces it, other code of the language.
fn parts(language: Language) -> (&'static str, &'static str, &'static str, &'static str) {
    match language {
        Language::Go => ("Go", "panic($WHY)", "panic(err)", "log(err)"),
        Language::Python => ("Python", "print($$$WHAT)", "print(total)", "log.info(total)"),
        Language::Javascript => ("JavaScript", "console.log($$$WHAT)", "console.log(total)", "log.info(total)"),
        Language::Typescript => ("TypeScript", "console.log($$$WHAT)", "console.log(total)", "log.info(total)"),
        Language::Tsx => ("Tsx", "console.log($$$WHAT)", "console.log(total)", "log.info(total)"),
        Language::Java => ("Java", "$THROWN.printStackTrace()", "e.printStackTrace();", "log.error(\"lost\", e);"),
        Language::Rust => ("Rust", "$RESULT.unwrap()", "fn f() { a.unwrap(); }", "fn f() { a.expect(\"set\"); }"),
    }
}

pub(super) fn rule(slug: &str, language: Language) -> String {
    let (name, pattern, ..) = parts(language);
    format!(
        "# A rule in ast-grep's syntax: https://ast-grep.github.io/reference/yaml.html\n\
         id: {slug}\nlanguage: {name}\n\
         # hint (in the summary), info, warning or error\nseverity: warning\n\
         message: what happens in production because of this\n\
         note: what to do instead\n\
         rule:\n  pattern: {pattern}\n"
    )
}

pub(super) fn tests(slug: &str, language: Language) -> String {
    let (_, _, invalid, valid) = parts(language);
    let quoted = |code: &str| format!("'{}'", code.replace('\'', "''"));
    format!("id: {slug}\nvalid:\n  - {}\ninvalid:\n  - {}\n", quoted(valid), quoted(invalid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Neighbour;
    use crate::rules::custom::{Outcome, load, trial};

    #[test]
    fn every_starter_loads_and_passes_its_tests() {
        for language in Language::value_variants() {
            let file = |name: &str, text: String| Neighbour { path: name.into(), text: text.into() };
            let (set, faults) = load(&[file("a.yml", rule("a-rule", *language))]);
            assert_eq!((set.rules.len(), faults), (1, Vec::new()), "{language:?}");
            let (trials, faults) = trial(&set, &[file("a-test.yml", super::tests("a-rule", *language))]);
            assert_eq!(faults, Vec::new());
            assert_eq!(trials[0].outcomes, [Outcome::Passed, Outcome::Passed], "{language:?}");
        }
    }
}
