//! The house has floors: imports go down, the pure half does no I/O, files and functions stay small.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::sources::{Module, attributes, is_for_tests, modules};

const FLOORS: [(&str, u8); 18] = [
    ("model", 0),
    ("facts", 1),
    ("syntax", 2),
    ("rules", 3),
    ("policy", 4),
    ("report", 5),
    ("check", 5),
    ("github", 6),
    ("queue", 6),
    ("workspace", 6),
    ("flows", 7),
    ("server", 8),
    ("worker", 8),
    ("standin", 8),
    ("settings", 8),
    ("observability", 8),
    ("cli", 9),
    ("main", 10),
];
/// The last floor without I/O.
const PURE: u8 = 5;
/// What a pure floor must not name: the beginning of a path.
const IMPURE: [&[&str]; 12] = [
    &["tokio"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["std", "env"],
    &["std", "thread"],
    &["rand"],
    &["fastrand"],
    &["reqwest"],
    &["sqlx"],
    &["octocrab"],
    &["axum"],
];
/// Clocks, by the end of a path.
const CLOCKS: [&str; 4] = ["Instant", "SystemTime", "Utc", "Local"];
const MAX_FILE_LINES: usize = 400;
const MAX_FUNCTION_LINES: usize = 60;

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// What the laws need to know of one module; plain data, so that the sources are read once for all tests.
struct Room {
    name: String,
    path: Vec<String>,
    is_folder: bool,
    /// Lines that are not tests.
    lines: usize,
    says_why: bool,
    defines: BTreeSet<String>,
    named: Vec<Named>,
    /// Name, first line, number of lines.
    functions: Vec<(String, usize, usize)>,
}

static ROOMS: LazyLock<Vec<Room>> = LazyLock::new(|| {
    let production = modules().into_iter().filter(|module| !module.is_test);
    production.map(|module| room(&module)).collect()
});

fn room(module: &Module) -> Room {
    let mut reader = Reader { module, named: Vec::new(), functions: Vec::new() };
    reader.visit_file(&module.syntax);
    let tests = module.syntax.items.iter().filter(|item| is_for_tests(attributes(item)));
    let test_lines: usize = tests.map(|item| item.span().end().line + 1 - item.span().start().line).sum();
    Room {
        name: module.name(),
        path: module.path.clone(),
        is_folder: module.is_folder(),
        lines: module.text.lines().count() - test_lines,
        says_why: module.text.starts_with("//!"),
        defines: module.syntax.items.iter().filter_map(defined).collect(),
        named: reader.named,
        functions: reader.functions,
    }
}

/// A path that code names, made absolute where it begins in this crate.
struct Named {
    path: Vec<String>,
    line: usize,
}

/// Everything outside of test code.
struct Reader<'a> {
    module: &'a Module,
    named: Vec<Named>,
    functions: Vec<(String, usize, usize)>,
}

impl Reader<'_> {
    fn name(&mut self, path: Vec<String>, span: Span) {
        let own = &self.module.path;
        let ups = path.iter().take_while(|part| *part == "super").count();
        let path = match path.first().map(String::as_str) {
            Some("crate") => [vec!["crate".to_owned()], path[1..].to_vec()].concat(),
            Some("self") => [vec!["crate".to_owned()], own.clone(), path[1..].to_vec()].concat(),
            Some("super") => {
                let above = own[..own.len().saturating_sub(ups)].to_vec();
                [vec!["crate".to_owned()], above, path[ups..].to_vec()].concat()
            }
            _ => path,
        };
        self.named.push(Named { path, line: span.start().line });
    }

    fn tree(&mut self, tree: &syn::UseTree, prefix: &[String]) {
        let with = |name: &syn::Ident| [prefix, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident)),
            syn::UseTree::Name(name) => self.name(with(&name.ident), name.ident.span()),
            syn::UseTree::Rename(name) => self.name(with(&name.ident), name.ident.span()),
            syn::UseTree::Glob(glob) => self.name(prefix.to_vec(), glob.span()),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(item, prefix)),
        }
    }

    /// Paths in the arguments of a macro.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut joined = false;
        let mut start = Span::call_site();
        for token in tokens {
            match token {
                TokenTree::Ident(word) => {
                    if !joined {
                        self.flush(&mut path, start);
                        start = word.span();
                    }
                    path.push(word.to_string());
                    joined = false;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => joined = true,
                TokenTree::Group(group) => {
                    self.flush(&mut path, start);
                    joined = false;
                    self.tokens(group.stream());
                }
                _ => {
                    self.flush(&mut path, start);
                    joined = false;
                }
            }
        }
        self.flush(&mut path, start);
    }

    fn flush(&mut self, path: &mut Vec<String>, start: Span) {
        if path.len() > 1 {
            self.name(std::mem::take(path), start);
        }
        path.clear();
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let lines = signature.span().start().line..=block.span().end().line;
        self.functions.push((signature.ident.to_string(), *lines.start(), lines.count()));
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.name(path.segments.iter().map(|part| part.ident.to_string()).collect(), path.span());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_for_tests(&function.attrs) {
            self.function(&function.sig, &function.block);
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

fn assert_none(violations: BTreeSet<String>, law: &str) {
    let list: Vec<_> = violations.into_iter().collect();
    assert!(list.is_empty(), "{law}:\n{}", list.join("\n"));
}

#[test]
fn every_room_has_a_floor() {
    let rooms = ROOMS.iter().filter_map(|room| room.path.first().cloned());
    let homeless: BTreeSet<String> = rooms.filter(|room| floor(room).is_none()).collect();
    assert_none(homeless, "add these modules to the table of floors, here and in src/lib.rs");
}

#[test]
fn imports_go_down_only() {
    let mut violations = BTreeSet::new();
    for room in ROOMS.iter() {
        let Some(from) = room.path.first() else { continue };
        for named in &room.named {
            // The binary names the library by its name.
            let is_ours = named.path.first().is_some_and(|first| first == "crate" || first == "sightline");
            let Some(to) = named.path.get(1).filter(|to| is_ours && *to != from) else { continue };
            if let (Some(here), Some(there)) = (floor(from), floor(to))
                && there >= here
            {
                violations.insert(format!("{}:{} (floor {here}) names {to} (floor {there})", room.name, named.line));
            }
        }
    }
    assert_none(violations, "imports go down only, and never along a floor");
}

#[test]
fn rooms_do_not_import_their_own_door() {
    let doors: BTreeMap<&[String], &BTreeSet<String>> =
        ROOMS.iter().filter(|room| room.is_folder).map(|room| (room.path.as_slice(), &room.defines)).collect();
    let mut violations = BTreeSet::new();
    for room in ROOMS.iter() {
        for named in room.named.iter().filter(|named| named.path[0] == "crate") {
            let Some((name, above)) = named.path[1..].split_last() else { continue };
            let inside = room.path.len() > above.len() && room.path.starts_with(above);
            if inside && doors.get(above).is_some_and(|door| door.contains(name)) {
                violations.insert(format!("{}:{} imports {name} from the mod.rs above it", room.name, named.line));
            }
        }
    }
    assert_none(violations, "what rooms share lives in a named sibling, not in their mod.rs");
}

/// The name of an item that is defined here; modules and re-exports are not.
fn defined(item: &syn::Item) -> Option<String> {
    let name = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

#[test]
fn the_pure_half_has_no_hands() {
    let mut violations = BTreeSet::new();
    let pure =
        ROOMS.iter().filter(|room| room.path.first().and_then(|room| floor(room)).is_some_and(|floor| floor <= PURE));
    for room in pure {
        for named in &room.named {
            let path: Vec<&str> = named.path.iter().map(String::as_str).collect();
            let acts = IMPURE.iter().any(|begin| path.starts_with(begin));
            let asks_the_time = matches!(path.as_slice(), [.., clock, "now"] if CLOCKS.contains(clock));
            if acts || asks_the_time {
                violations.insert(format!("{}:{} names {}", room.name, named.line, path.join("::")));
            }
        }
    }
    assert_none(violations, "floors 0 to 5 do no I/O, read no clock and roll no dice");
}

#[test]
fn files_and_functions_are_small() {
    let mut violations = BTreeSet::new();
    for room in ROOMS.iter() {
        if room.lines > MAX_FILE_LINES {
            violations.insert(format!("{}: {} lines", room.name, room.lines));
        }
        for (name, line, lines) in room.functions.iter().filter(|(_, _, lines)| *lines > MAX_FUNCTION_LINES) {
            violations.insert(format!("{}:{line} {name}: {lines} lines", room.name));
        }
    }
    let law = format!("files have at most {MAX_FILE_LINES} lines without tests, functions {MAX_FUNCTION_LINES}");
    assert_none(violations, &law);
}

#[test]
fn every_module_says_why_it_exists() {
    let silent = ROOMS.iter().filter(|room| !room.says_why).map(|room| room.name.clone());
    assert_none(silent.collect(), "a module begins with `//!`");
}

#[test]
fn names_say_what_is_inside() {
    const VAGUE: [&str; 7] = ["utils", "util", "helpers", "helper", "common", "manager", "misc"];
    let vague = ROOMS.iter().filter(|room| room.path.iter().any(|part| VAGUE.contains(&part.as_str())));
    assert_none(vague.map(|room| room.name.clone()).collect(), "a module is named after what it does");
}

/// The laws above hold only as far as paths are seen.
#[test]
fn paths_are_seen_wherever_they_hide() {
    let text = r#"
        //! x
        use std::{fmt, fs::{self, File}};
        fn f() { let t = std::time::Instant::now(); info!("{}", crate::cli::run(super::sibling::g())); }
        #[cfg(test)] mod tests { use tokio::spawn; }
        impl crate::queue::Store for X { fn g(&self, h: self::Inner) {} #[test] fn t() { rand::random() } }
    "#;
    let module = Module {
        file: "x.rs".into(),
        path: vec!["rules".to_owned(), "x".to_owned()],
        text: text.to_owned(),
        syntax: syn::parse_file(text).expect("the snippet parses"),
        is_test: false,
    };
    let named: Vec<String> = room(&module).named.into_iter().map(|named| named.path.join("::")).collect();
    let seen = |path: &str| named.iter().any(|one| one == path);
    for path in [
        "std::fmt",
        "std::fs::self",
        "std::fs::File",
        "std::time::Instant::now",
        "crate::cli::run",
        "crate::rules::sibling::g",
        "crate::queue::Store",
        "crate::rules::x::Inner",
    ] {
        assert!(seen(path), "{path} is not among {named:?}");
    }
    assert!(!named.iter().any(|path| path.starts_with("tokio") || path.starts_with("rand")), "{named:?}");
}
