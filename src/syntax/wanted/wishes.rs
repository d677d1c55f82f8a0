//! A list of paths without repetitions, without changed files and without paths that do not exist.

use std::collections::HashSet;

use crate::model::{FileChange, FilePath};

pub(super) struct Wishes<'t> {
    pub(super) tree: &'t [FilePath],
    changed: HashSet<&'t str>,
    seen: HashSet<String>,
    out: Vec<FilePath>,
    /// How many more the kind that is wishing now may add.
    left: usize,
}

impl<'t> Wishes<'t> {
    pub(super) fn new(files: &'t [FileChange], tree: &'t [FilePath]) -> Self {
        let changed = files.iter().map(|file| file.path.as_str()).collect();
        Self { tree, changed, seen: HashSet::new(), out: Vec::new(), left: 0 }
    }

    /// From here on at most so many more.
    pub(super) fn at_most(&mut self, count: usize) {
        self.left = count;
    }

    pub(super) fn add(&mut self, path: &str) {
        let exists = || self.tree.binary_search_by(|known| known.as_str().cmp(path)).is_ok();
        if self.left > 0 && !self.changed.contains(path) && exists() && self.seen.insert(path.to_owned()) {
            self.left -= 1;
            self.out.push(FilePath::from(path));
        }
    }

    pub(super) fn done(self) -> Vec<FilePath> {
        self.out
    }
}
