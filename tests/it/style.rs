//! Taste that can be tested: messages, waiting in tests, traces of a machine.

use std::collections::BTreeSet;
use std::fs;

use syn::visit::{self, Visit};

use super::sources::{Module, files_below, is_for_tests, modules};

fn assert_none(violations: BTreeSet<String>, law: &str) {
    let list: Vec<_> = violations.into_iter().collect();
    assert!(list.is_empty(), "{law}:\n{}", list.join("\n"));
}

#[test]
fn tests_do_not_wait() {
    let needle = concat!("sleep", "(");
    let mut violations = BTreeSet::new();
    for file in files_below("tests").into_iter().filter(|file| file.extension().is_some_and(|end| end == "rs")) {
        let text = fs::read_to_string(&file).expect("a source file is text");
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains(needle));
        violations.extend(lines.map(|(index, _)| format!("{}:{}", file.display(), index + 1)));
    }
    for module in modules().into_iter().filter(|module| module.is_test) {
        if module.text.contains(needle) {
            violations.insert(module.name());
        }
    }
    assert_none(violations, "tests move a clock by hand or wait for an event");
}

/// Strings that people read as messages: of errors, findings and contexts.
struct Messages<'a> {
    module: &'a Module,
    violations: BTreeSet<String>,
}

impl Messages<'_> {
    fn check(&mut self, literal: &syn::LitStr) {
        let text = literal.value();
        let first = text.split([' ', ':', '`', '\'']).next().unwrap_or_default();
        // Names keep their capitals: GitHub, SQLite, HTTP.
        let capitals = first.chars().filter(|letter| letter.is_uppercase()).count();
        let is_sentence = text.chars().next().is_some_and(char::is_uppercase) && capitals == 1 && !is_name(first);
        let stops = text.ends_with('.') && !text.ends_with("..");
        if is_sentence || stops {
            let line = literal.span().start().line;
            self.violations.insert(format!("{}:{line} {text:?}", self.module.name()));
        }
    }

    /// The literal itself, or the one inside `format!`, `anyhow!` and the like.
    fn argument(&mut self, expr: &syn::Expr) {
        match expr {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => self.check(text),
            syn::Expr::Macro(call) => self.first(call.mac.tokens.clone()),
            syn::Expr::Reference(inner) => self.argument(&inner.expr),
            _ => {}
        }
    }

    fn first(&mut self, tokens: proc_macro2::TokenStream) {
        if let Some(proc_macro2::TokenTree::Literal(literal)) = tokens.into_iter().next()
            && let syn::Lit::Str(text) = syn::Lit::new(literal)
        {
            self.check(&text);
        }
    }
}

fn is_name(word: &str) -> bool {
    const NAMES: [&str; 12] = [
        "Go",
        "Python",
        "Java",
        "Rust",
        "Sightline",
        "Markdown",
        "Prometheus",
        "Micrometer",
        "Linux",
        "Windows",
        "Cargo",
        "Sentry",
    ];
    NAMES.contains(&word.trim_matches(|other: char| !other.is_alphanumeric()))
}

impl<'ast> Visit<'ast> for Messages<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("error")
            && let syn::Meta::List(list) = &attribute.meta
        {
            self.first(list.tokens.clone());
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let speaks = ["say", "help", "evidence", "context"].iter().any(|name| call.method == name);
        if let Some(first) = call.args.first().filter(|_| speaks) {
            self.argument(first);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if matches!(name.as_str(), "anyhow" | "bail") {
            self.first(call.tokens.clone());
        }
    }
}

#[test]
fn messages_are_lower_case_without_a_full_stop() {
    let mut violations = BTreeSet::new();
    for module in modules().iter().filter(|module| !module.is_test) {
        // The server and the command line also write whole sentences to people: their help texts are not messages.
        let mut messages = Messages { module, violations: BTreeSet::new() };
        messages.visit_file(&module.syntax);
        violations.extend(messages.violations);
    }
    assert_none(violations, "messages start in lower case and end without a full stop");
}

#[test]
fn nothing_remembers_the_machine_it_was_written_on() {
    // The first folder of this checkout's path, unless every machine has it.
    const EVERYWHERE: [&str; 10] = ["home", "root", "usr", "tmp", "var", "opt", "srv", "mnt", "builds", "github"];
    let here = env!("CARGO_MANIFEST_DIR");
    let first = here.split(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(here);
    let machine = if EVERYWHERE.contains(&first) { here.to_owned() } else { format!("/{first}/") };
    let mut violations = BTreeSet::new();
    let places = ["src", "rules", "tests", "README.md", "Cargo.toml", "Dockerfile", "app.yml", ".ci", ".github"];
    for file in places.iter().flat_map(|place| files_below(place)) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for (index, line) in text.lines().enumerate() {
            if line.contains(&machine) {
                violations.insert(format!("{}:{}", file.display(), index + 1));
            }
        }
    }
    assert_none(violations, "paths are relative to the repository or made up");
}
