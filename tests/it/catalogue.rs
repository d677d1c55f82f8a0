//! The catalogue is complete: every rule has its page, its code and its proof, and nothing lies around without a rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sightline::rules::{HEADINGS, RULES, catalogue_table, meta};

use super::fixture::{self, Case, entries, file_name, markers};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn assert_none(violations: Vec<String>, law: &str) {
    assert!(violations.is_empty(), "{law}:\n{}", violations.join("\n"));
}

/// Heading → text below it, of the second level.
fn sections(body: &str) -> Vec<(&str, String)> {
    let mut out: Vec<(&str, String)> = Vec::new();
    for line in body.lines() {
        match line.strip_prefix("## ") {
            Some(heading) => out.push((heading.trim(), String::new())),
            None => {
                if let Some((_, text)) = out.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    out
}

#[test]
fn every_page_has_its_headings_and_something_below_them() {
    let mut violations = Vec::new();
    for rule in RULES {
        let meta = meta(rule.id);
        if meta.body.lines().next() != Some(&format!("# {}", meta.title)) {
            violations.push(format!("{}: the first heading is not the title", rule.id));
        }
        let sections = sections(&meta.body);
        let headings: Vec<&str> = sections.iter().map(|(heading, _)| *heading).collect();
        if headings != HEADINGS {
            violations.push(format!("{}: {headings:?}", rule.id));
        }
        let empty = sections.iter().filter(|(_, text)| text.trim().is_empty());
        violations.extend(empty.map(|(heading, _)| format!("{}: nothing below {heading:?}", rule.id)));
    }
    assert_none(violations, &format!("pages have the headings {HEADINGS:?}, and text below each"));
}

#[test]
fn front_matter_is_sound() {
    const LANGUAGES: [&str; 5] = ["go", "python", "javascript", "java", "rust"];
    let mut violations = Vec::new();
    for rule in RULES {
        let meta = meta(rule.id);
        let known: Vec<&str> =
            LANGUAGES.into_iter().filter(|name| meta.languages.iter().any(|has| has == name)).collect();
        if meta.languages != known || known.is_empty() {
            violations.push(format!("{}: languages are {LANGUAGES:?} or some of them, in that order", rule.id));
        }
        if meta.title.chars().next().is_none_or(char::is_uppercase) || meta.title.ends_with('.') {
            violations.push(format!("{}: the title is no sentence: {:?}", rule.id, meta.title));
        }
        if meta.since.split('.').filter(|part| part.parse::<u32>().is_ok()).count() != 3 {
            violations.push(format!("{}: since {:?} is no version", rule.id, meta.since));
        }
    }
    assert_none(violations, "front matter of the pages");
}

#[test]
fn pages_code_and_fixtures_belong_to_rules() {
    let ids: BTreeSet<String> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(ids.len(), RULES.len(), "two rules have one id");
    let families: BTreeSet<&str> = RULES.iter().filter_map(|rule| Some(rule.id.split_once('/')?.0)).collect();
    let mut violations = Vec::new();
    for family in families {
        let stems = |folder: &str, strip: &str| -> BTreeSet<String> {
            let files = entries(&root().join(folder).join(family)).into_iter().map(|path| file_name(&path));
            let stems = files.filter_map(|name| Some(name.strip_suffix(strip)?.replace('_', "-")));
            stems.filter(|stem| stem != "mod").map(|stem| format!("{family}/{stem}")).collect()
        };
        let wanted: BTreeSet<String> = ids.iter().filter(|id| id.starts_with(&format!("{family}/"))).cloned().collect();
        for (what, found) in [("page", stems("rules", ".md")), ("fixtures", stems("fixtures", ""))] {
            violations.extend(wanted.difference(&found).map(|id| format!("{id} has no {what}")));
            violations.extend(found.difference(&wanted).map(|id| format!("{what} {id} without a rule")));
        }
        // A family may keep shared questions beside its rules, so only the one direction is checked.
        let code = stems("src/rules", ".rs");
        violations.extend(wanted.difference(&code).map(|id| format!("{id} has no file in src/rules")));
    }
    assert_none(violations, "one id, three stems: page, code, fixtures");
}

fn language(case: &Case) -> &'static str {
    match case.language {
        Some(language) if language.is_script() => "javascript",
        Some(language) => match language.name() {
            "Go" => "go",
            "Python" => "python",
            "Java" => "java",
            _ => "rust",
        },
        None => "none",
    }
}

#[test]
fn every_language_has_a_bad_and_a_good_fixture() {
    let mut violations = Vec::new();
    for rule in RULES {
        let cases = fixture::of_rule(rule.id);
        for name in &meta(rule.id).languages {
            for is_good in [false, true] {
                if !cases.iter().any(|case| language(case) == name && case.is_good == is_good) {
                    let kind = if is_good { "good" } else { "bad" };
                    violations.push(format!("{}: no {kind} fixture in {name}", rule.id));
                }
            }
        }
        let strange = cases.iter().filter(|case| !meta(rule.id).languages.iter().any(|name| name == language(case)));
        violations.extend(strange.map(|case| format!("{}: a language that the page does not name", case.name)));
    }
    assert_none(violations, "every rule is proved in every language it claims");
}

/// Lines without their common indentation and trailing blanks.
fn dedented(lines: &[&str]) -> Vec<String> {
    let filled = lines.iter().filter(|line| !line.trim().is_empty());
    let indent = filled.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    lines.iter().map(|line| line.get(indent..).unwrap_or_default().trim_end().to_owned()).collect()
}

fn blocks(text: &str) -> Vec<Vec<&str>> {
    let mut out = Vec::new();
    let mut inside: Option<Vec<&str>> = None;
    for line in text.lines() {
        match (&mut inside, line.trim_start().starts_with("```")) {
            (None, true) => inside = Some(Vec::new()),
            (Some(_), true) => out.extend(inside.take()),
            (Some(block), false) => block.push(line),
            (None, false) => {}
        }
    }
    out
}

fn quotes(texts: &[String], block: &[&str]) -> bool {
    let block = dedented(block);
    texts.iter().any(|text| {
        let lines: Vec<&str> = text.lines().collect();
        !block.is_empty() && lines.windows(block.len()).any(|window| dedented(window) == block)
    })
}

#[test]
fn examples_are_quoted_from_fixtures() {
    let mut violations = Vec::new();
    for rule in RULES {
        let folder = fixture::root().join(rule.id);
        let mut texts = Vec::new();
        let mut stack = vec![folder];
        while let Some(path) = stack.pop() {
            if path.is_dir() {
                stack.extend(entries(&path));
            } else if path.is_file() {
                texts.push(markers::strip(&file_name(&path), &fixture::read(&path)).0);
            }
        }
        let body = &meta(rule.id).body;
        let example = sections(body).into_iter().find(|(heading, _)| *heading == "Example").map(|(_, text)| text);
        let example = example.unwrap_or_default();
        let blocks = blocks(&example);
        if blocks.len() < 2 {
            violations.push(format!("{}: the example shows bad and good code, each in a fenced block", rule.id));
        }
        for block in blocks.iter().filter(|block| !quotes(&texts, block)) {
            violations.push(format!("{}: not in any fixture: {:?}", rule.id, block.first().unwrap_or(&"")));
        }
    }
    assert_none(violations, "the example of a page is quoted from the rule's fixtures, so that it is true");
}

#[test]
fn the_table_of_rules_is_fresh() {
    const BEGIN: &str = "<!-- generated: the table of rules -->\n";
    let path = root().join("rules/README.md");
    let text = fs::read_to_string(&path).expect("rules/README.md exists");
    let (before, rest) = text.split_once(BEGIN).expect("rules/README.md has the place of its table");
    let after = rest.split_once("\n\n").map_or("", |(_, after)| after);
    let table = catalogue_table();
    let fresh =
        if after.is_empty() { format!("{before}{BEGIN}{table}") } else { format!("{before}{BEGIN}{table}\n{after}") };
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &fresh).expect("the table can be written");
    }
    assert!(
        text == fresh || std::env::var_os("BLESS").is_some(),
        "run `BLESS=1 cargo test --test it catalogue` to renew rules/README.md"
    );
}
