//! The suppressions of all changed files, and which of them were of use.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::directive::{self, Directive};
use super::foreign::{self, Foreign, REGION_END, Reach};
use super::text::FileText;
use crate::model::{FileChange, FilePath, Finding, Note, NoteKind, RuleId, Side};

/// What the comments of the head silence.
pub(in crate::policy) struct Silence {
    files: HashMap<FilePath, FileSilence>,
    notes: Vec<Note>,
}

#[derive(Default)]
struct FileSilence {
    own: Vec<Own>,
    foreign: Vec<(u32, Vec<u32>, Foreign)>,
}

struct Own {
    line: u32,
    targets: Vec<u32>,
    directive: Directive,
    used: bool,
}

impl Silence {
    /// Reads all comments. What has ended before `today`, or cannot be read, becomes a note and silences nothing.
    pub(in crate::policy) fn read(files: &[FileText], today: NaiveDate) -> Self {
        let mut silence = Self { files: HashMap::new(), notes: Vec::new() };
        for file in files {
            let read = silence.read_file(file, today);
            silence.files.insert(file.path.clone(), read);
        }
        silence
    }

    fn read_file(&mut self, file: &FileText, today: NaiveDate) -> FileSilence {
        let mut read = FileSilence::default();
        let last = file.source.line_count();
        for comment in file.comment_lines() {
            let line = comment.line;
            if comment.text.contains(REGION_END) {
                end_regions(&mut read.foreign, line);
            } else if let Some(found) = foreign::in_comment(comment.text) {
                let targets = if found.reach == Reach::Rest {
                    read.foreign.push((line, Vec::new(), Foreign { reach: Reach::Lines(line, last), ..found }));
                    continue;
                } else {
                    file.targets(line, comment.alone)
                };
                read.foreign.push((line, targets, found));
            }
            match directive::parse(comment.text, line) {
                None => {}
                Some(Err(why)) => self.note(&file.path, format!("line {line}: this suppression is not valid: {why}")),
                Some(Ok(directive)) => match directive.until.filter(|until| *until < today) {
                    Some(until) => self.note(&file.path, format!("line {line}: this suppression ended on {until}")),
                    None => {
                        let targets = file.targets(line, comment.alone);
                        read.own.push(Own { line, targets, directive, used: false });
                    }
                },
            }
        }
        let attributes = foreign::in_attributes(&file.source);
        read.foreign.extend(attributes.into_iter().map(|found| match found.reach {
            Reach::Lines(line, _) => (line, Vec::new(), found),
            Reach::Line | Reach::Rest => (0, Vec::new(), found),
        }));
        read
    }

    fn note(&mut self, path: &FilePath, text: String) {
        self.notes.push(Note::on(NoteKind::Suppression, path, text));
    }

    /// Whether a comment of our own names a rule for a line of the head.
    pub(in crate::policy) fn allows(&mut self, rule: &RuleId, path: &FilePath, line: u32) -> bool {
        let Some(file) = self.files.get_mut(path) else { return false };
        let reaches = |own: &&mut Own| own.directive.whole_file || own.targets.contains(&line);
        let found = file.own.iter_mut().filter(reaches).find(|own| own.directive.covers(rule));
        found.map(|own| own.used = true).is_some()
    }

    /// What silences a finding, in words; nothing if it may speak.
    pub(in crate::policy) fn silences(&mut self, finding: &Finding) -> Option<String> {
        let file = self.files.get_mut(&finding.location.path)?;
        let line = (finding.location.side == Side::Right).then_some(finding.location.line);
        let own = file.own.iter_mut().find(|own| {
            own.directive.covers(&finding.rule)
                && (own.directive.whole_file || line.is_some_and(|line| own.targets.contains(&line)))
        });
        if let Some(own) = own {
            own.used = true;
            let until = own.directive.until.map(|until| format!(" until {until}")).unwrap_or_default();
            return Some(format!("line {}: allowed{until}: {}", own.line, own.directive.reason));
        }
        let line = line?;
        let (at, _, found) = file.foreign.iter().find(|(_, targets, found)| {
            let reached = match found.reach {
                Reach::Lines(first, last) => (first..=last).contains(&line),
                Reach::Line | Reach::Rest => targets.contains(&line),
            };
            reached && found.covers(&finding.rule)
        })?;
        Some(format!("line {at}: {}", found.marker))
    }

    /// What people should know about their suppressions. One that silences nothing is only named where it was just
    /// written: an older one may belong to a finding that this change does not bring up.
    pub(in crate::policy) fn into_notes(self, changes: &[FileChange]) -> Vec<Note> {
        let mut notes = self.notes;
        for (path, file) in self.files {
            let Some(change) = changes.iter().find(|change| change.path == path) else { continue };
            for own in file.own.iter().filter(|own| !own.used && change.is_added(own.line)) {
                let rules = own.directive.rules.join(", ");
                let text = format!("line {}: this suppression of {rules} silences nothing", own.line);
                notes.push(Note::on(NoteKind::Suppression, &path, text));
            }
        }
        notes.sort();
        notes
    }
}

fn end_regions(foreign: &mut [(u32, Vec<u32>, Foreign)], line: u32) {
    for (_, _, found) in foreign {
        if let Reach::Lines(first, last) = found.reach
            && last > line
        {
            found.reach = Reach::Lines(first, line);
        }
    }
}
