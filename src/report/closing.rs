//! What a comment says when its finding is no longer there: what became of it first, then what it said, collapsed.

use super::links::Links;
use super::markdown_text::{prose, sentence, shortened};
use super::marker::{self, FindingMark, Standing};
use crate::model::FilePath;
use crate::policy::{Decision, FileState};

/// What became of a finding this decision does not report. `None` when the decision cannot know: its file was not, or
/// not wholly, read.
pub fn outcome(decision: &Decision, fingerprint: &str, path: &FilePath, links: &Links) -> Option<String> {
    // Twins carry a number behind the fingerprint they share.
    let own = fingerprint.split('~').next().unwrap_or_default();
    let is = |other: &str| marker::safe(other) == own;
    if let Some(silenced) = decision.suppressed.iter().find(|silenced| is(&silenced.finding.fingerprint)) {
        return Some(format!("🔇 Silenced: {}", prose(&sentence(&shortened(&silenced.by, 200)))));
    }
    // Still found, only not worth a comment of its own any more.
    if decision.findings.iter().any(|judged| is(&judged.finding.fingerprint)) {
        return None;
    }
    let file = decision.files.iter().find(|file| file.path == *path);
    let read = file.is_none_or(|file| file.state == FileState::Analysed);
    read.then(|| format!("✅ Fixed in {}.", links.commit()))
}

/// The closed form of a comment.
pub fn closed(body: &str, outcome: &str) -> String {
    let fingerprint = FindingMark::of_body(body).map(|mark| mark.fingerprint).unwrap_or_default();
    // A suggestion that can no longer be committed is an ordinary block.
    let original = marker::without_marker(body).replace("`suggestion\n", "`\n").replace("`suggestion\r\n", "`\n");
    let marker = FindingMark::line(&fingerprint, Standing::Closed);
    format!("{outcome}\n\n<details><summary>What this comment said</summary>\n\n{original}\n\n</details>\n\n{marker}")
}
