//! The diff of a pull request as GitHub shows it, and where a comment may hang on it.
//!
//! The rule that catches most clients: a line that is in no hunk takes no comment, and the refusal does not
//! say which of the comments was meant.

use super::git::{GitError, GitStore};
use super::pull::{Side, Spot};

pub(super) struct FileDiff {
    pub(super) path: String,
    pub(super) old_path: String,
    pub(super) status: &'static str,
    /// Blob of the head side; of the base side for a removed file.
    pub(super) blob: String,
    /// `None` for a binary file.
    pub(super) patch: Option<String>,
    pub(super) hunks: Vec<Hunk>,
}

pub(super) struct Hunk {
    pub(super) header: String,
    /// Position of the header: 0 for the first one of a file.
    pub(super) position: u32,
    pub(super) lines: Vec<Line>,
}

pub(super) struct Line {
    /// `+`, `-` or a space.
    pub(super) mark: char,
    pub(super) old: Option<u32>,
    pub(super) new: Option<u32>,
    pub(super) text: String,
}

impl Line {
    pub(super) fn number(&self, side: Side) -> Option<u32> {
        match side {
            Side::Left => self.old,
            Side::Right => self.new,
        }
    }
}

impl FileDiff {
    pub(super) fn count(&self, mark: char) -> u64 {
        self.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.mark == mark).count() as u64
    }

    /// The hunk that holds a line of one side, and the index of the line in it.
    pub(super) fn find(&self, side: Side, number: u32) -> Option<(&Hunk, usize)> {
        self.hunks.iter().find_map(|hunk| {
            let at = hunk.lines.iter().position(|line| line.number(side) == Some(number))?;
            Some((hunk, at))
        })
    }
}

/// Where a client wants to put a comment.
pub(super) struct Anchor<'a> {
    pub(super) path: &'a str,
    pub(super) side: Side,
    pub(super) line: u32,
    pub(super) start_side: Option<Side>,
    pub(super) start_line: Option<u32>,
}

const LINE: &str = "Pull request review thread line must be part of the diff";
const HUNK: &str = "Pull request review thread diff hunk can't be blank";
const START: &str = "Pull request review thread start line must be part of the same hunk as the line.";
const ORDER: &str = "Pull request review thread start line must precede the end line.";

/// Checks an anchor against the very diff and returns the spot with its hunk up to the line, or GitHub's refusal.
pub(super) fn settle(files: &[FileDiff], anchor: &Anchor<'_>) -> Result<(Spot, String), String> {
    let Some(file) = files.iter().find(|file| file.path == anchor.path) else {
        return Err("Path could not be resolved".to_owned());
    };
    let Some((hunk, at)) = file.find(anchor.side, anchor.line) else {
        return Err(match anchor.start_line {
            Some(_) => format!("{LINE}, {START}, and {HUNK}"),
            None => format!("{LINE} and {HUNK}"),
        });
    };
    if let Some(start) = anchor.start_line {
        let side = anchor.start_side.unwrap_or(anchor.side);
        if side == anchor.side && start >= anchor.line {
            return Err(ORDER.to_owned());
        }
        match hunk.lines.iter().position(|line| line.number(side) == Some(start)) {
            None => return Err(START.to_owned()),
            Some(first) if first >= at => return Err(ORDER.to_owned()),
            Some(_) => {}
        }
    }
    let position = hunk.position + u32::try_from(at).unwrap_or(u32::MAX) + 1;
    let shown: Vec<String> = hunk.lines[..=at].iter().map(|line| format!("{}{}", line.mark, line.text)).collect();
    let text = format!("{}\n{}", hunk.header, shown.join("\n"));
    Ok((Spot { line: anchor.line, start_line: anchor.start_line, position }, text))
}

impl GitStore {
    /// What changed from `base` to `head`, with patches of three lines of context and renames found.
    pub(super) fn diff(&self, full_name: &str, base: &str, head: &str) -> Result<Vec<FileDiff>, GitError> {
        let common = ["--no-ext-diff", "--no-textconv", "--no-color", "-M", "-l0"];
        let raw =
            self.run(full_name, &[&["diff", "--raw", "-z", "--no-abbrev"], &common[..], &[base, head]].concat())?;
        let patch = self.run(full_name, &[&["diff", "--patch"], &common[..], &[base, head]].concat())?;
        let patch = String::from_utf8_lossy(&patch);
        let sections = sections(&patch);
        Ok(entries(&raw).into_iter().zip(sections).map(|(entry, section)| with_patch(entry, section)).collect())
    }
}

fn entries(raw: &[u8]) -> Vec<FileDiff> {
    let text = String::from_utf8_lossy(raw);
    let mut fields = text.split('\0').filter(|field| !field.is_empty());
    let mut files = Vec::new();
    while let (Some(meta), Some(first)) = (fields.next(), fields.next()) {
        let parts: Vec<&str> = meta.trim_start_matches(':').split(' ').collect();
        let [_, _, old_blob, new_blob, letter] = parts[..] else { continue };
        let status = match letter.chars().next() {
            Some('A') => "added",
            Some('D') => "removed",
            Some('R') => "renamed",
            Some('C') => "copied",
            Some('T') => "changed",
            _ => "modified",
        };
        let second = if matches!(status, "renamed" | "copied") { fields.next() } else { None };
        files.push(FileDiff {
            path: second.unwrap_or(first).to_owned(),
            old_path: first.to_owned(),
            status,
            blob: if status == "removed" { old_blob } else { new_blob }.to_owned(),
            patch: None,
            hunks: Vec::new(),
        });
    }
    files
}

/// One section per file; a line of content never starts a section, because each carries its mark first.
fn sections(patch: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = patch.match_indices("\ndiff --git ").map(|(at, _)| at + 1).collect();
    if patch.starts_with("diff --git ") {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([patch.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &patch[start..end]).collect()
}

fn with_patch(mut file: FileDiff, section: &str) -> FileDiff {
    let Some(at) = section.find("\n@@ ") else { return file };
    let patch = section[at + 1..].trim_end_matches('\n');
    file.hunks = hunks(patch);
    file.patch = Some(patch.to_owned());
    file
}

/// The hunks of one file's patch, or of the piece of it that a comment quotes.
pub(super) fn hunks(patch: &str) -> Vec<Hunk> {
    let mut found: Vec<Hunk> = Vec::new();
    let (mut old, mut new) = (0, 0);
    for (index, text) in patch.split('\n').enumerate() {
        let mark = text.chars().next().unwrap_or(' ');
        if text.starts_with("@@ ") {
            (old, new) = starts(text);
            let position = u32::try_from(index).unwrap_or(u32::MAX);
            found.push(Hunk { header: text.to_owned(), position, lines: Vec::new() });
            continue;
        }
        // "\ No newline at end of file" belongs to the line before and has no number.
        let (Some(hunk), '+' | '-' | ' ') = (found.last_mut(), mark) else { continue };
        let line = Line {
            mark,
            old: (mark != '+').then_some(old),
            new: (mark != '-').then_some(new),
            text: text.get(1..).unwrap_or_default().to_owned(),
        };
        old += u32::from(mark != '+');
        new += u32::from(mark != '-');
        hunk.lines.push(line);
    }
    found
}

/// First lines of both sides, out of `@@ -3,7 +3,9 @@ fn name`.
fn starts(header: &str) -> (u32, u32) {
    let number = |mark: char| -> u32 {
        let tail = header.split(mark).nth(1).unwrap_or_default();
        let digits = tail.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        digits.parse().unwrap_or(0)
    };
    (number('-'), number('+'))
}

/// Where a line of the old text is in the new one, or `None` when it was touched. `files` is the diff old → new.
pub(super) fn follow(files: &[FileDiff], path: &str, line: u32) -> Option<u32> {
    let Some(file) = files.iter().find(|file| file.old_path == path) else { return Some(line) };
    if file.status == "removed" {
        return None;
    }
    let mut shift = 0i64;
    for hunk in &file.hunks {
        let (old_start, new_start) = starts(&hunk.header);
        let (old_len, new_len) = (hunk.count_side(Side::Left), hunk.count_side(Side::Right));
        if line < old_start {
            break;
        }
        if line < old_start + old_len {
            return hunk.lines.iter().find(|l| l.old == Some(line)).and_then(|l| l.new);
        }
        shift = i64::from(new_start + new_len) - i64::from(old_start + old_len);
    }
    u32::try_from(i64::from(line) + shift).ok()
}

impl Hunk {
    fn count_side(&self, side: Side) -> u32 {
        u32::try_from(self.lines.iter().filter(|line| line.number(side).is_some()).count()).unwrap_or(u32::MAX)
    }
}
