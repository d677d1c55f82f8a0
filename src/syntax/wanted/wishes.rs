//! A list of paths without repetitions, without changed files and without paths that do not exist.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use crate::model::{FileChange, FilePath};

pub(super) struct Wishes<'t> {
    pub(super) tree: &'t [FilePath],
    changed: HashSet<&'t str>,
    seen: HashSet<String>,
    out: Vec<FilePath>,
    /// The paths of the tree by their last element, once somebody has asked.
    by_name: OnceCell<HashMap<&'t str, Vec<&'t str>>>,
    /// How many more the kind that is wishing now may add.
    left: usize,
}

impl<'t> Wishes<'t> {
    pub(super) fn new(files: &'t [FileChange], tree: &'t [FilePath]) -> Self {
        let changed = files.iter().map(|file| file.path.as_str()).collect();
        Self { tree, changed, seen: HashSet::new(), out: Vec::new(), by_name: OnceCell::new(), left: 0 }
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

    /// The first path of the tree that ends with these whole elements.
    pub(super) fn ending_with(&self, path: &str) -> Option<&'t str> {
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name: HashMap<&str, Vec<&str>> = HashMap::new();
            for known in self.tree {
                by_name.entry(known.file_name()).or_default().push(known.as_str());
            }
            by_name
        });
        let named = by_name.get(path.rsplit('/').next()?)?;
        named.iter().find(|known| known.strip_suffix(path).is_some_and(|rest| rest.ends_with('/'))).copied()
    }

    pub(super) fn done(self) -> Vec<FilePath> {
        self.out
    }
}
