//! The walk against tree-sitter's own query engine: the same patterns find the same nodes in every fixture.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use streaming_iterator::StreamingIterator;
use tree_sitter::{Node, Query, QueryCursor};

use super::extract::{Budget, parse};
use super::language::ready;
use super::walk::{Bounds, walk};
use crate::model::{FilePath, Language, SourceText};

/// The number of a pattern and what it captured: name, kind, first and last byte.
type Seen = (usize, Vec<(String, u16, usize, usize)>);

fn capture(name: &str, node: Node<'_>) -> (String, u16, usize, usize) {
    (name.to_owned(), node.kind_id(), node.start_byte(), node.end_byte())
}

fn by_walk(language: Language, text: &str, root: Node<'_>) -> BTreeSet<Seen> {
    let patterns = &ready(language).compiled.patterns;
    let mut seen = BTreeSet::new();
    let bounds = Bounds { max_depth: 500, max_matches: usize::MAX };
    walk(patterns, root, text, bounds, &mut |_, found| {
        let captures = found.captures.iter().map(|(id, node)| capture(&patterns.captures[*id as usize], *node));
        seen.insert((found.pattern as usize, sorted(captures.collect())));
    });
    seen
}

fn by_query(query: &Query, text: &str, root: Node<'_>) -> BTreeSet<Seen> {
    let mut cursor = QueryCursor::new();
    let mut seen = BTreeSet::new();
    let mut matches = cursor.matches(query, root, text.as_bytes());
    while let Some(found) = matches.next() {
        let names = query.capture_names();
        let captures = found.captures().iter().map(|one| capture(names[one.index as usize], one.node));
        seen.insert((found.pattern_index, sorted(captures.collect())));
    }
    seen
}

fn sorted(mut captures: Vec<(String, u16, usize, usize)>) -> Vec<(String, u16, usize, usize)> {
    captures.sort();
    captures
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

#[test]
fn the_walk_finds_what_queries_find() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    files(&root.join("fixtures"), &mut paths);
    files(&root.join("tests/properties"), &mut paths);
    let queries: Vec<(Language, Query)> = Language::ALL
        .into_iter()
        .map(|language| {
            let dialect = ready(language).dialect;
            (language, Query::new(&(dialect.grammar)(), dialect.query).unwrap())
        })
        .collect();
    let mut matches = 0;
    for path in paths {
        let Some(language) = Language::of_path(&FilePath::new(path.to_string_lossy())) else { continue };
        let text = std::fs::read_to_string(&path).unwrap();
        // Whole and broken off: half a construct is where engines differ first.
        for end in [text.len(), text.len() / 2, text.len() / 3] {
            let Some(text) = text.get(..end) else { continue };
            let tree = parse(ready(language), &SourceText::new(text), &Budget::default()).unwrap();
            let (_, query) = queries.iter().find(|(one, _)| *one == language).unwrap();
            let (ours, theirs) = (by_walk(language, text, tree.root_node()), by_query(query, text, tree.root_node()));
            let differences: Vec<_> = ours.symmetric_difference(&theirs).take(3).collect();
            assert!(differences.is_empty(), "{}, first {end} bytes: {differences:#?}", path.display());
            matches += ours.len();
        }
    }
    assert!(matches > 10_000, "{matches}");
}
