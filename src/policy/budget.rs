//! How much is said inline: few comments, each worth an interruption, and the rest folded into the summary.

use std::collections::HashMap;

use super::decision::{Judged, Placement};
use crate::model::{Confidence, Finding, Mode, Severity};

const PER_FUNCTION: usize = 1;
const PER_FILE: usize = 2;
const PER_RULE: usize = 2;
/// Errors may exceed the cap by so many.
const ERROR_ALLOWANCE: usize = 2;

/// A finding and the loudest place it may have.
pub(super) struct Candidate {
    pub(super) finding: Finding,
    pub(super) best: Placement,
}

/// The loudest place that evidence and severity allow; `commentable` says whether a comment can stand at its line.
pub(super) fn best_placement(finding: &Finding, commentable: bool) -> Placement {
    let compared = matches!(finding.mode, Mode::ChangedLines | Mode::Compare);
    match finding.confidence {
        Confidence::Possible => Placement::Report,
        _ if finding.mode == Mode::Never => Placement::Report,
        Confidence::Certain if commentable && compared => Placement::Inline,
        Confidence::Likely if commentable && compared && finding.severity >= Severity::Warning => Placement::Inline,
        _ => Placement::Summary,
    }
}

/// Folds repeats, sorts, and gives the few inline places to those who come first.
pub(super) fn place(candidates: Vec<Candidate>, inline_max: usize) -> Vec<Judged> {
    let mut judged = fold(candidates);
    judged.sort_by(|one, other| rank(&other.finding).cmp(&rank(&one.finding)).then_with(|| by_place(one, other)));
    let cap = if inline_max == 0 { 0 } else { inline_max + ERROR_ALLOWANCE };
    let mut spent = Spent::default();
    for one in &mut judged {
        if one.placement != Placement::Inline {
            continue;
        }
        let limit = if one.finding.severity == Severity::Error { cap } else { inline_max };
        if spent.inline >= limit || !spent.take(&one.finding) {
            one.placement = Placement::Summary;
        }
    }
    judged
}

/// What earlier comments have used up.
#[derive(Default)]
struct Spent {
    inline: usize,
    function: HashMap<(String, String), usize>,
    file: HashMap<String, usize>,
    rule: HashMap<String, usize>,
}

impl Spent {
    fn take(&mut self, finding: &Finding) -> bool {
        let path = finding.location.path.as_str().to_owned();
        // Code outside any function has no function to be limited by.
        let function = (!finding.scope.is_empty()).then(|| (path.clone(), finding.scope.clone()));
        let full = function.as_ref().is_some_and(|key| self.function.get(key).is_some_and(|n| *n >= PER_FUNCTION))
            || self.file.get(&path).is_some_and(|n| *n >= PER_FILE)
            || self.rule.get(finding.rule.as_str()).is_some_and(|n| *n >= PER_RULE);
        if full {
            return false;
        }
        self.inline += 1;
        if let Some(key) = function {
            *self.function.entry(key).or_default() += 1;
        }
        *self.file.entry(path).or_default() += 1;
        *self.rule.entry(finding.rule.as_str().to_owned()).or_default() += 1;
        true
    }
}

/// Severity, then comparisons, then confidence, then whether one click mends it.
fn rank(finding: &Finding) -> (Severity, bool, Confidence, bool) {
    (finding.severity, finding.mode == Mode::Compare, finding.confidence, finding.fix.is_some())
}

fn by_place(one: &Judged, other: &Judged) -> std::cmp::Ordering {
    let key = |judged: &Judged| {
        let place = &judged.finding.location;
        (place.path.clone(), place.line, judged.finding.rule.clone())
    };
    key(one).cmp(&key(other))
}

/// Further hits of one rule in one file go under the first of those that may speak loudest.
fn fold(candidates: Vec<Candidate>) -> Vec<Judged> {
    let mut groups: Vec<Vec<Candidate>> = Vec::new();
    let mut index: HashMap<(String, String), usize> = HashMap::new();
    for candidate in candidates {
        let key = (candidate.finding.rule.as_str().to_owned(), candidate.finding.location.path.as_str().to_owned());
        let group = *index.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(candidate);
    }
    groups.into_iter().filter_map(leader).collect()
}

fn leader(mut group: Vec<Candidate>) -> Option<Judged> {
    let loudness = |placement| match placement {
        Placement::Inline => 0,
        Placement::Summary => 1,
        Placement::Report => 2,
    };
    group.sort_by_key(|one| {
        let place = &one.finding.location;
        (loudness(one.best), std::cmp::Reverse(one.finding.severity), place.line, place.columns)
    });
    let mut members = group.into_iter();
    let first = members.next()?;
    let mut repeats: Vec<_> = members.map(|one| one.finding.location).collect();
    repeats.sort_by_key(|place| (place.line, place.columns));
    Some(Judged { finding: first.finding, placement: first.best, repeats })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::finding;

    fn candidate(rule: &str, path: &str, scope: &str, severity: Severity) -> Candidate {
        let finding = Finding { severity, scope: scope.to_owned(), ..finding(rule, path, 1) };
        Candidate { best: best_placement(&finding, true), finding }
    }

    fn inline(judged: &[Judged]) -> usize {
        judged.iter().filter(|one| one.placement == Placement::Inline).count()
    }

    #[test]
    fn at_most_five_and_two_more_for_errors() {
        let of = |severity| {
            let candidates =
                (0..12).map(|n| candidate(&format!("errors/r{n}"), &format!("{n}.go"), "f", severity)).collect();
            inline(&place(candidates, 5))
        };
        assert_eq!((of(Severity::Warning), of(Severity::Error)), (5, 7));
        let none = place(vec![candidate("errors/a", "a.go", "f", Severity::Error)], 0);
        assert_eq!((inline(&none), none[0].placement), (0, Placement::Summary));
    }

    #[test]
    fn one_per_function_two_per_file_two_per_rule() {
        let same_function = ["a", "b"].map(|rule| candidate(&format!("errors/{rule}"), "a.go", "f", Severity::Warning));
        assert_eq!(inline(&place(same_function.into(), 5)), 1);
        let same_file =
            ["a", "b", "c"].map(|rule| candidate(&format!("errors/{rule}"), "a.go", rule, Severity::Warning));
        assert_eq!(inline(&place(same_file.into(), 5)), 2);
        let file_level = ["a", "b"].map(|rule| candidate(&format!("errors/{rule}"), "a.go", "", Severity::Warning));
        assert_eq!(inline(&place(file_level.into(), 5)), 2);
        let same_rule = ["a", "b", "c"].map(|path| candidate("errors/a", path, "f", Severity::Warning));
        assert_eq!(inline(&place(same_rule.into(), 5)), 2);
    }

    #[test]
    fn the_order_is_severity_then_comparisons_then_confidence_then_a_fix() {
        let base = || finding("errors/x", "z.go", 1);
        let with = |path: &str, severity, mode, confidence, fixable: bool| {
            let fix = fixable.then(|| crate::model::Fix {
                title: String::new(),
                line: 1,
                end_line: 1,
                replacement: String::new(),
            });
            let mut finding = Finding { severity, mode, confidence, fix, ..base() };
            finding.location.path = path.into();
            Candidate { best: Placement::Summary, finding }
        };
        let (changed, compare) = (Mode::ChangedLines, Mode::Compare);
        let judged = place(
            vec![
                with("5", Severity::Warning, changed, Confidence::Likely, false),
                with("4", Severity::Warning, changed, Confidence::Likely, true),
                with("3", Severity::Warning, changed, Confidence::Certain, false),
                with("2", Severity::Warning, compare, Confidence::Likely, false),
                with("1", Severity::Error, changed, Confidence::Likely, false),
            ],
            5,
        );
        let order: Vec<&str> = judged.iter().map(|one| one.finding.location.path.as_str()).collect();
        assert_eq!(order, ["1", "2", "3", "4", "5"]);
    }

    #[test]
    fn repeats_in_a_file_become_one_on_the_first() {
        let hit = |line| Candidate { best: Placement::Inline, finding: finding("errors/a", "a.go", line) };
        let quiet = Candidate { best: Placement::Summary, finding: finding("errors/a", "a.go", 1) };
        let judged = place(vec![quiet, hit(9), hit(3)], 5);
        assert_eq!((judged.len(), judged[0].finding.location.line), (1, 3));
        assert_eq!(judged[0].repeats.iter().map(|place| place.line).collect::<Vec<_>>(), [1, 9]);
    }

    #[test]
    fn evidence_decides_the_loudest_place() {
        let best = |confidence, severity, mode, commentable| {
            best_placement(&Finding { confidence, severity, mode, ..finding("errors/a", "a.go", 1) }, commentable)
        };
        let changed = Mode::ChangedLines;
        assert_eq!(best(Confidence::Certain, Severity::Notice, changed, true), Placement::Inline);
        assert_eq!(best(Confidence::Likely, Severity::Notice, changed, true), Placement::Summary);
        assert_eq!(best(Confidence::Likely, Severity::Warning, Mode::Compare, true), Placement::Inline);
        assert_eq!(best(Confidence::Certain, Severity::Error, Mode::TouchedScope, true), Placement::Summary);
        assert_eq!(best(Confidence::Certain, Severity::Error, changed, false), Placement::Summary);
        assert_eq!(best(Confidence::Possible, Severity::Error, changed, true), Placement::Report);
    }
}
