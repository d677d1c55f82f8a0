//! When a finding belongs to a change at all, and whether a comment can stand where it is.

use std::collections::HashMap;

use crate::model::{FileChange, Finding, Language, Location, Mode, Severity, Side};

/// Beyond either, a change is bulk: a migration, a reformatting, an import.
const BULK_FILES: usize = 60;
const BULK_LINES: usize = 4_000;

/// Whether a mode lets a finding speak about this file.
pub(super) fn belongs(file: &FileChange, finding: &Finding) -> bool {
    match finding.mode {
        Mode::ChangedLines => is_changed(file, &finding.location),
        // The rule compared something; where it points is for people.
        Mode::TouchedScope | Mode::Compare => true,
        Mode::Never => false,
    }
}

/// The anchor was edited, or it stands in a short block of which at least half is new.
pub(super) fn is_changed(file: &FileChange, place: &Location) -> bool {
    if place.side == Side::Left {
        return (place.line..=place.end_line).any(|line| file.is_removed(line));
    }
    file.is_changed(place.line, place.end_line)
}

/// A review comment must lie inside a hunk, and does nobody a favour on a line that did not change.
pub(super) fn can_comment(file: &FileChange, place: &Location) -> bool {
    let inside = file.hunks.iter().any(|hunk| {
        let (start, lines) = match place.side {
            Side::Left => (hunk.old_start, hunk.old_lines),
            Side::Right => (hunk.new_start, hunk.new_lines),
        };
        (start..start.saturating_add(lines)).contains(&place.line)
    });
    inside && is_changed(file, place)
}

/// Many files, or many new lines of one language: only comparisons and errors are worth reading then.
pub(super) fn is_bulk(files: &[FileChange]) -> bool {
    let mut lines: HashMap<&'static str, usize> = HashMap::new();
    for (file, language) in files.iter().filter_map(|file| Some((file, Language::of_path(&file.path)?))) {
        *lines.entry(language.name()).or_default() += file.added_lines();
    }
    files.len() > BULK_FILES || lines.values().any(|lines| *lines > BULK_LINES)
}

pub(super) fn speaks_in_bulk(finding: &Finding) -> bool {
    finding.mode == Mode::Compare || finding.severity == Severity::Error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Hunk;
    use crate::policy::testing::{change, finding};

    fn file(old: (u32, u32), new: (u32, u32), removed: &[u32], added: &[u32]) -> FileChange {
        let hunk = Hunk {
            old_start: old.0,
            old_lines: old.1,
            new_start: new.0,
            new_lines: new.1,
            removed: removed.to_vec(),
            added: added.to_vec(),
        };
        FileChange { hunks: vec![hunk], ..change("a.go", &[]) }
    }

    fn place(side: Side, line: u32, end_line: u32) -> Location {
        Location { side, line, end_line, ..finding("errors/x", "a.go", 1).location }
    }

    #[test]
    fn an_edited_anchor_or_half_of_a_short_block_counts() {
        let file = file((1, 20), (1, 26), &[4], &[4, 10, 11, 12, 13, 14]);
        assert!(is_changed(&file, &place(Side::Right, 4, 40)));
        assert!(is_changed(&file, &place(Side::Right, 9, 15)), "five of seven lines are new");
        assert!(!is_changed(&file, &place(Side::Right, 5, 12)), "three of eight are");
        assert!(!is_changed(&file, &place(Side::Right, 9, 21)), "too long for the exception");
        assert!(is_changed(&file, &place(Side::Left, 4, 4)) && !is_changed(&file, &place(Side::Left, 5, 5)));
    }

    #[test]
    fn comments_stand_inside_hunks_only() {
        let file = file((10, 5), (10, 6), &[], &[12]);
        assert!(can_comment(&file, &place(Side::Right, 12, 12)));
        assert!(!can_comment(&file, &place(Side::Right, 13, 13)), "in the hunk, but old");
        assert!(!can_comment(&file, &place(Side::Right, 99, 99)));
    }

    #[test]
    fn modes_decide_what_belongs() {
        let file = file((1, 3), (1, 4), &[], &[2]);
        let with = |mode, line| Finding { mode, ..finding("errors/x", "a.go", line) };
        assert!(belongs(&file, &with(Mode::ChangedLines, 2)) && !belongs(&file, &with(Mode::ChangedLines, 3)));
        assert!(belongs(&file, &with(Mode::Compare, 3)) && belongs(&file, &with(Mode::TouchedScope, 3)));
        assert!(!belongs(&file, &with(Mode::Never, 2)));
    }

    #[test]
    fn bulk_is_many_files_or_many_lines_of_one_language() {
        let many: Vec<FileChange> = (0..61).map(|index| change(&format!("{index}.txt"), &[1])).collect();
        assert!(is_bulk(&many) && !is_bulk(&many[..60]));
        let lines: Vec<u32> = (1..=2_001).collect();
        assert!(is_bulk(&[change("a.ts", &lines), change("b.tsx", &lines)]));
        assert!(!is_bulk(&[change("a.ts", &lines), change("b.go", &lines)]));
    }
}
