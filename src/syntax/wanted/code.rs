//! Manifests above the changed code, what it imports, and the rest of its package.

use super::wishes::Wishes;
use crate::model::{FileChange, FilePath, Language};
use crate::syntax::project::module_paths;

/// Files that say what a folder is.
const MANIFESTS: [&str; 8] = [
    "go.mod",
    "package.json",
    "pyproject.toml",
    "setup.py",
    "Cargo.toml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
];
/// More neighbours than this, or than there are changed files, cost more than they tell.
const MAX_NEIGHBOURS: usize = 160;

pub(super) fn wish(files: &[FileChange], wishes: &mut Wishes<'_>) {
    wishes.at_most(MAX_NEIGHBOURS.max(files.len()));
    let code: Vec<(&FileChange, Language)> = files
        .iter()
        .filter(|file| file.head.text().is_some())
        .filter_map(|file| Some((file, Language::of_path(&file.path)?)))
        .collect();
    code.iter().for_each(|(file, _)| manifests(file, wishes));
    code.iter().for_each(|(file, language)| imported(file, *language, wishes));
}

fn manifests(file: &FileChange, wishes: &mut Wishes<'_>) {
    let mut folder = Some(file.path.folder());
    while let Some(here) = folder {
        for name in MANIFESTS {
            let path = if here.is_empty() { name.to_owned() } else { format!("{here}/{name}") };
            wishes.add(&path);
        }
        folder = if here.is_empty() { None } else { Some(here.rsplit_once('/').map_or("", |(parent, _)| parent)) };
    }
}

fn imported(file: &FileChange, language: Language, wishes: &mut Wishes<'_>) {
    let Some(text) = file.head.text() else { return };
    let tree = wishes.tree;
    for module in imported_modules(language, text) {
        for path in module_paths(&file.path, language, &module) {
            wishes.add(&path);
            // Absolute modules need not start at the root of the repository.
            if path.contains('/')
                && !module.starts_with('.')
                && let Some(found) = wishes.ending_with(&path)
            {
                wishes.add(found);
            }
        }
        if language == Language::Go {
            go_package_files(&module, tree, wishes);
        }
    }
    if matches!(language, Language::Go | Language::Java) {
        let siblings = folder_files(file.path.folder(), tree).filter(|path| Language::of_path(path) == Some(language));
        for path in siblings.filter(|path| !path.as_str().ends_with("_test.go")).take(40) {
            wishes.add(path.as_str());
        }
    }
}

fn folder_files<'t>(folder: &str, tree: &'t [FilePath]) -> impl Iterator<Item = &'t FilePath> + use<'t> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let from = tree.partition_point(|path| path.as_str() < prefix.as_str());
    let folder = folder.to_owned();
    let inside = tree[from..].iter().take_while(move |path| path.as_str().starts_with(&prefix));
    inside.filter(move |path| path.folder() == folder)
}

fn go_package_files(module: &str, tree: &[FilePath], wishes: &mut Wishes<'_>) {
    // `example.com/org/repo/internal/log` lives in a folder that its path ends with; at least two elements must agree.
    let parts: Vec<&str> = module.split('/').collect();
    for from in 0..parts.len().saturating_sub(1) {
        let folder = parts[from..].join("/");
        let mut files = folder_files(&folder, tree).filter(|path| path.as_str().ends_with(".go")).peekable();
        if files.peek().is_some() {
            for path in files.filter(|path| !path.as_str().ends_with("_test.go")).take(20) {
                wishes.add(path.as_str());
            }
            return;
        }
    }
}

/// Modules that a text imports, found by their keywords alone: cheaper than parsing, and only used to load more.
fn imported_modules(language: Language, text: &str) -> Vec<String> {
    let quoted = |line: &str| {
        let open = line.find(['"', '\''])?;
        let rest = &line[open + 1..];
        Some(rest[..rest.find(['"', '\''])?].to_owned())
    };
    let mut out = Vec::new();
    for line in text.lines().take(2_000) {
        let line = line.trim();
        match language {
            Language::Go => {
                let import = line.starts_with("import") || line.ends_with('"') && !line.contains([':', '=', '(', ',']);
                out.extend(if import { quoted(line) } else { None });
            }
            Language::Python => {
                if let Some(rest) = line.strip_prefix("from ") {
                    let (module, names) = rest.split_once(" import").unwrap_or((rest, ""));
                    let module = module.trim();
                    // `from app import dao` may name a module of the package.
                    for name in names.split([',', '(']).map(str::trim).filter(|name| !name.is_empty()).take(8) {
                        let name = name.split(' ').next().unwrap_or(name);
                        out.push(if module.ends_with('.') {
                            format!("{module}{name}")
                        } else {
                            format!("{module}.{name}")
                        });
                    }
                    out.push(module.to_owned());
                } else if let Some(rest) = line.strip_prefix("import ") {
                    out.extend(rest.split(',').map(|part| part.trim().split(' ').next().unwrap_or("").to_owned()));
                }
            }
            Language::JavaScript | Language::TypeScript | Language::Tsx => {
                let from =
                    line.find(" from ").map(|at| &line[at..]).or_else(|| line.find("require(").map(|at| &line[at..]));
                out.extend(from.and_then(quoted));
            }
            Language::Java => {
                if let Some(rest) = line.strip_prefix("import ") {
                    out.push(rest.trim_start_matches("static ").trim_end_matches(';').trim().to_owned());
                }
            }
            Language::Rust => {
                if let Some(rest) = line.trim_start_matches("pub ").strip_prefix("use ") {
                    let path = rest.split(['{', ';', ' ']).next().unwrap_or("").trim_end_matches("::");
                    out.push(path.to_owned());
                }
            }
        }
    }
    out.retain(|module| !module.is_empty());
    out
}
