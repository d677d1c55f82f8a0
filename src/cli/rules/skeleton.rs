//! What a new rule starts from: page, code and two fixtures, and the two lines that register it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::rules::find;

/// Writes the files and answers with what is left to do, or with the reason why the name cannot be taken.
pub(super) fn write(id: &str, checkout: &Path) -> anyhow::Result<Result<String, String>> {
    let Some((family, slug)) = id.split_once('/').filter(|(family, slug)| is_kebab(family) && is_kebab(slug)) else {
        return Ok(Err(format!("`{}` is not of the form family/name in lower case with hyphens", shown(id))));
    };
    if find(id).is_some() {
        return Ok(Err(format!("there is a rule `{id}` already")));
    }
    if !checkout.join("src/rules/list.rs").is_file() {
        let place = checkout.display();
        return Ok(Err(format!(
            "{place} is no checkout of Sightline: it has no src/rules/list.rs; name one with --dir"
        )));
    }
    let module = slug.replace('-', "_");
    let files = [
        (format!("rules/{id}.md"), page(id, slug)),
        (format!("src/rules/{family}/{module}.rs"), code(id)),
        (format!("fixtures/{id}/bad.go"), bad(id)),
        (format!("fixtures/{id}/good.go"), GOOD.to_owned()),
    ];
    if let Some((name, _)) = files.iter().find(|(name, _)| checkout.join(name).exists()) {
        return Ok(Err(format!("{name} exists already; nothing was written")));
    }
    let mut report = String::from("written:\n");
    for (name, text) in &files {
        let path: PathBuf = checkout.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        let _infallible = writeln!(report, "  {name}");
    }
    report.push_str("\nadd these lines:\n");
    if !checkout.join("src/rules").join(family).join("mod.rs").is_file() {
        let _infallible = writeln!(report, "  src/rules/mod.rs: pub mod {family};");
    }
    let _infallible = write!(
        report,
        "  src/rules/{family}/mod.rs: pub mod {module};\n  src/rules/list.rs: {family}::{module}::RULE,\n\nthen run:\n  \
         cargo test --test fixtures {id}\n  BLESS=1 cargo test --test it catalogue    (writes the table of rules)\n"
    );
    Ok(Ok(report))
}

fn is_kebab(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(allowed)
        && !text.ends_with('-')
        && !text.contains("--")
}

fn shown(id: &str) -> String {
    id.chars().filter(|c| !c.is_control()).take(80).collect()
}

fn page(id: &str, slug: &str) -> String {
    let title = slug.replace('-', " ");
    // The examples of a page are its fixtures, without their markers.
    let wrong = bad(id).replace(&format!(" // expect: {id}"), "");
    format!(
        "---\ntitle: {title}\nseverity: warning\nconfidence: likely\nmode: changed-lines\nlanguages: [go]\nsince: {}\n---\n\n\
         # {title}\n\n\
         ## What it reports\n\nThe exact trigger, in one paragraph.\n\n\
         ## Why it matters in production\n\nWhat an operator cannot see because of it.\n\n\
         ## Example\n\n```go\n{wrong}```\n\nBetter:\n\n```go\n{GOOD}```\n\n\
         ## Fix\n\nWhat to do, step by step.\n\n\
         ## When it is wrong\n\nEvery exemption, and the false positives that remain.\n\n\
         ## Options\n\nNone.\n\n\
         ## References\n\nWhere the claim comes from.\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn code(id: &str) -> String {
    format!(
        r#"//! What this rule reports, in one sentence.

use crate::facts::FileFacts;
use crate::facts::code::Failure;
use crate::model::Confidence;
use crate::rules::rule::{{Change, Report, Rule, rule}};

pub const RULE: Rule = rule!("{id}", check);

fn check(change: &Change<'_>, out: &mut Report) {{
    for file in change.service_files() {{
        for failure in file.facts.outline.failures.iter().filter(|failure| is_wrong(file.facts, failure)) {{
            out.at(file.facts, failure.header)
                .confidence(Confidence::Likely)
                .evidence("what makes us think so", Some(failure.protected))
                .help("what to do, as an instruction")
                .say("what happens in production, in one sentence");
        }}
    }}
}}

/// The trigger, with every exemption of the page.
fn is_wrong(_file: &FileFacts, _failure: &Failure) -> bool {{
    false
}}
"#
    )
}

fn bad(id: &str) -> String {
    format!(
        "package a\n\nfunc Load() error {{\n\tif err := ping(); err != nil {{ // expect: {id}\n\t\treturn nil\n\t}}\n\treturn nil\n}}\n"
    )
}

const GOOD: &str =
    "package a\n\nfunc Load() error {\n\tif err := ping(); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n";
