//! The quiet start: what a decision looks like on a pull request that is older than Sightline's work in its repository.

use super::decision::{Decision, Placement};
use crate::model::{Mode, Note, NoteKind, Severity};

/// Errors and comparisons keep their places in the diff; everything else is told in the summary.
pub fn quiet_start(decision: &mut Decision) {
    let mut moved = false;
    for judged in &mut decision.findings {
        let speaks = judged.finding.severity == Severity::Error || judged.finding.mode == Mode::Compare;
        if judged.placement == Placement::Inline && !speaks {
            judged.placement = Placement::Summary;
            moved = true;
        }
    }
    if moved {
        let text = "this pull request was opened before Sightline came to the repository, so only errors and comparisons \
                    are commented in the diff";
        decision.notes.push(Note::general(NoteKind::Analysis, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Finding;
    use crate::policy::Judged;
    use crate::policy::testing::finding;

    #[test]
    fn errors_and_comparisons_stay_where_they_are() {
        let judged = |severity, mode, placement| Judged {
            finding: Finding { severity, mode, ..finding("errors/x", "a.go", 1) },
            placement,
            repeats: Vec::new(),
        };
        let mut decision = Decision {
            findings: vec![
                judged(Severity::Error, Mode::ChangedLines, Placement::Inline),
                judged(Severity::Warning, Mode::Compare, Placement::Inline),
                judged(Severity::Warning, Mode::ChangedLines, Placement::Inline),
                judged(Severity::Warning, Mode::ChangedLines, Placement::Report),
            ],
            ..Decision::default()
        };
        quiet_start(&mut decision);
        let places: Vec<Placement> = decision.findings.iter().map(|judged| judged.placement).collect();
        assert_eq!(places, [Placement::Inline, Placement::Inline, Placement::Summary, Placement::Report]);
        assert_eq!(decision.notes.len(), 1);
        quiet_start(&mut decision);
        assert_eq!(decision.notes.len(), 1, "nothing is left to move");
    }
}
