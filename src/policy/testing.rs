//! Small findings and changes for the tests of this floor.

use crate::model::{
    Confidence, Content, FileChange, FileStatus, Finding, Hunk, Location, Mode, RuleId, Severity, Side,
};

pub(crate) fn finding(rule: &str, path: &str, line: u32) -> Finding {
    Finding {
        rule: RuleId::from(rule),
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        mode: Mode::ChangedLines,
        location: Location { path: path.into(), side: Side::Right, line, end_line: line, columns: (1, 1) },
        scope: String::new(),
        message: "the failure is lost".to_owned(),
        help: "log it".to_owned(),
        evidence: Vec::new(),
        fix: None,
        fingerprint: format!("{rule}:{path}:{line}"),
    }
}

/// A modified file in which these lines of the head are new; its text has 100 lines.
pub(crate) fn change(path: &str, added: &[u32]) -> FileChange {
    let text: String = (1..=100).map(|line| format!("line {line}\n")).collect();
    let hunk =
        Hunk { old_start: 1, old_lines: 100, new_start: 1, new_lines: 100, removed: Vec::new(), added: added.to_vec() };
    FileChange {
        path: path.into(),
        old_path: None,
        status: FileStatus::Modified,
        base: Content::Text(text.as_str().into()),
        head: Content::Text(text.as_str().into()),
        hunks: vec![hunk],
        linguist: crate::model::Linguist::default(),
    }
}
