//! A whole tree, as if all of it were new: cut into parts that fit into memory, each a change set of its own with the files
//! around it, worked on by all cores and remembered by what it was made of.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::attributes::Attributes;
use super::blobs::Blobs;
use super::diff::{Blob, EntryKind};
use super::error::WorkspaceError;
use super::facts::{FactCache, Key};
use super::limits::Limits;
use super::local::{Head, Opened, open};
use super::tree::Tree;
use crate::model::{
    ChangeSet, CommitSha, Content, FileChange, FilePath, FileStatus, Hunk, Language, Neighbour, SourceText,
};
use crate::rules::custom::is_rule_file;
use crate::syntax;

const CONFIG: &str = ".github/sightline.yml";
/// A part ends with a folder once it has so many files…
const ENOUGH: usize = 200;
/// …and in the middle of one when it has so many.
const MOST: usize = 400;

/// The code of one tree.
pub struct Whole {
    opened: Opened,
    tree: Tree,
    parts: Vec<Vec<FilePath>>,
    attributes: Attributes,
    rules: Vec<Neighbour>,
    limits: Limits,
    /// What every part depends on: which paths there are, what the attribute files say, and the rules of the repository.
    around: Key,
    pub config: Option<String>,
}

/// What was worked out about a part, and the files around it that were looked at.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    near: Vec<(FilePath, String)>,
    value: T,
}

impl Whole {
    pub fn open(repo: &Path, head: &Head, limits: &Limits) -> Result<Self, WorkspaceError> {
        let opened = open(repo, head, limits)?;
        let tree = Tree::list(&opened.git, &opened.tree, limits.tree_bytes)?;
        if tree.too_large {
            return Err(WorkspaceError::TooMuchOutput {
                command: "ls-tree".to_owned(),
                limit: limits.tree_bytes as u64,
            });
        }
        let special: Vec<(&FilePath, &str)> = tree
            .paths
            .iter()
            .filter(|path| is_special(path))
            .filter_map(|path| Some((path, file(&tree, path)?.oid.as_str())))
            .collect();
        let mut blobs = Blobs::new(limits);
        blobs.load(&opened.git, special.iter().map(|(_, oid)| *oid), limits)?;
        let (mut attributes, mut rules, mut config) = (Attributes::default(), Vec::new(), None);
        for (path, oid) in &special {
            let Some(text) = blobs.get(oid).and_then(Content::text) else { continue };
            if is_rule_file(path) {
                rules.push(Neighbour { path: (*path).clone(), text: text.clone() });
            } else if path.as_str() == CONFIG {
                config = Some(text.to_string());
            } else {
                attributes.add(path, text);
            }
        }
        let paths = tree.paths.iter().map(|path| path.as_str().as_bytes());
        let around =
            Key::of(paths.chain(special.iter().flat_map(|(path, oid)| [path.as_str().as_bytes(), oid.as_bytes()])));
        let parts = parts(&tree);
        Ok(Self { opened, parts, tree, attributes, rules, limits: limits.clone(), around, config })
    }

    /// The commit, unless it is the index or the working tree.
    pub fn head(&self) -> Option<&CommitSha> {
        self.opened.head.as_ref()
    }

    /// How many files of known languages there are.
    pub fn files(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    /// Works on every part, on all cores, and answers in the order of the tree. `purpose` names what is worked out and all
    /// that it depends on beside the code; with a cache, a part that was worked on before is not even loaded. `progress`
    /// hears how many files are done.
    pub fn each<T: Serialize + DeserializeOwned + Send>(
        &self,
        cache: Option<&FactCache>,
        purpose: &str,
        progress: &(dyn Fn(usize) + Sync),
        work: &(dyn Fn(&ChangeSet) -> T + Sync),
    ) -> Result<Vec<T>, WorkspaceError> {
        let done = AtomicUsize::new(0);
        let one = |part: &Vec<FilePath>| {
            let key = self.key(purpose, part);
            let kept = cache.and_then(|cache| cache.get::<Kept<T>>(&key)).filter(|kept| self.still_so(&kept.near));
            let value = match kept {
                Some(kept) => kept.value,
                None => {
                    let change = self.load(part)?;
                    let kept = Kept { near: self.near(&change), value: work(&change) };
                    if let Some(cache) = cache {
                        cache.put(&key, &kept);
                    }
                    kept.value
                }
            };
            progress(done.fetch_add(part.len(), Ordering::Relaxed) + part.len());
            Ok(value)
        };
        self.parts.par_iter().map(one).collect()
    }

    /// Some files of the tree as if they were new, with nothing around them.
    pub fn texts(&self, paths: &[FilePath]) -> Result<Vec<FileChange>, WorkspaceError> {
        let mut blobs = Blobs::new(&self.limits);
        blobs.load(
            &self.opened.git,
            paths.iter().filter_map(|path| Some(file(&self.tree, path)?.oid.as_str())),
            &self.limits,
        )?;
        Ok(paths.iter().filter_map(|path| self.added(path, &blobs)).collect())
    }

    fn key(&self, purpose: &str, part: &[FilePath]) -> Key {
        let files = part.iter().filter_map(|path| Some([path.as_str(), self.tree.get(path)?.oid.as_str()]));
        let head = [purpose, self.around.as_str()];
        Key::of(head.into_iter().chain(files.flatten()).map(str::as_bytes))
    }

    fn still_so(&self, near: &[(FilePath, String)]) -> bool {
        near.iter().all(|(path, oid)| self.tree.get(path).is_some_and(|blob| blob.oid == *oid))
    }

    fn near(&self, change: &ChangeSet) -> Vec<(FilePath, String)> {
        let near = change.neighbours.iter();
        near.filter_map(|one| Some((one.path.clone(), self.tree.get(&one.path)?.oid.clone()))).collect()
    }

    fn load(&self, part: &[FilePath]) -> Result<ChangeSet, WorkspaceError> {
        // A run may take longer than one change set may: each part has its own time.
        let git = self.opened.git.again();
        let mut blobs = Blobs::new(&self.limits);
        let oid = |path: &FilePath| Some(file(&self.tree, path)?.oid.as_str());
        blobs.load(&git, part.iter().filter_map(oid), &self.limits)?;
        let files: Vec<FileChange> = part.iter().filter_map(|path| self.added(path, &blobs)).collect();
        let wanted = syntax::wanted(&files, &self.tree.paths);
        blobs.load(&git, wanted.iter().filter_map(oid), &self.limits)?;
        let neighbours = wanted.into_iter().filter_map(|path| {
            let text = blobs.get(&file(&self.tree, &path)?.oid)?.text()?.clone();
            Some(Neighbour { path, text })
        });
        Ok(ChangeSet {
            base: None,
            head: self.opened.head.clone(),
            neighbours: neighbours.collect(),
            files,
            tree: self.tree.paths.clone(),
            rules: self.rules.clone(),
        })
    }

    fn added(&self, path: &FilePath, blobs: &Blobs) -> Option<FileChange> {
        let head = blobs.get(&file(&self.tree, path)?.oid)?.clone();
        let lines = head.text().map_or(0, |text| SourceText::new(text.clone()).line_count());
        let hunk = Hunk { new_start: 1, new_lines: lines, added: (1..=lines).collect(), ..Hunk::default() };
        Some(FileChange {
            path: path.clone(),
            old_path: None,
            status: FileStatus::Added,
            base: Content::Absent,
            head,
            hunks: vec![hunk],
            linguist: self.attributes.of(path),
        })
    }
}

/// Files that say something about all others.
fn is_special(path: &FilePath) -> bool {
    path.file_name() == ".gitattributes" || path.as_str() == CONFIG || is_rule_file(path)
}

fn file<'t>(tree: &'t Tree, path: &FilePath) -> Option<&'t Blob> {
    tree.get(path).filter(|blob| blob.kind == EntryKind::File)
}

/// The files of known languages, folder by folder.
fn parts(tree: &Tree) -> Vec<Vec<FilePath>> {
    let code = |path: &&FilePath| Language::of_path(path).is_some() && file(tree, path).is_some();
    let mut folders: HashMap<&str, Vec<&FilePath>> = HashMap::new();
    for path in tree.paths.iter().filter(code) {
        folders.entry(path.folder()).or_default().push(path);
    }
    let mut folders: Vec<_> = folders.into_iter().collect();
    folders.sort_unstable();
    let mut parts = Vec::new();
    let mut part: Vec<FilePath> = Vec::new();
    for (_, files) in folders {
        if part.len() + files.len() > MOST || part.len() >= ENOUGH {
            parts.push(std::mem::take(&mut part));
        }
        for file in files {
            if part.len() == MOST {
                parts.push(std::mem::take(&mut part));
            }
            part.push(file.clone());
        }
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[String]) -> Tree {
        let listing: String = paths.iter().map(|path| format!("100644 blob aa\t{path}\0")).collect();
        Tree::parse(listing.as_bytes()).unwrap()
    }

    #[test]
    fn parts_follow_folders_and_never_grow_beyond_a_limit() {
        let mut paths: Vec<String> = (0..3).map(|index| format!("a/{index}.go")).collect();
        paths.extend((0..250).map(|index| format!("b/{index}.go")));
        paths.extend((0..900).map(|index| format!("c/{index}.py")));
        paths.push("README.md".to_owned());
        let parts = parts(&tree(&paths));
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [253, 400, 400, 100]);
        assert!(parts[0].iter().all(|path| path.folder() != "c"));
    }
}
