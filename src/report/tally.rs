//! How many of what: the numbers every report gives.

use crate::model::Severity;
use crate::policy::{Decision, Placement};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notices: usize,
    /// In the decision, but not shown at this level of detail.
    pub(super) hidden: usize,
    pub(super) analysed: usize,
    pub(super) partial: usize,
    pub(super) skipped: usize,
}

impl Tally {
    /// A finding that stands for others counts once for each place.
    pub(super) fn of(decision: &Decision, everything: bool) -> Self {
        let (analysed, partial, skipped) = decision.file_counts();
        let mut tally = Self { analysed, partial, skipped, ..Self::default() };
        for judged in &decision.findings {
            let count = match judged.finding.severity {
                _ if judged.placement == Placement::Report && !everything => &mut tally.hidden,
                Severity::Error => &mut tally.errors,
                Severity::Warning => &mut tally.warnings,
                Severity::Notice => &mut tally.notices,
            };
            *count += 1 + judged.repeats.len();
        }
        tally
    }

    pub(super) fn total(self) -> usize {
        self.errors + self.warnings + self.notices
    }

    /// "2 findings (1 error, 1 warning)".
    pub(super) fn findings(self) -> String {
        if self.total() == 0 {
            return "no findings".to_owned();
        }
        let parts = [(self.errors, "error"), (self.warnings, "warning"), (self.notices, "notice")];
        let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| counted(*n, word)).collect();
        format!("{} ({})", counted(self.total(), "finding"), parts.join(", "))
    }

    /// "12 files analysed, 1 in part, 3 skipped".
    pub(super) fn files(self) -> String {
        let mut text = format!("{} analysed", counted(self.analysed + self.partial, "file"));
        if self.partial > 0 {
            text.push_str(&format!(" ({} in part)", self.partial));
        }
        if self.skipped > 0 {
            text.push_str(&format!(", {} skipped", self.skipped));
        }
        text
    }
}

pub(super) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
