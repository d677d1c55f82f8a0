//! A change set → the facts of both sides, and what could not be read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::boundaries;
use super::coverage;
use super::declared;
use super::extract::{Budget, Cut};
use super::known::{Forgotten, Outlines};
use super::language::outline;
use super::meaning::telemetry;
use super::monitoring::{documents, looked};
use super::place::{class_of, unit_of};
use super::project::{Project, Read};
use super::resolve::Resolver;
use super::summaries;
use crate::facts::{FactSet, FileClass, FileFacts, UnitKind};
use crate::model::{ChangeSet, Content, FileChange, FilePath, FileStatus, Language, Linguist, SourceText};

/// The facts of both sides.
#[derive(Debug, Default)]
pub struct Reading {
    pub base: FactSet,
    pub head: FactSet,
    pub files: Vec<(FilePath, Outcome)>,
}

/// How much of a changed file was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    read_with(change, budget, &Forgotten)
}

/// The same with outlines that were read before.
pub fn read_with(change: &ChangeSet, budget: &Budget, known: &dyn Outlines) -> Reading {
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
    let neighbours = change.neighbours.iter().filter_map(|one| source(&one.path, &one.text)).collect();
    let neighbours = outlines(neighbours, budget, known);
    let manifests: HashMap<&str, &Arc<str>> = manifests(change);
    let unit = |path: &FilePath, language| {
        let kind = unit_of(path, language, &change.tree, &|name| manifests.get(name).map(|text| text.to_string()));
        (kind, declared::logger(path, language, &|name| manifests.get(name).map(|text| Arc::clone(text))))
    };
    let head = outlines(head, budget, known);
    for (read, _, cut) in &head {
        if let Some(outcome) = partial(cut)
            && let Some(entry) = files.iter_mut().find(|(path, _)| *path == read.path)
        {
            entry.1 = outcome;
        }
    }
    let base = outlines(base, budget, known);
    let base = facts(base, &neighbours, &unit);
    let mut head = facts(head, &neighbours, &unit);
    head.monitoring = documents(change, &looked(change, &base, &head));
    let mut reading = Reading { head, base, files };
    instrumented(change, &mut reading);
    reading
}

/// Documents and units of both sides.
fn instrumented(change: &ChangeSet, reading: &mut Reading) {
    let near = || change.neighbours.iter().map(|one| (&one.path, &one.text));
    let head = change.files.iter().filter_map(|file| Some((&file.path, file.head.text()?)));
    let base = change.files.iter().filter_map(|file| Some((file.base_path(), file.base.text()?)));
    coverage::add_documents(near().chain(head), &mut reading.head);
    coverage::add_documents(near().chain(base), &mut reading.base);
    let tree: Vec<&FilePath> = change.tree.iter().collect();
    coverage::add_units(&tree, &mut reading.head);
    // The tree of the base is that of the head, the change undone.
    let new: HashSet<&FilePath> = change.files.iter().filter(|file| is_new(file)).map(|file| &file.path).collect();
    let gone = change.files.iter().filter(|file| file.base.text().is_some()).map(FileChange::base_path);
    let before: Vec<&FilePath> = tree.into_iter().filter(|path| !new.contains(path)).chain(gone).collect();
    coverage::add_units(&before, &mut reading.base);
}

fn is_new(file: &FileChange) -> bool {
    matches!(file.status, FileStatus::Added | FileStatus::Renamed)
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
        // Manifests and deployment files are read in their own way.
        return match coverage::document_kind(&file.path) {
            Some(_) => Ok((None, None)),
            None => Err("not a language Sightline reads".to_owned()),
        };
    };
    if text.len() > budget.max_bytes {
        return Err(format!("too large ({} KiB)", text.len() / 1024));
    }
    let class = class_of(&file.path, text, file.linguist);
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

fn source(path: &FilePath, text: &Arc<str>) -> Option<Source> {
    let language = Language::of_path(path)?;
    let class = class_of(path, text, Linguist::default());
    let useful = !matches!(class, FileClass::Test | FileClass::Vendored) && longest_line(text) <= 20_000;
    useful.then(|| Source { path: path.clone(), language, text: text.clone(), class })
}

type Outlined = (Arc<Read>, FileClass, Cut);

fn outlines(sources: Vec<Source>, budget: &Budget, known: &dyn Outlines) -> Vec<Outlined> {
    sources
        .into_par_iter()
        .map(|source| {
            let text = SourceText::new(source.text);
            let (outline, cut) = known.get(source.language, text.as_str()).unwrap_or_else(|| {
                let (outline, cut) = outline(source.language, &text, budget);
                known.put(source.language, text.as_str(), &outline, cut);
                (outline, cut)
            });
            (Arc::new(Read::new(source.path, source.language, text, outline)), source.class, cut)
        })
        .collect()
}

/// What a file is part of, and the logger that the manifest there declares.
type UnitOf<'a> = dyn Fn(&FilePath, Language) -> (UnitKind, Option<String>) + Sync + 'a;

fn facts(changed: Vec<Outlined>, neighbours: &[Outlined], unit: &UnitOf<'_>) -> FactSet {
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
    all.par_iter_mut().zip(&project.files).for_each(|(telemetry, read)| {
        telemetry.boundaries = boundaries::of(read, telemetry);
    });
    let mut set = FactSet::default();
    for (read, telemetry) in project.files.iter().zip(all) {
        let (unit, unit_logger) = unit(&read.path, read.language);
        set.insert(FileFacts {
            path: read.path.clone(),
            language: read.language,
            class: classes[&read.path],
            unit,
            unit_logger,
            source: read.source.clone(),
            outline: read.outline.clone(),
            telemetry,
        });
    }
    set
}
