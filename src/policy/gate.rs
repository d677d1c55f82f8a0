//! What the check run concludes. A tool that could not look never says "success".

use super::config::{Config, Level};
use super::decision::{Conclusion, FileOutcome, FileState, Judged};
use crate::model::{Confidence, Severity, Sights};

pub(super) fn conclude(config: &Config, findings: &[Judged], files: &[FileOutcome], sights: Sights) -> Conclusion {
    let looked = files.iter().any(|file| !matches!(file.state, FileState::Skipped(_)));
    if config.level == Level::Observe || !looked {
        return Conclusion::Neutral;
    }
    if findings.iter().any(|judged| blocks(config, judged)) || too_dark(config, sights) {
        Conclusion::Failure
    } else if findings.is_empty() {
        Conclusion::Success
    } else {
        Conclusion::Neutral
    }
}

/// Too few of the touched operations can be seen. What is not known counts in the author's favour, and few operations say
/// nothing at all.
fn too_dark(config: &Config, sights: Sights) -> bool {
    let wanted = config.gate.min_observable.filter(|_| config.level == Level::Gate);
    wanted.zip(sights.percent()).is_some_and(|(wanted, (_, possible))| possible < wanted)
}

fn blocks(config: &Config, judged: &Judged) -> bool {
    let (severity, confidence) = match config.level {
        Level::Observe | Level::Advise => return false,
        Level::Guard => (Severity::Error, Confidence::Certain),
        Level::Gate => (config.gate.severity, config.gate.confidence),
    };
    judged.finding.severity >= severity && judged.finding.confidence >= confidence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Placement;
    use crate::policy::testing::finding;

    fn judged(severity: Severity, confidence: Confidence) -> Judged {
        let finding = crate::model::Finding { severity, confidence, ..finding("errors/x", "a.go", 1) };
        Judged { finding, placement: Placement::Summary, repeats: Vec::new() }
    }

    fn outcome(state: FileState) -> FileOutcome {
        FileOutcome { path: "a.go".into(), state }
    }

    #[test]
    fn levels_decide_what_blocks() {
        let files = [outcome(FileState::Analysed)];
        let of = |text: &str, findings: &[Judged]| {
            conclude(&Config::parse(text).unwrap(), findings, &files, Sights::default())
        };
        let sure = [judged(Severity::Error, Confidence::Certain)];
        let likely = [judged(Severity::Warning, Confidence::Likely)];
        assert_eq!(of("level: observe", &sure), Conclusion::Neutral);
        assert_eq!(of("level: advise", &sure), Conclusion::Neutral);
        assert_eq!(of("level: advise", &[]), Conclusion::Success);
        assert_eq!(
            (of("level: guard", &sure), of("level: guard", &likely)),
            (Conclusion::Failure, Conclusion::Neutral)
        );
        assert_eq!(of("level: gate", &likely), Conclusion::Neutral);
        let strict = "level: gate\ngate: { fail_on: { severity: notice, confidence: possible } }";
        assert_eq!(of(strict, &likely), Conclusion::Failure);
    }

    #[test]
    fn a_change_nobody_looked_at_is_neutral() {
        let config = Config::default();
        let conclude = |files: &[FileOutcome]| super::conclude(&config, &[], files, Sights::default());
        assert_eq!(conclude(&[]), Conclusion::Neutral);
        assert_eq!(conclude(&[outcome(FileState::Skipped("binary".into()))]), Conclusion::Neutral);
        assert_eq!(conclude(&[outcome(FileState::Partial("cut".into()))]), Conclusion::Success);
    }

    #[test]
    fn a_gate_on_what_can_be_seen_is_in_the_authors_favour() {
        let config = Config::parse("level: gate\ngate: { min_observable: 70 }").unwrap();
        let of = |observable, unknown, not_observable| {
            let operations = observable + unknown + not_observable;
            let sights = Sights { operations, observable, not_observable, unknown };
            super::conclude(&config, &[], &[outcome(FileState::Analysed)], sights)
        };
        assert_eq!(of(2, 1, 1), Conclusion::Success);
        assert_eq!(of(2, 0, 2), Conclusion::Failure);
        assert_eq!(of(0, 0, 2), Conclusion::Success, "two operations say nothing");
        let advise = Config::parse("gate: { min_observable: 70 }").unwrap();
        let sights = Sights { operations: 4, not_observable: 4, ..Sights::default() };
        assert_eq!(super::conclude(&advise, &[], &[outcome(FileState::Analysed)], sights), Conclusion::Success);
    }
}
