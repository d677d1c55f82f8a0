//! A change set → the facts of both sides, and what could not be read.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::extract::{Budget, Cut};
use super::language::outline;
use super::meaning::telemetry;
use super::place::{class_of, unit_of};
use super::project::{Project, Read, module_paths};
use super::resolve::Resolver;
use super::summaries;
use crate::facts::{FactSet, FileClass, FileFacts};
use crate::model::{ChangeSet, Content, FileChange, FilePath, FileStatus, Language, SourceText};

/// The facts of both sides.
#[derive(Debug, Default)]
pub struct Reading {
    pub base: FactSet,
    pub head: FactSet,
    pub files: Vec<(FilePath, Outcome)>,
}

/// How much of a changed file was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Whole,
    Partly(String),
    /// For people: "test code", "generated", "not a language Sightline reads".
    Skipped(String),
}

/// One file to read on one side.
struct Source {
    path: FilePath,
    language: Language,
    text: Arc<str>,
    class: FileClass,
}

pub fn read(change: &ChangeSet, budget: &Budget) -> Reading {
    let mut files = Vec::with_capacity(change.files.len());
    let (mut head, mut base) = (Vec::new(), Vec::new());
    for file in &change.files {
        match sources(file, budget) {
            Ok((new, old)) => {
                head.extend(new);
                base.extend(old);
                files.push((file.path.clone(), Outcome::Whole));
            }
            Err(reason) => files.push((file.path.clone(), Outcome::Skipped(reason))),
        }
    }
    let neighbours = change.neighbours.iter().filter_map(|one| source(&one.path, &one.text, false)).collect();
    let neighbours = outlines(neighbours, budget);
    let manifests: HashMap<&str, &Arc<str>> = manifests(change);
    let unit = |path: &FilePath, language| {
        unit_of(path, language, &change.tree, &|name| manifests.get(name).map(|text| text.to_string()))
    };
    let head = outlines(head, budget);
    for (read, _, cut) in &head {
        if let Some(outcome) = partial(cut)
            && let Some(entry) = files.iter_mut().find(|(path, _)| *path == read.path)
        {
            entry.1 = outcome;
        }
    }
    let base = outlines(base, budget);
    Reading { head: facts(head, &neighbours, &unit), base: facts(base, &neighbours, &unit), files }
}

fn manifests(change: &ChangeSet) -> HashMap<&str, &Arc<str>> {
    let near = change.neighbours.iter().map(|one| (one.path.as_str(), &one.text));
    let changed = change.files.iter().filter_map(|file| Some((file.path.as_str(), file.head.text()?)));
    near.chain(changed).collect()
}

fn partial(cut: &Cut) -> Option<Outcome> {
    match (cut.budget, cut.unparsed_lines) {
        (Some(reason), _) => Some(Outcome::Partly(reason.to_owned())),
        (None, 0) => None,
        (None, 1) => Some(Outcome::Partly("1 line was not understood by the parser".to_owned())),
        (None, lines) => Some(Outcome::Partly(format!("{lines} lines were not understood by the parser"))),
    }
}

/// Head and base of one changed file, or why neither is read.
fn sources(file: &FileChange, budget: &Budget) -> Result<(Option<Source>, Option<Source>), String> {
    let side = if file.status == FileStatus::Removed { &file.base } else { &file.head };
    let text = match side {
        Content::Text(text) => text,
        Content::Absent => return Err("there is nothing at this path".to_owned()),
        Content::Binary => return Err("binary".to_owned()),
        Content::NotUtf8 => return Err("not UTF-8 text".to_owned()),
        Content::TooLarge { bytes } => return Err(format!("too large ({} KiB)", bytes / 1024)),
        Content::NotAFile => return Err("a symbolic link or submodule".to_owned()),
        Content::Unavailable(reason) => return Err(reason.clone()),
    };
    let Some(language) = Language::of_path(&file.path) else {
        return Err("not a language Sightline reads".to_owned());
    };
    if text.len() > budget.max_bytes {
        return Err(format!("too large ({} KiB)", text.len() / 1024));
    }
    let class = class_of(&file.path, text, file.generated);
    match class {
        FileClass::Generated => return Err("generated".to_owned()),
        FileClass::Vendored => return Err("vendored".to_owned()),
        FileClass::Test => return Err("test code".to_owned()),
        _ => {}
    }
    if longest_line(text) > 20_000 {
        return Err("minified or data: a line is longer than 20,000 bytes".to_owned());
    }
    let new = (file.status != FileStatus::Removed).then(|| Source {
        path: file.path.clone(),
        language,
        text: text.clone(),
        class,
    });
    let old = file.base.text().filter(|text| text.len() <= budget.max_bytes).and_then(|text| {
        let path = file.base_path().clone();
        Some(Source { language: Language::of_path(&path)?, path, text: text.clone(), class })
    });
    Ok((new, old))
}

fn longest_line(text: &str) -> usize {
    text.lines().map(str::len).max().unwrap_or(0)
}

fn source(path: &FilePath, text: &Arc<str>, generated: bool) -> Option<Source> {
    let language = Language::of_path(path)?;
    let class = class_of(path, text, generated);
    let useful = !matches!(class, FileClass::Test | FileClass::Vendored) && longest_line(text) <= 20_000;
    useful.then(|| Source { path: path.clone(), language, text: text.clone(), class })
}

type Outlined = (Arc<Read>, FileClass, Cut);

fn outlines(sources: Vec<Source>, budget: &Budget) -> Vec<Outlined> {
    sources
        .into_par_iter()
        .map(|source| {
            let text = SourceText::new(source.text);
            let (outline, cut) = outline(source.language, &text, budget);
            (Arc::new(Read::new(source.path, source.language, text, outline)), source.class, cut)
        })
        .collect()
}

fn facts(
    changed: Vec<Outlined>,
    neighbours: &[Outlined],
    unit: &(dyn Fn(&FilePath, Language) -> crate::facts::UnitKind + Sync),
) -> FactSet {
    let mut classes = HashMap::new();
    let mut files: Vec<Arc<Read>> = Vec::new();
    for (read, class, _) in changed.iter().chain(neighbours) {
        // A neighbour never hides the changed file itself.
        if classes.insert(read.path.clone(), *class).is_none() {
            files.push(read.clone());
        }
    }
    let project = Project::new(files);
    let mut all: Vec<_> =
        (0..project.files.len()).into_par_iter().map(|file| telemetry(&Resolver::new(&project), file)).collect();
    summaries::link(&project, &mut all);
    let mut set = FactSet::default();
    for (read, telemetry) in project.files.iter().zip(all) {
        set.insert(FileFacts {
            path: read.path.clone(),
            language: read.language,
            class: classes[&read.path],
            unit: unit(&read.path, read.language),
            source: read.source.clone(),
            outline: read.outline.clone(),
            telemetry,
        });
    }
    set
}

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
/// More neighbours than this cost more than they tell.
const MAX_NEIGHBOURS: usize = 160;

/// Which unchanged files of the head's tree help to understand the changed ones: manifests above them, imported modules of
/// the repository, and the other files of their package where a language has packages.
pub fn wanted(files: &[FileChange], tree: &[FilePath]) -> Vec<FilePath> {
    let changed: std::collections::HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let exists = |path: &str| tree.binary_search_by(|known| known.as_str().cmp(path)).is_ok();
    let mut out: Vec<FilePath> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut add = |path: &str, out: &mut Vec<FilePath>| {
        if out.len() < MAX_NEIGHBOURS && !changed.contains(path) && exists(path) && seen.insert(path.to_owned()) {
            out.push(FilePath::from(path));
        }
    };
    let code: Vec<(&FileChange, Language)> = files
        .iter()
        .filter(|file| file.head.text().is_some())
        .filter_map(|file| Some((file, Language::of_path(&file.path)?)))
        .collect();
    for (file, _) in &code {
        let mut folder = Some(file.path.folder());
        while let Some(here) = folder {
            for name in MANIFESTS {
                let path = if here.is_empty() { name.to_owned() } else { format!("{here}/{name}") };
                add(&path, &mut out);
            }
            folder = if here.is_empty() { None } else { Some(here.rsplit_once('/').map_or("", |(parent, _)| parent)) };
        }
    }
    for (file, language) in &code {
        let Some(text) = file.head.text() else { continue };
        for module in imported_modules(*language, text) {
            for path in module_paths(&file.path, *language, &module) {
                add(&path, &mut out);
                // Absolute modules need not start at the root of the repository.
                if path.contains('/') && !module.starts_with('.') {
                    let suffix = format!("/{path}");
                    if let Some(found) = tree.iter().find(|known| known.as_str().ends_with(&suffix)) {
                        add(found.as_str(), &mut out);
                    }
                }
            }
            if *language == Language::Go {
                go_package_files(&module, tree, &mut |path| add(path, &mut out));
            }
        }
        if matches!(language, Language::Go | Language::Java) {
            let siblings =
                folder_files(file.path.folder(), tree).filter(|path| Language::of_path(path) == Some(*language));
            for path in siblings.filter(|path| !path.as_str().ends_with("_test.go")).take(40) {
                add(path.as_str(), &mut out);
            }
        }
    }
    out
}

fn folder_files<'t>(folder: &str, tree: &'t [FilePath]) -> impl Iterator<Item = &'t FilePath> + use<'t> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let from = tree.partition_point(|path| path.as_str() < prefix.as_str());
    let folder = folder.to_owned();
    let inside = tree[from..].iter().take_while(move |path| path.as_str().starts_with(&prefix));
    inside.filter(move |path| path.folder() == folder)
}

fn go_package_files(module: &str, tree: &[FilePath], add: &mut dyn FnMut(&str)) {
    // `example.com/org/repo/internal/log` lives in a folder that its path ends with; at least two elements must agree.
    let parts: Vec<&str> = module.split('/').collect();
    for from in 0..parts.len().saturating_sub(1) {
        let folder = parts[from..].join("/");
        let mut files = folder_files(&folder, tree).filter(|path| path.as_str().ends_with(".go")).peekable();
        if files.peek().is_some() {
            for path in files.filter(|path| !path.as_str().ends_with("_test.go")).take(20) {
                add(path.as_str());
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
