//! Monitoring documents of the repository, when the change takes away something that they may look for.

use super::wishes::Wishes;
use crate::model::{FileChange, FileStatus, Language};
use crate::syntax::monitoring::is_monitoring;

/// More documents than this are a library of dashboards; the first by path are as good as any.
const MAX_DOCUMENTS: usize = 240;
/// Words of code that makes metrics or writes logs.
const TELEMETRY: [&str; 17] = [
    "metric",
    "Metric",
    "prometheus",
    "Counter",
    "counter",
    "Gauge",
    "gauge",
    "Histogram",
    "histogram",
    "statsd",
    "meter",
    "Timer",
    "log.",
    "Log(",
    "logger",
    "tracing",
    "warn",
];
/// Lines around a removed one that may say whose string it is: an instrument takes several lines.
const AROUND: u32 = 6;

pub(super) fn wish(files: &[FileChange], wishes: &mut Wishes<'_>) {
    if !files.iter().any(takes_telemetry_away) {
        return;
    }
    wishes.at_most(MAX_DOCUMENTS);
    let tree = wishes.tree;
    tree.iter().filter(|path| is_monitoring(path)).for_each(|path| wishes.add(path.as_str()));
}

/// Whether a string of a metric or log disappears from a file, as far as its lines tell.
fn takes_telemetry_away(file: &FileChange) -> bool {
    let Some(base) = file.base.text().filter(|_| Language::of_path(file.base_path()).is_some()) else { return false };
    let speaks = |text: &str| TELEMETRY.iter().any(|word| text.contains(word));
    if file.status == FileStatus::Removed {
        return speaks(base);
    }
    if !speaks(base) {
        return false;
    }
    let removed: Vec<u32> = file.hunks.iter().flat_map(|hunk| &hunk.removed).copied().collect();
    let lines: Vec<&str> = base.lines().collect();
    removed.iter().any(|line| {
        let at = (*line as usize).saturating_sub(1);
        let quoted = lines.get(at).is_some_and(|text| text.contains(['"', '\'', '`']));
        let from = at.saturating_sub(AROUND as usize);
        let to = (at + AROUND as usize + 1).min(lines.len());
        quoted && lines[from.min(to)..to].iter().any(|text| speaks(text))
    })
}
