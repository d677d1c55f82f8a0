//! The index and the working tree as trees of git, so that everything else only ever compares two trees.
//!
//! A copy of the index takes the changes and a temporary object folder takes the new objects: the user's repository
//! is only read. Clean filters are switched off, because they are programs that the repository's configuration names.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;

use tempfile::TempDir;

use crate::model::{CommitSha, Content, FileChange, FilePath, FileStatus, Note, NoteKind};

use super::diff::path;
use super::error::WorkspaceError;
use super::fetched::Fetched;
use super::git::Git;
use super::limits::Limits;

const LIST: usize = 64 << 20;

/// A tree that is no commit, and a git that sees its objects.
pub(super) struct Snapshot {
    pub(super) tree: String,
    pub(super) git: Git,
    left_out: Vec<(FilePath, u64)>,
    _scratch: TempDir,
}

impl Snapshot {
    /// What would be committed. A hook of git names another index in `GIT_INDEX_FILE`.
    pub(super) fn staged(git: &Git) -> Result<Self, WorkspaceError> {
        let (git, scratch) = scratch(git)?;
        let unmerged = git.whole(&["ls-files", "--unmerged", "-z"], b"", LIST)?;
        if !unmerged.is_empty() {
            return Err(WorkspaceError::Unmerged);
        }
        let tree = git.run(&["write-tree", "--missing-ok"], b"", 4_096)?.line();
        Ok(Self { tree, git, left_out: Vec::new(), _scratch: scratch })
    }

    /// The files as they are, untracked ones included, ignored ones not.
    pub(super) fn working_tree(git: &Git, limits: &Limits) -> Result<Self, WorkspaceError> {
        let (git, scratch) = scratch(git)?;
        let git = without_filters(git)?;
        let changed = git.whole(&["ls-files", "-z", "--modified", "--deleted"], b"", LIST)?;
        let untracked = git.whole(&["ls-files", "-z", "--others", "--exclude-standard"], b"", LIST)?;
        let mut names: Vec<&[u8]> =
            changed.split(|byte| *byte == 0).chain(untracked.split(|byte| *byte == 0)).collect();
        names.sort_unstable();
        names.dedup();
        let mut list = Vec::new();
        let mut left_out = Vec::new();
        // A name that ends with a slash is another repository inside this one.
        for name in names.into_iter().filter(|name| !name.is_empty() && !name.ends_with(b"/")) {
            match size(git.dir(), name) {
                Some(bytes) if bytes > limits.file_bytes => left_out.push((path(name), bytes)),
                _ => list.extend_from_slice(&[name, b"\0"].concat()),
            }
        }
        git.run(&["update-index", "-z", "--add", "--remove", "--replace", "--stdin"], &list, 1 << 20)?;
        let tree = git.run(&["write-tree", "--missing-ok"], b"", 4_096)?.line();
        Ok(Self { tree, git, left_out, _scratch: scratch })
    }

    pub(super) fn differs_from(&self, head: &CommitSha) -> Result<bool, WorkspaceError> {
        let tree = self.git.run(&["rev-parse", &format!("{head}^{{tree}}")], b"", 4_096)?.line();
        Ok(tree != self.tree || !self.left_out.is_empty())
    }

    /// Files that were too large even to be hashed appear as what they are.
    pub(super) fn describe_left_out(&self, fetched: &mut Fetched) {
        for (path, bytes) in &self.left_out {
            let text = format!("it is {bytes} bytes long and was not read");
            fetched.notes.push(Note::on(NoteKind::Skipped, path, text));
            fetched.change.files.push(FileChange {
                path: path.clone(),
                old_path: None,
                status: FileStatus::Modified,
                base: Content::Unavailable("its new version is too large to be compared".to_owned()),
                head: Content::TooLarge { bytes: *bytes },
                hunks: Vec::new(),
                linguist: crate::model::Linguist::default(),
            });
        }
    }
}

fn size(top: &Path, name: &[u8]) -> Option<u64> {
    use std::os::unix::ffi::OsStrExt;
    let meta = top.join(std::ffi::OsStr::from_bytes(name)).symlink_metadata().ok()?;
    meta.is_file().then_some(meta.len())
}

/// Every filter the repository names, made a no-op.
fn without_filters(mut git: Git) -> Result<Git, WorkspaceError> {
    let known = git.attempt(&["config", "-z", "--name-only", "--get-regexp", r"^filter\."], b"", 1 << 20)?;
    for name in String::from_utf8_lossy(&known.stdout).split('\0') {
        let value = match name.rsplit('.').next() {
            Some("required") => "false",
            Some("clean" | "smudge" | "process") => "",
            _ => continue,
        };
        git = git.setting(name, value);
    }
    Ok(git)
}

/// A git with a private index and object folder; both vanish with the guard.
fn scratch(git: &Git) -> Result<(Git, TempDir), WorkspaceError> {
    let failed = |doing, path: &Path, source| WorkspaceError::Io { doing, path: path.to_owned(), source };
    let folder = tempfile::Builder::new()
        .prefix("sightline-")
        .tempdir()
        .map_err(|source| failed("create a folder in", &std::env::temp_dir(), source))?;
    let ask = |what: &str| git.run(&["rev-parse", "--git-path", what], b"", 64 << 10).map(|answer| answer.line());
    let index = match std::env::var_os("GIT_INDEX_FILE") {
        Some(named) => git.dir().join(named),
        None => git.dir().join(ask("index")?),
    };
    let objects = git.dir().join(ask("objects")?);
    let copy = folder.path().join("index");
    match std::fs::copy(&index, &copy) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {} // nothing was ever staged
        Err(source) => return Err(failed("copy the index", &index, source)),
    }
    let private = folder.path().join("objects");
    std::fs::create_dir(&private).map_err(|source| failed("create", &private, source))?;
    let git = git
        .clone()
        .variable("GIT_INDEX_FILE", &copy)
        .variable("GIT_OBJECT_DIRECTORY", &private)
        .variable("GIT_ALTERNATE_OBJECT_DIRECTORIES", list_entry(&objects))
        .setting("core.splitIndex", "false");
    Ok((git, folder))
}

/// A path as an entry of a colon-separated list: git reads a quoted entry as one, colons and all.
fn list_entry(path: &Path) -> OsString {
    match path.to_str() {
        Some(text) if text.contains([':', '"']) => {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")).into()
        }
        _ => path.as_os_str().to_owned(),
    }
}
