//! Workflow commands: annotations for a step of GitHub Actions without any API call.

use std::fmt::Write as _;

use super::tally::Tally;
use crate::model::{Location, Severity, Side};
use crate::policy::{Decision, Judged, Placement};

pub fn render(decision: &Decision) -> String {
    let mut out = String::new();
    for judged in decision.findings.iter().filter(|judged| judged.placement != Placement::Report) {
        let _infallible = writeln!(out, "{}", command(judged, &judged.finding.location));
        for place in &judged.repeats {
            let _infallible = writeln!(out, "{}", command(judged, place));
        }
    }
    let tally = Tally::of(decision, false);
    for note in &decision.notes {
        // Ordinary lines of the log; the escape keeps a stranger's line break from starting a command.
        let place = note.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        let _infallible = writeln!(out, "note: {}", data(&format!("{place}{}", note.text)));
    }
    let _infallible = writeln!(out, "{}: {}", tally.files(), tally.findings());
    out
}

fn command(judged: &Judged, place: &Location) -> String {
    let finding = &judged.finding;
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    };
    let mut properties = vec![format!("file={}", property(place.path.as_str()))];
    // Lines of the base mean nothing in the file as it is now.
    if place.side == Side::Right {
        properties.push(format!("line={},endLine={}", place.line, place.end_line));
        if place.line == place.end_line && place.columns.0 < place.columns.1 {
            properties.push(format!("col={},endColumn={}", place.columns.0, place.columns.1));
        }
    }
    properties.push(format!("title={}", property(finding.rule.as_str())));
    let mut text = finding.message.clone();
    if place.side == Side::Left {
        let _infallible = write!(text, " (line {} before this change)", place.line);
    }
    if !finding.help.is_empty() {
        let _infallible = write!(text, "\nhelp: {}", finding.help);
    }
    format!("::{name} {}::{}", properties.join(","), data(&text))
}

/// Text after the last `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
