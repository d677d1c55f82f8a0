//! Every path of a tree with its object, as `git ls-tree -r -z` lists it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::FilePath;

use super::diff::{Blob, EntryKind, path};
use super::error::WorkspaceError;
use super::git::Git;

#[derive(Default)]
pub(super) struct Tree {
    pub(super) paths: Arc<[FilePath]>,
    blobs: HashMap<FilePath, Blob>,
    /// The listing was longer than allowed, so there is none.
    pub(super) too_large: bool,
}

impl Tree {
    pub(super) fn list(git: &Git, tree: &str, cap: usize) -> Result<Self, WorkspaceError> {
        let output = git.run(&["ls-tree", "-r", "-z", "--full-tree", tree], b"", cap)?;
        if output.cut {
            return Ok(Self { too_large: true, ..Self::default() });
        }
        Self::parse(&output.stdout)
    }

    /// Only these paths (the first thousand of them), for a tree that is too large to be listed.
    pub(super) fn some(git: &Git, tree: &str, paths: &[FilePath]) -> Result<Self, WorkspaceError> {
        let mut args = vec!["ls-tree", "-z", "--full-tree", tree, "--"];
        args.extend(paths.iter().take(1_000).map(FilePath::as_str));
        Self::parse(&git.whole(&args, b"", 1 << 20)?)
    }

    pub(super) fn get(&self, path: &FilePath) -> Option<&Blob> {
        self.blobs.get(path)
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, WorkspaceError> {
        let mut paths = Vec::new();
        let mut blobs = HashMap::new();
        for record in bytes.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
            let entry = record.iter().position(|byte| *byte == b'\t').and_then(|tab| {
                let meta = std::str::from_utf8(&record[..tab]).ok()?;
                let mut words = meta.split(' ');
                let (mode, _type, oid) = (words.next()?, words.next()?, words.next()?);
                Some((path(&record[tab + 1..]), Blob { oid: oid.to_owned(), kind: EntryKind::of_mode(mode) }))
            });
            let (path, blob) = entry.ok_or_else(|| WorkspaceError::Unexpected {
                doing: "listing a tree",
                detail: String::from_utf8_lossy(record).chars().filter(|c| !c.is_control()).take(120).collect(),
            })?;
            paths.push(path.clone());
            blobs.insert(path, blob);
        }
        paths.sort_unstable();
        Ok(Self { paths: paths.into(), blobs, too_large: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_their_kind_and_odd_names() {
        let tree =
            Tree::parse(b"100644 blob aa\tb\tc.go\x00120000 blob bb\ta\n\x00160000 commit cc\tvendor/sub\x00").unwrap();
        assert_eq!(tree.paths.iter().map(FilePath::as_str).collect::<Vec<_>>(), ["a\n", "b\tc.go", "vendor/sub"]);
        assert_eq!(tree.get(&FilePath::from("vendor/sub")).unwrap().kind, EntryKind::Submodule);
        assert!(Tree::parse(b"nonsense\0").is_err());
    }
}
