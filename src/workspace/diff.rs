//! The list of changed paths, as `git diff-tree --raw -z` writes it. Names are bytes between NULs: nothing is quoted.

use crate::model::{FilePath, FileStatus};

use super::error::WorkspaceError;

/// One changed path. Object ids are full; a side that does not exist has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawEntry {
    pub(super) status: FileStatus,
    /// The kind of the file changed (file to link): git cuts its patch in two.
    pub(super) type_changed: bool,
    pub(super) old: Option<Blob>,
    pub(super) new: Option<Blob>,
    pub(super) path: FilePath,
    pub(super) old_path: Option<FilePath>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) oid: String,
    pub(super) kind: EntryKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Link,
    Submodule,
    Folder,
}

impl EntryKind {
    pub(super) fn of_mode(mode: &str) -> Self {
        match mode.get(..2) {
            Some("12") => Self::Link,
            Some("16") => Self::Submodule,
            Some("04") => Self::Folder,
            _ => Self::File,
        }
    }
}

/// Parses the raw part; answers with the entries and with what follows them (the patch, if one was asked for).
pub(super) fn parse_raw(mut bytes: &[u8]) -> Result<(Vec<RawEntry>, &[u8]), WorkspaceError> {
    let mut entries = Vec::new();
    while bytes.first() == Some(&b':') {
        let (meta, rest) = field(bytes)?;
        let meta = String::from_utf8_lossy(&meta[1..]);
        let words: Vec<&str> = meta.split(' ').collect();
        let [old_mode, new_mode, old_oid, new_oid, letter] = words[..] else {
            return Err(unexpected(&meta));
        };
        let (first, rest) = field(rest)?;
        let two_paths = letter.starts_with(['R', 'C']);
        let (second, rest) = if two_paths { field(rest)? } else { (first, rest) };
        bytes = rest;
        let status = match letter.as_bytes().first() {
            // A copy leaves its source where it was: for a reader the file is new.
            Some(b'A' | b'C') => FileStatus::Added,
            Some(b'D') => FileStatus::Removed,
            Some(b'R') => FileStatus::Renamed,
            Some(b'M' | b'T') => FileStatus::Modified,
            _ => continue, // U: an unmerged path has no two sides
        };
        entries.push(RawEntry {
            status,
            type_changed: letter.starts_with('T'),
            old: side(old_mode, old_oid),
            new: side(new_mode, new_oid),
            path: path(second),
            old_path: (status == FileStatus::Renamed).then(|| path(first)),
        });
    }
    // A NUL stands between the raw part and the patch.
    let patch = if bytes.first() == Some(&0) { &bytes[1..] } else { bytes };
    Ok((entries, patch))
}

fn side(mode: &str, oid: &str) -> Option<Blob> {
    let exists = mode.bytes().any(|digit| digit != b'0');
    exists.then(|| Blob { oid: oid.to_owned(), kind: EntryKind::of_mode(mode) })
}

fn field(bytes: &[u8]) -> Result<(&[u8], &[u8]), WorkspaceError> {
    let end = bytes.iter().position(|byte| *byte == 0).ok_or_else(|| unexpected("a field without its end"))?;
    Ok((&bytes[..end], &bytes[end + 1..]))
}

pub(super) fn path(bytes: &[u8]) -> FilePath {
    FilePath::new(String::from_utf8_lossy(bytes).as_ref())
}

fn unexpected(detail: &str) -> WorkspaceError {
    WorkspaceError::Unexpected {
        doing: "reading the list of changed files",
        detail: detail.chars().filter(|c| !c.is_control()).take(120).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid(digit: char) -> String {
        digit.to_string().repeat(40)
    }

    #[test]
    fn every_status_is_read_and_the_patch_is_handed_on() {
        let raw = format!(
            ":100644 100644 {a} {b} M\0src/a b\".go\0:000000 100755 {z} {b} A\0new\n.sh\0:100644 000000 {a} {z} D\0gone\0\
             :100644 100644 {a} {b} R087\0old.py\0new.py\0:100644 120000 {a} {b} T\0link\0:000000 160000 {z} {a} A\0sub\0\0diff --git x",
            a = oid('a'),
            b = oid('b'),
            z = oid('0')
        );
        let (entries, patch) = parse_raw(raw.as_bytes()).unwrap();
        assert_eq!(patch, b"diff --git x");
        let statuses: Vec<_> = entries.iter().map(|entry| (entry.status, entry.path.as_str())).collect();
        assert_eq!(
            statuses,
            [
                (FileStatus::Modified, "src/a b\".go"),
                (FileStatus::Added, "new\n.sh"),
                (FileStatus::Removed, "gone"),
                (FileStatus::Renamed, "new.py"),
                (FileStatus::Modified, "link"),
                (FileStatus::Added, "sub"),
            ]
        );
        assert_eq!(entries[3].old_path.as_ref().unwrap().as_str(), "old.py");
        assert!(entries[1].old.is_none() && entries[2].new.is_none());
        assert!(entries[4].type_changed);
        assert_eq!(entries[5].new.as_ref().unwrap().kind, EntryKind::Submodule);
    }

    #[test]
    fn text_that_breaks_off_is_an_error_and_not_a_shorter_list() {
        assert!(parse_raw(b":100644 100644 aa bb M\0src").is_err());
        assert!(parse_raw(b":100644 M\0src\0").is_err());
        assert_eq!(parse_raw(b"").unwrap().0, []);
    }
}
