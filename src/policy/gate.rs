//! What the check run concludes. A tool that could not look never says "success".

use super::config::{Config, Level};
use super::decision::{Conclusion, FileOutcome, FileState, Judged};
use crate::model::{Confidence, Severity};

pub(super) fn conclude(config: &Config, findings: &[Judged], files: &[FileOutcome]) -> Conclusion {
    let looked = files.iter().any(|file| !matches!(file.state, FileState::Skipped(_)));
    if config.level == Level::Observe || !looked {
        return Conclusion::Neutral;
    }
    if findings.iter().any(|judged| blocks(config, judged)) {
        Conclusion::Failure
    } else if findings.is_empty() {
        Conclusion::Success
    } else {
        Conclusion::Neutral
    }
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
        let of = |text: &str, findings: &[Judged]| conclude(&Config::parse(text).unwrap(), findings, &files);
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
        assert_eq!(conclude(&config, &[], &[]), Conclusion::Neutral);
        assert_eq!(conclude(&config, &[], &[outcome(FileState::Skipped("binary".into()))]), Conclusion::Neutral);
        assert_eq!(conclude(&config, &[], &[outcome(FileState::Partial("cut".into()))]), Conclusion::Success);
    }
}
