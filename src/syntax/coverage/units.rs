//! One side of a change → what instruments each of its units.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::dependencies::Dependency;
use super::documents::{document, document_kind, is_shipped};
use super::raw;
use super::resolve::Context;
use super::roots::{Roots, inside};
use super::set_up::{self, table_of};
use super::signs::{Sign, Told, told};
use super::table::{Row, TABLES};
use crate::facts::coverage::{Deployed, Framework, Marker};
use crate::facts::{Bit, Document, DocumentKind, FactSet, RawClient, UnitCoverage};
use crate::model::{FilePath, SourceText};

/// A repository of more units than this is not read by unit.
const MAX_UNITS: usize = 2_000;

/// The documents of one side, by path.
pub(in crate::syntax) fn add_documents<'t>(
    texts: impl Iterator<Item = (&'t FilePath, &'t std::sync::Arc<str>)>,
    set: &mut FactSet,
) {
    for (path, text) in texts.filter(|(path, _)| document_kind(path).is_some()) {
        if let Some(document) = document(path, &SourceText::new(text.clone())) {
            set.insert_document(document);
        }
    }
}

/// Finds the units of all files that were read, and what is known of each.
pub(in crate::syntax) fn add_units(tree: &[&FilePath], set: &mut FactSet) {
    let repository = Repository::read(tree, set);
    let mut wanted: BTreeSet<(String, &'static str)> = BTreeSet::new();
    let mut homes: HashMap<FilePath, (String, &'static str)> = HashMap::new();
    for file in set.files() {
        let language = table_of(file.language);
        if let Some(root) = repository.roots.unit(file.path.folder(), language) {
            homes.insert(file.path.clone(), (root.to_owned(), language));
            wanted.insert((root.to_owned(), language));
        }
    }
    // A change of a deployment file alone is about the unit it lies in.
    for document in set.documents() {
        if let Some(root) = repository.roots.nearest(document.path.folder()) {
            let languages = repository.roots.languages(root).iter();
            wanted.extend(languages.map(|language| (root.to_owned(), *language)));
        }
    }
    let wanted: Vec<(String, &'static str)> = wanted.into_iter().take(MAX_UNITS).collect();
    let units = wanted.iter().map(|(root, language)| repository.unit(root, language)).collect();
    let index: HashMap<&(String, &'static str), usize> = wanted.iter().enumerate().map(|(at, key)| (key, at)).collect();
    let homes = homes.into_iter().filter_map(|(path, key)| Some((path, *index.get(&key)?))).collect();
    set.set_units(units, homes);
}

/// A document, the unit it lies in, if it lies in one, and what it says.
struct Paper<'a> {
    document: &'a Document,
    home: Option<&'a str>,
    told: Told,
    /// Its text in lower case where names of units are looked for in it.
    lower: String,
}

/// Everything about the side that several units ask for.
struct Repository<'a> {
    roots: Roots,
    documents: Vec<Paper<'a>>,
    /// Unit and language of a code file, and its signs.
    code: Vec<(Option<&'a str>, &'static str, Vec<Sign>)>,
    /// Unit and language of a code file, and the clients it makes past instrumentation.
    raw: Vec<(&'a str, &'static str, RawClient)>,
    /// Deployment files of the tree that were not read.
    unread: Vec<&'a FilePath>,
}

impl<'a> Repository<'a> {
    fn read(tree: &[&'a FilePath], set: &'a FactSet) -> Self {
        let roots = Roots::of(tree.iter().copied());
        let rows: Vec<&'static Row> = TABLES.languages.keys().flat_map(|name| TABLES.rows(name)).collect();
        let rows = distinct(rows);
        let documents = set.documents().map(|document| {
            let (told, home) = (told(document, &rows), roots.nearest(document.path.folder()));
            let runs = document.shipped && deploys(&document.path);
            let lower = if runs { document.source.as_str().to_ascii_lowercase() } else { String::new() };
            Paper { document, home, told, lower }
        });
        let mut documents: Vec<Paper<'_>> = documents.collect();
        documents.sort_by(|one, other| one.document.path.cmp(&other.document.path));
        let code = set.files().map(|file| {
            let language = table_of(file.language);
            (roots.unit(file.path.folder(), language), language, set_up::signs(file))
        });
        let mut code: Vec<_> = code.filter(|(_, _, signs)| !signs.is_empty()).collect();
        code.sort_by(|one, other| one.2[0].place.cmp(&other.2[0].place));
        let raw = set.files().flat_map(|file| {
            let language = table_of(file.language);
            let home = roots.unit(file.path.folder(), language);
            home.into_iter().flat_map(move |home| raw::clients(file).into_iter().map(move |raw| (home, language, raw)))
        });
        let mut raw: Vec<_> = raw.collect();
        raw.sort_by(|one, other| one.2.place.cmp(&other.2.place));
        let unread = tree.iter().copied().filter(|path| set.document(path).is_none() && deploys(path)).collect();
        Self { roots, documents, code, raw, unread }
    }

    fn unit(&self, root: &str, language: &'static str) -> UnitCoverage {
        let mut own: Vec<&Sign> = Vec::new();
        let mut far: Vec<&Sign> = Vec::new();
        for paper in &self.documents {
            match paper.home {
                Some(home) if home == root => own.extend(&paper.told.signs),
                // What lies above a unit, or in no unit, may be about it; what lies in another one is not.
                Some(home) if !inside(root, home) => {}
                _ => far.extend(&paper.told.signs),
            }
        }
        for (home, _, signs) in self.code.iter().filter(|(_, of, _)| *of == language) {
            if *home == Some(root) { own.extend(signs) } else { far.extend(signs) }
        }
        let dependencies = self.dependencies(root, language);
        let context = Context::of(language, dependencies.clone(), &own);
        let elsewhere: Vec<Marker> = far.iter().filter_map(|sign| context.marker(sign)).collect();
        UnitCoverage {
            own: own.iter().filter_map(|sign| context.marker(sign)).collect(),
            external: Vec::new(),
            elsewhere: elsewhere.into(),
            off: own.iter().filter_map(|sign| context.off(sign)).collect(),
            raw: self.raw_of(root, language),
            deployed: self.deployed(root),
            frameworks: frameworks(language, &dependencies),
            hint: hint(&dependencies),
            manifest_read: self.documents.iter().any(|paper| paper.home == Some(root) && tells_all(paper)),
            root: root.to_owned(),
            language,
        }
    }

    fn raw_of(&self, root: &str, language: &str) -> Vec<RawClient> {
        let mine = self.raw.iter().filter(|(home, of, _)| *home == root && *of == language);
        mine.map(|(_, _, raw)| raw.clone()).collect()
    }

    /// What the manifests of a unit and of the folders above it require, the nearest first.
    fn dependencies(&self, root: &str, language: &str) -> Vec<&Dependency> {
        let about = |path: &FilePath| {
            let name = path.file_name();
            match language {
                "go" => name == "go.mod",
                "node" => name == "package.json",
                "rust" => name == "Cargo.toml",
                "java" => name == "pom.xml" || name.starts_with("build.gradle") || name == "libs.versions.toml",
                _ => !matches!(name, "go.mod" | "package.json" | "Cargo.toml" | "pom.xml"),
            }
        };
        let mine = |paper: &&Paper<'_>| {
            let path = &paper.document.path;
            paper.document.kind == DocumentKind::Manifest
                && about(path)
                && (paper.home == Some(root) || inside(root, path.folder()))
        };
        let mut manifests: Vec<&Paper<'_>> = self.documents.iter().filter(mine).collect();
        manifests.sort_by_key(|paper| std::cmp::Reverse(paper.document.path.folder().len()));
        manifests.into_iter().flat_map(|paper| &paper.told.dependencies).collect()
    }

    fn deployed(&self, root: &str) -> Deployed {
        let name = root.rsplit('/').next().unwrap_or(root).to_ascii_lowercase();
        let mentions = |paper: &Paper<'_>| name.len() > 2 && paper.lower.contains(&name);
        let mut deployed = Deployed { complete: true, ..Deployed::default() };
        for paper in self.documents.iter().filter(|paper| paper.document.shipped) {
            let (document, home) = (paper.document, paper.home);
            let mine = home == Some(root) || home.is_none_or(|home| inside(root, home)) && mentions(paper);
            if mine {
                deployed.built |= matches!(document.kind, DocumentKind::Dockerfile | DocumentKind::Procfile);
                deployed.run |= matches!(document.kind, DocumentKind::Deployment | DocumentKind::Procfile);
            }
        }
        deployed.complete = !self.unread.iter().any(|path| {
            let home = self.roots.nearest(path.folder());
            home.is_none_or(|home| inside(root, home))
        });
        deployed
    }
}

/// A manifest that names its dependencies itself. What a script applies, a catalogue lists or a workspace shares stands
/// elsewhere.
fn tells_all(paper: &Paper<'_>) -> bool {
    let text = paper.document.source.as_str();
    let borrowed = ["apply from", "apply(from", "libs.", "<parent>", "catalog:", "alias("];
    paper.document.kind == DocumentKind::Manifest
        && !paper.told.dependencies.is_empty()
        && !borrowed.iter().any(|word| text.contains(word))
}

/// Platform rows are about several languages, and looked for once.
fn distinct(mut rows: Vec<&'static Row>) -> Vec<&'static Row> {
    let mut seen = BTreeSet::new();
    rows.retain(|row| seen.insert(row.id.as_str()));
    rows
}

fn deploys(path: &FilePath) -> bool {
    let kind = document_kind(path);
    let telling = matches!(kind, Some(DocumentKind::Dockerfile | DocumentKind::Procfile | DocumentKind::Deployment));
    telling && is_shipped(path)
}

fn frameworks(language: &str, dependencies: &[&Dependency]) -> Vec<Framework> {
    let Some(table) = TABLES.languages.get(language) else { return Vec::new() };
    let of = |names: &BTreeMap<String, String>, bit| -> Vec<Framework> {
        let one = |(module, library): (&String, &String)| Framework {
            module: module.clone(),
            library: library.clone(),
            bit,
            required: dependencies.iter().any(|one| one.name == *module),
        };
        names.iter().map(one).collect()
    };
    let mut all = of(&table.frameworks, Bit::HttpServer);
    all.extend(of(&table.consumers, Bit::QueueConsume));
    all
}

fn hint(dependencies: &[&Dependency]) -> Option<String> {
    let hints = |name: &str| TABLES.hints.iter().any(|hint| name.contains(hint.as_str()));
    dependencies.iter().find(|one| hints(&one.name.to_ascii_lowercase())).map(|one| one.name.clone())
}
