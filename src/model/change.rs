//! What a pull request changes, with both sides of every file: the one input of the engine.

use std::sync::Arc;

use super::ids::{CommitSha, FilePath};

/// The difference between two trees. How it was born (GitHub, a local repository, the index) is not visible here.
#[derive(Clone, Debug, Default)]
pub struct ChangeSet {
    /// The merge base (or whatever the head is compared with); `None` for an empty tree.
    pub base: Option<CommitSha>,
    /// `None` for the index or the working tree.
    pub head: Option<CommitSha>,
    pub files: Vec<FileChange>,
    /// Unchanged files of the head that help to understand the changed ones: manifests, imported siblings.
    pub neighbours: Vec<Neighbour>,
    /// Every path of the head's tree, sorted; empty when it could not be listed.
    pub tree: Arc<[FilePath]>,
    /// The repository's own rules as they stand at the **base**: a change cannot judge itself.
    pub rules: Vec<Neighbour>,
}

#[derive(Clone, Debug)]
pub struct Neighbour {
    pub path: FilePath,
    pub text: Arc<str>,
}

/// A block up to this long counts as changed when at least half of it is new.
const SHORT_BLOCK: u32 = 12;

#[derive(Clone, Debug)]
pub struct FileChange {
    /// The path at the head, or at the base when the file was removed.
    pub path: FilePath,
    /// The path at the base when it differs.
    pub old_path: Option<FilePath>,
    pub status: FileStatus,
    pub base: Content,
    pub head: Content,
    /// As git and GitHub cut them (three lines of context): a review comment must lie inside one.
    pub hunks: Vec<Hunk>,
    pub linguist: Linguist,
}

/// What the `.gitattributes` of the base say about a file; nothing where they say nothing. What they say counts for more
/// than a name or a header, in either direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Linguist {
    pub generated: Option<bool>,
    pub vendored: Option<bool>,
    pub documentation: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStatus {
    Added,
    Modified,
    Removed,
    Renamed,
}

/// One side of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The file does not exist on this side.
    Absent,
    Text(Arc<str>),
    Binary,
    /// Not UTF-8, and not binary by git's own test.
    NotUtf8,
    TooLarge {
        bytes: u64,
    },
    /// A symbolic link or a submodule: there is no text to read.
    NotAFile,
    /// It could not be fetched; the reason is for people.
    Unavailable(String),
}

impl Content {
    pub fn text(&self) -> Option<&Arc<str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// One hunk of a unified diff. Lines count from one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hunk {
    pub old_start: u32,
    pub old_lines: u32,
    pub new_start: u32,
    pub new_lines: u32,
    /// Lines of the base that are gone.
    pub removed: Vec<u32>,
    /// Lines of the head that are new.
    pub added: Vec<u32>,
}

impl FileChange {
    /// Whether a line of the head was added or modified.
    pub fn is_added(&self, line: u32) -> bool {
        self.hunks.iter().any(|hunk| hunk.added.binary_search(&line).is_ok())
    }

    /// Whether a line of the base was removed or modified.
    pub fn is_removed(&self, line: u32) -> bool {
        self.hunks.iter().any(|hunk| hunk.removed.binary_search(&line).is_ok())
    }

    /// How many of the head's lines `first..=last` are new.
    pub fn added_between(&self, first: u32, last: u32) -> u32 {
        self.hunks.iter().flat_map(|hunk| &hunk.added).filter(|line| (first..=last).contains(line)).count() as u32
    }

    /// Whether the lines `first..=last` of the head are news: the first one is, or they are few and half of them are.
    pub fn is_changed(&self, first: u32, last: u32) -> bool {
        let lines = last.saturating_sub(first) + 1;
        self.is_added(first) || (lines <= SHORT_BLOCK && self.added_between(first, last) * 2 >= lines)
    }

    pub fn added_lines(&self) -> usize {
        self.hunks.iter().map(|hunk| hunk.added.len()).sum()
    }

    pub fn base_path(&self) -> &FilePath {
        self.old_path.as_ref().unwrap_or(&self.path)
    }
}
