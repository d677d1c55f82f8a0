//! The textual diff of two trees: which paths changed, what became what, and the hunks of each.

use std::collections::HashSet;

use crate::model::Hunk;

use super::diff::{self, RawEntry};
use super::error::WorkspaceError;
use super::git::Git;
use super::limits::Limits;
use super::patch;

/// An argument list must stay far below what the kernel takes.
const ARGUMENT_BYTES: usize = 96 << 10;

pub(super) struct Changed {
    pub(super) entry: RawEntry,
    pub(super) hunks: Vec<Hunk>,
    /// The diff was cut before this file, so its hunks are unknown.
    pub(super) cut: bool,
}

/// All changed paths, without looking into any file.
pub(super) fn overview(git: &Git, base: &str, head: &str, limits: &Limits) -> Result<Vec<RawEntry>, WorkspaceError> {
    let args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", base, head];
    let raw = git.whole(&args, b"", limits.tree_bytes)?;
    Ok(diff::parse_raw(&raw)?.0)
}

/// Renames and hunks of the whole change.
pub(super) fn whole(git: &Git, base: &str, head: &str, limits: &Limits) -> Result<Vec<Changed>, WorkspaceError> {
    compare(git, base, head, &[], limits)
}

/// The same of some paths of a change that cannot be read as a whole.
pub(super) fn part(
    git: &Git,
    base: &str,
    head: &str,
    entries: &[RawEntry],
    limits: &Limits,
) -> Result<Vec<Changed>, WorkspaceError> {
    let mut changed = Vec::new();
    let mut left = entries;
    while !left.is_empty() {
        let mut bytes = 0;
        let fits = left.iter().take_while(|entry| {
            bytes += entry.path.as_str().len() + 1;
            bytes < ARGUMENT_BYTES
        });
        let (now, later) = left.split_at(fits.count().max(1));
        let paths: Vec<&str> = now.iter().map(|entry| entry.path.as_str()).collect();
        changed.extend(compare(git, base, head, &paths, limits)?);
        left = later;
    }
    // As a pathspec, the name of a file that became a folder matches what lies in it.
    let mut seen = HashSet::new();
    changed.retain(|file| seen.insert(file.entry.path.clone()));
    Ok(changed)
}

fn compare(git: &Git, base: &str, head: &str, paths: &[&str], limits: &Limits) -> Result<Vec<Changed>, WorkspaceError> {
    let mut args = vec!["diff-tree", "-r", "-z", "--raw", "-p", "-U3", "--no-abbrev", "--full-index"];
    args.extend(["--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/"]);
    args.extend(["-M", "-l2000", base, head, "--"]);
    args.extend(paths);
    // Attributes of the change must not hide its diff (`*.go -diff`), so they are read from the empty tree. Larger
    // files are reported as binary, which keeps the output in proportion to the limits.
    let git = git
        .clone()
        .variable("GIT_ATTR_SOURCE", empty_tree(base))
        .setting("core.bigFileThreshold", (limits.file_bytes + 1).to_string());
    let cap = limits.diff_bytes;
    let output = git.run(&args, b"", cap)?;
    let (entries, text) = match diff::parse_raw(&output.stdout) {
        Err(_) if output.cut => {
            return Err(WorkspaceError::TooMuchOutput { command: "diff-tree".to_owned(), limit: cap as u64 });
        }
        parsed => parsed?,
    };
    Ok(pair(entries, patch::parse(text), output.cut))
}

/// git writes one patch per path in the order of the list, two where the kind of the file changed.
fn pair(entries: Vec<RawEntry>, patch: patch::Patch, cut: bool) -> Vec<Changed> {
    let incomplete = cut || patch.broken;
    // The last patch of a text that breaks off may be incomplete.
    let trusted = if incomplete { patch.files.len().saturating_sub(1) } else { usize::MAX };
    let mut patches = patch.files.into_iter().enumerate();
    let changed = entries.into_iter().map(|entry| {
        let mut hunks = Vec::new();
        let mut cut = false;
        for _ in 0..=usize::from(entry.type_changed) {
            match patches.next() {
                Some((index, file)) if index < trusted => hunks.extend(file.hunks),
                _ => cut = incomplete,
            }
        }
        Changed { entry, hunks, cut }
    });
    changed.collect()
}

pub(super) fn empty_tree(like: &str) -> &'static str {
    // Repositories with SHA-256 ids have another empty tree.
    if like.len() == 64 {
        "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
    } else {
        "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    }
}

#[cfg(test)]
mod tests {
    use super::super::diff::parse_raw;
    use super::*;

    fn entries(letters: &[&str]) -> Vec<RawEntry> {
        let raw: String = letters
            .iter()
            .enumerate()
            .map(|(index, letter)| format!(":100644 100644 aa bb {letter}\0f{index}\0"))
            .collect();
        parse_raw(raw.as_bytes()).unwrap().0
    }

    #[test]
    fn a_changed_kind_takes_two_patches() {
        let text = b"diff --git a/f0 b/f0\n@@ -1 +0,0 @@\n-a\ndiff --git a/f0 b/f0\n@@ -0,0 +1 @@\n+b\ndiff --git a/f1 b/f1\n@@ -7 +7 @@\n-a\n+b\n";
        let changed = pair(entries(&["T", "M"]), patch::parse(text), false);
        assert_eq!(changed[0].hunks.len(), 2);
        assert_eq!(changed[1].hunks[0].added, [7]);
        assert!(!changed[1].cut);
    }

    #[test]
    fn files_after_the_cut_have_unknown_hunks() {
        let text = b"diff --git a/f0 b/f0\n@@ -7 +7 @@\n-a\n+b\ndiff --git a/f1 b/f1\n@@ -7 +7 @@\n-a\n";
        let changed = pair(entries(&["M", "M", "M"]), patch::parse(text), true);
        assert_eq!(changed.iter().map(|file| file.cut).collect::<Vec<_>>(), [false, true, true]);
    }
}
