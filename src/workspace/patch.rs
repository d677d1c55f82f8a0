//! The hunks of a unified diff. The counts of a hunk's header say which lines belong to it, so a line of code that
//! looks like a header ("diff --git …", "@@ … @@") can never be taken for one.
//!
//! Strict inside a hunk, tolerant around it: headers it does not know are passed over, and a patch that breaks off
//! yields what was complete.

use crate::model::Hunk;

/// One file's part of a patch, in the order git wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FilePatch {
    pub(super) hunks: Vec<Hunk>,
    /// git found it binary (or larger than `core.bigFileThreshold`).
    pub(super) binary: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) files: Vec<FilePatch>,
    /// The text ended inside a hunk, or a hunk did not hold what its header promised.
    pub(super) broken: bool,
}

pub(super) fn parse(bytes: &[u8]) -> Patch {
    let mut patch = Patch::default();
    let mut lines = Lines { rest: bytes };
    while let Some(line) = lines.next() {
        if line.starts_with(b"diff --git ") {
            patch.files.push(FilePatch::default());
            continue;
        }
        let Some(file) = patch.files.last_mut() else { continue };
        if line.starts_with(b"@@ ") {
            let hunk = header(line).and_then(|hunk| body(hunk, &mut lines));
            match hunk {
                Some(hunk) => file.hunks.push(hunk),
                None => patch.broken = true,
            }
        } else if line.starts_with(b"Binary files ") || line.starts_with(b"GIT binary patch") {
            file.binary = true;
        }
    }
    patch
}

struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == b'\n').unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        Some(line)
    }

    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }
}

/// `@@ -3,5 +3,6 @@ fn name`; a count that is left out is one.
fn header(line: &[u8]) -> Option<Hunk> {
    let text = std::str::from_utf8(line.get(3..)?.split(|byte| *byte == b'@').next()?).ok()?;
    let mut ranges = text.split_ascii_whitespace();
    let (old_start, old_lines) = range(ranges.next()?.strip_prefix('-')?)?;
    let (new_start, new_lines) = range(ranges.next()?.strip_prefix('+')?)?;
    Some(Hunk { old_start, old_lines, new_start, new_lines, ..Hunk::default() })
}

fn range(text: &str) -> Option<(u32, u32)> {
    match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

fn body(mut hunk: Hunk, lines: &mut Lines<'_>) -> Option<Hunk> {
    let (mut old, mut new) = (hunk.old_start, hunk.new_start);
    let (mut old_left, mut new_left) = (hunk.old_lines, hunk.new_lines);
    while old_left > 0 || new_left > 0 {
        let line = lines.next()?;
        match line.first() {
            Some(b'-') if old_left > 0 => {
                hunk.removed.push(old);
                (old, old_left) = (old.checked_add(1)?, old_left - 1);
            }
            Some(b'+') if new_left > 0 => {
                hunk.added.push(new);
                (new, new_left) = (new.checked_add(1)?, new_left - 1);
            }
            // Some programs write an empty context line without its space.
            Some(b' ') | None if old_left > 0 && new_left > 0 => {
                (old, old_left) = (old.checked_add(1)?, old_left - 1);
                (new, new_left) = (new.checked_add(1)?, new_left - 1);
            }
            Some(b'\\') => {} // "\ No newline at end of file" says nothing about line numbers
            _ => return None,
        }
    }
    while lines.peek() == Some(b'\\') {
        lines.next();
    }
    Some(hunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_sides_are_counted() {
        let text = b"diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -2,4 +2,5 @@ fn name() {\n a\n-b\n+B\n+C\n c\n d\n@@ -20 +21 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n";
        let patch = parse(text);
        assert!(!patch.broken);
        let hunks = &patch.files[0].hunks;
        assert_eq!(hunks[0].removed, [3]);
        assert_eq!(hunks[0].added, [3, 4]);
        assert_eq!((hunks[1].old_lines, hunks[1].new_lines), (1, 1));
        assert_eq!((hunks[1].removed.as_slice(), hunks[1].added.as_slice()), (&[20][..], &[21][..]));
    }

    #[test]
    fn code_that_looks_like_a_header_stays_code() {
        let text = b"diff --git a/x b/x\n@@ -1,2 +1,3 @@\n diff --git a/y b/y\n-@@ -1 +1 @@\n+-- a/x\n+++ b/x\ndiff --git a/z b/z\nnew file mode 100644\n";
        let patch = parse(text);
        assert_eq!(patch.files.len(), 2);
        assert_eq!(patch.files[0].hunks.len(), 1);
        assert_eq!(patch.files[0].hunks[0].added, [2, 3]);
        assert_eq!(patch.files[1], FilePatch::default());
    }

    #[test]
    fn renames_modes_and_binaries_have_no_hunks() {
        let text = b"diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\ndiff --git a/m b/m\nold mode 100644\nnew mode 100755\ndiff --git a/p b/p\nindex 1..2 100644\nBinary files a/p and b/p differ\n";
        let patch = parse(text);
        assert_eq!(patch.files.len(), 3);
        assert!(patch.files.iter().all(|file| file.hunks.is_empty()));
        assert_eq!(patch.files.iter().map(|file| file.binary).collect::<Vec<_>>(), [false, false, true]);
    }

    #[test]
    fn carriage_returns_and_other_bytes_are_content() {
        let patch = parse(b"diff --git a/x b/x\n@@ -0,0 +1,2 @@\n+a\r\n+\xff\xfe\0b\n");
        assert_eq!(patch.files[0].hunks[0].added, [1, 2]);
        assert_eq!(patch.files[0].hunks[0].old_start, 0);
    }

    #[test]
    fn what_breaks_off_is_said_and_what_is_complete_is_kept() {
        let patch = parse(b"diff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b\n@@ -9,3 +9,3 @@\n c\n-d\n");
        assert!(patch.broken);
        assert_eq!(patch.files[0].hunks.len(), 1);
        assert!(parse(b"@@ -1 +1 @@\n").files.is_empty());
        assert!(parse(b"diff --git a/x b/x\n@@ -x +1 @@\n").broken);
        assert!(parse(b"diff --git a/x b/x\n@@ -1,1 +4294967295,2 @@\n+a\n+b\n").broken);
    }
}
