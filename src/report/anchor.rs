//! Where on the diff a finding can be shown. GitHub refuses a whole review for one line outside its hunks, so a place is
//! taken only when it lies inside one; otherwise the nearest place that tells the same story, or none.

use crate::model::publication::Anchor;
use crate::model::{ChangeSet, FileChange, FilePath, Finding, Hunk, Location, Side};

/// A longer range would cover the screen; its first line says enough.
const MAX_LINES: u32 = 8;

pub fn file_of<'a>(change: &'a ChangeSet, path: &FilePath) -> Option<&'a FileChange> {
    let at = |file: &&FileChange| file.path == *path;
    let was = |file: &&FileChange| file.old_path.as_ref() == Some(path);
    change.files.iter().find(at).or_else(|| change.files.iter().find(was))
}

/// The finding's own lines, or a line of its evidence in the same file, when the diff shows them.
pub fn anchor(change: &ChangeSet, finding: &Finding) -> Option<Anchor> {
    let file = file_of(change, &finding.location.path)?;
    let evidence = finding.evidence.iter().filter_map(|link| link.location.as_ref());
    let nearby = evidence.filter(|at| file_of(change, &at.path).is_some_and(|other| other.path == file.path));
    std::iter::once(&finding.location).chain(nearby).find_map(|location| place(file, location))
}

/// The anchor for replacing whole lines of the head: exactly these lines, within one hunk.
pub fn replacement(file: &FileChange, line: u32, end_line: u32) -> Option<Anchor> {
    let inside = |hunk: &&Hunk| line >= hunk.new_start && end_line < hunk.new_start + hunk.new_lines;
    let fits = line >= 1 && line <= end_line && file.hunks.iter().any(|hunk| inside(&hunk));
    fits.then(|| of(file, Side::Right, line, end_line))
}

fn place(file: &FileChange, at: &Location) -> Option<Anchor> {
    match at.side {
        Side::Right => right(file, at.line, at.end_line),
        Side::Left => left(file, at.line, at.end_line),
    }
}

fn right(file: &FileChange, line: u32, end_line: u32) -> Option<Anchor> {
    file.hunks.iter().find_map(|hunk| {
        let last = (hunk.new_start + hunk.new_lines).checked_sub(1)?;
        let (from, to) = (line.max(hunk.new_start), end_line.max(line).min(last));
        if hunk.new_lines == 0 || from > to {
            return None;
        }
        // A range that begins before the hunk: show what the change did inside it, not an arbitrary edge.
        let from = if from == line {
            from
        } else {
            hunk.added.iter().copied().find(|l| (from..=to).contains(l)).unwrap_or(from)
        };
        Some(of(file, Side::Right, from, if from == line { to } else { from }))
    })
}

fn left(file: &FileChange, line: u32, end_line: u32) -> Option<Anchor> {
    let range = line..=end_line.max(line);
    let removed = |hunk: &Hunk| hunk.removed.iter().copied().find(|l| range.contains(l));
    if let Some(first) = file.hunks.iter().find_map(removed) {
        // Only an unbroken run of removed lines is a range on the left side.
        let gone = |l: u32| file.is_removed(l);
        let last = (first..=*range.end()).take_while(|l| gone(*l)).last().unwrap_or(first);
        return Some(of(file, Side::Left, first, last));
    }
    // The line survived as context: it has a number at the head.
    let context = file.hunks.iter().find(|hunk| (hunk.old_start..hunk.old_start + hunk.old_lines).contains(&line))?;
    let line = survivor(context, line)?;
    Some(of(file, Side::Right, line, line))
}

/// The line of the head that a context line of the base became, or the surviving line nearest to a removed one.
pub fn survivor(hunk: &Hunk, old: u32) -> Option<u32> {
    if hunk.new_lines == 0 {
        return None;
    }
    // Context lines come in the same order on both sides: count how many precede `old`.
    let context_before = (hunk.old_start..old).filter(|line| hunk.removed.binary_search(line).is_err()).count();
    let mut context =
        (hunk.new_start..hunk.new_start + hunk.new_lines).filter(|line| hunk.added.binary_search(line).is_err());
    context.nth(context_before).or(Some(hunk.new_start + hunk.new_lines - 1))
}

fn of(file: &FileChange, side: Side, from: u32, to: u32) -> Anchor {
    let long = to.saturating_sub(from) >= MAX_LINES;
    let (line, start_line) = if from >= to || long { (from, None) } else { (to, Some(from)) };
    Anchor { path: file.path.clone(), side, line, start_line }
}
