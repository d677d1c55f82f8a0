//! Files that tell how the changed code runs: manifests, images, deployments, settings, and the set-up code of its unit.

use std::collections::BTreeSet;

use super::wishes::Wishes;
use crate::facts::DocumentKind;
use crate::model::{FileChange, FilePath, Language};
use crate::syntax::coverage::{Roots, document_kind};

/// Documents, over all units of a change.
const MAX_DOCUMENTS: usize = 48;
/// Set-up code, which costs more: it is parsed.
const MAX_SET_UP: usize = 12;
/// A change of more units than this is bulk.
const MAX_UNITS: usize = 6;

/// What set-up code is called, the most telling first.
const SET_UP: [&str; 26] = [
    "instrumentation",
    "instrument",
    "tracing",
    "tracer",
    "telemetry",
    "otel",
    "opentelemetry",
    "observability",
    "sentry",
    "datadog",
    "main",
    "server",
    "app",
    "application",
    "index",
    "bootstrap",
    "wsgi",
    "asgi",
    "settings",
    "production",
    "celery",
    "next",
    "database",
    "db",
    "redis",
    "client",
];

pub(super) fn wish(files: &[FileChange], wishes: &mut Wishes<'_>) {
    let about = |file: &&FileChange| Language::of_path(&file.path).is_some() || document_kind(&file.path).is_some();
    let folders: BTreeSet<&str> = files.iter().filter(about).map(|file| file.path.folder()).collect();
    if folders.is_empty() {
        return;
    }
    let tree = wishes.tree;
    let roots = Roots::of(tree.iter());
    let units: BTreeSet<&str> = folders.iter().filter_map(|folder| roots.nearest(folder)).collect();
    let units: Vec<&str> = units.into_iter().take(MAX_UNITS).collect();
    let mut documents: Vec<(usize, &FilePath)> = Vec::new();
    let mut set_up: Vec<(usize, &FilePath)> = Vec::new();
    for path in tree {
        if let Some(kind) = document_kind(path) {
            documents.extend(rank(path, kind, &units, &roots).map(|rank| (rank, path)));
        } else if let Some(rank) = set_up_rank(path) {
            let mine = roots.nearest(path.folder()).is_some_and(|home| units.contains(&home));
            set_up.extend(mine.then_some((rank, path)));
        }
    }
    wishes.at_most(MAX_DOCUMENTS);
    add(documents, wishes);
    wishes.at_most(MAX_SET_UP);
    add(set_up, wishes);
}

fn add(mut ranked: Vec<(usize, &FilePath)>, wishes: &mut Wishes<'_>) {
    ranked.sort();
    ranked.into_iter().for_each(|(_, path)| wishes.add(path.as_str()));
}

/// How much a document tells about the units: their own before what lies above them, images before settings.
fn rank(path: &FilePath, kind: DocumentKind, units: &[&str], roots: &Roots) -> Option<usize> {
    let kind_rank = match kind {
        DocumentKind::Manifest => 0,
        DocumentKind::Dockerfile => 1,
        DocumentKind::Procfile => 2,
        DocumentKind::Deployment => 3,
        DocumentKind::Settings => 4,
        DocumentKind::Script => 5,
        DocumentKind::Build => 6,
    };
    let home = roots.nearest(path.folder());
    let far = match home {
        Some(home) if units.contains(&home) => 0,
        // In no unit, or in a folder above one; the name of a unit in its path makes it likelier.
        Some(home) if !units.iter().any(|unit| unit.starts_with(home)) => return None,
        _ => {
            let named = units.iter().filter_map(|unit| unit.rsplit('/').next()).filter(|name| !name.is_empty());
            if named.into_iter().any(|name| path.as_str().contains(name)) { 1 } else { 2 }
        }
    };
    Some(far * 10 + kind_rank)
}

fn set_up_rank(path: &FilePath) -> Option<usize> {
    Language::of_path(path)?;
    let stem = path.file_name().split('.').next()?.to_ascii_lowercase();
    let depth = path.as_str().matches('/').count();
    let at = SET_UP.iter().position(|name| stem == *name || stem.starts_with("otel") && *name == "otel");
    // `OrdersApplication.java`
    let at = at.or_else(|| (stem.ends_with("application") && path.extension() == "java").then_some(10));
    Some(at? * 8 + depth.min(7))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Content, FileStatus};

    #[test]
    fn a_change_asks_for_what_tells_how_its_unit_runs() {
        let mut tree: Vec<FilePath> = [
            "docker-compose.yml",
            "services/pay/Dockerfile",
            "services/pay/package.json",
            "services/pay/src/instrumentation.ts",
            "services/pay/src/pay.ts",
            "services/stock/Dockerfile",
            "services/stock/package.json",
        ]
        .map(FilePath::from)
        .to_vec();
        tree.sort();
        let file = FileChange {
            path: "services/pay/src/pay.ts".into(),
            old_path: None,
            status: FileStatus::Modified,
            base: Content::Text(Arc::from("a")),
            head: Content::Text(Arc::from("b")),
            hunks: Vec::new(),
            linguist: crate::model::Linguist::default(),
        };
        let files = [file];
        let mut wishes = Wishes::new(&files, &tree);
        wish(&files, &mut wishes);
        let wanted: Vec<String> = wishes.done().iter().map(|path| path.as_str().to_owned()).collect();
        assert_eq!(
            wanted,
            [
                "services/pay/package.json",
                "services/pay/Dockerfile",
                "docker-compose.yml",
                "services/pay/src/instrumentation.ts"
            ]
        );
    }
}
