//! Coverage of a whole repository: by unit and kind of operation, as a table for people and as JSON for programs. The JSON
//! has a version of its own: fields may be added within one version, and nothing is renamed or removed.
//!
//! | field | content |
//! |---|---|
//! | `version` | 1 |
//! | `summary` | `operations`, `observable`, `not_observable`, `unknown`; `percent`, `possible_percent`; `list[]` of every operation, as in the report of `sightline check` |
//! | `units[]` | `path` (empty for the root), `language`, `deployed` (`built`, `run`, `complete`: what was read about how it runs), `kinds` (by kind of operation: the four counts), `markers[]` (`row` of the tables, `name`, `path`, `line`, `covers[]`, `leaves`, `sure`), `switched_off[]` (`row`, `name`, `path`, `line`) |
//! | `files` | `analysed`, `partial`, `skipped` |

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::json;
use super::plain::visible;
use crate::facts::{Marker, UnitCoverage};
use crate::model::{Operation, OperationKind, Sight, Sights};

/// The version of the format.
const VERSION: u32 = 1;
/// Operations without eyes that a terminal lists by unit.
const MAX_LISTED: usize = 8;

/// What there is to tell of a repository.
#[derive(Clone, Copy, Debug)]
pub struct Everything<'a> {
    pub operations: &'a [Operation],
    pub units: &'a [UnitCoverage],
    /// Analysed, in part, skipped.
    pub files: (usize, usize, usize),
}

/// How to print it.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub coloured: bool,
    pub width: usize,
    /// Every operation that is not seen, not only the first of each unit.
    pub all: bool,
}

/// One unit with its operations; those of no unit come last.
struct Section<'a> {
    name: String,
    unit: Option<&'a UnitCoverage>,
    operations: Vec<&'a Operation>,
}

fn sections<'a>(all: &Everything<'a>) -> Vec<Section<'a>> {
    let mut by_root: BTreeMap<Option<&str>, Vec<&Operation>> = BTreeMap::new();
    for operation in all.operations {
        by_root.entry(operation.unit.as_deref()).or_default().push(operation);
    }
    let mut sections: Vec<Section<'a>> = Vec::new();
    for unit in all.units {
        // Two languages in one folder: the operations of each stand with the first that has any.
        let operations = by_root.remove(&Some(unit.root.as_str())).unwrap_or_default();
        if operations.is_empty() && unit.own.is_empty() {
            continue;
        }
        let root = if unit.root.is_empty() { "." } else { unit.root.as_str() };
        sections.push(Section { name: format!("{root} ({})", unit.language), unit: Some(unit), operations });
    }
    let rest: Vec<&Operation> = by_root.into_values().flatten().collect();
    if !rest.is_empty() {
        sections.push(Section { name: "outside of any unit".to_owned(), unit: None, operations: rest });
    }
    sections
}

/// The table, with the markers and the darkest operations of each unit below it.
pub fn terminal(all: &Everything<'_>, look: Look) -> String {
    let sections = sections(all);
    let mut out = String::new();
    let rows: Vec<Row> = sections.iter().flat_map(rows).collect();
    if rows.is_empty() {
        out.push_str("no operations were found: nothing here runs as a service, as far as Sightline can tell\n");
        return out;
    }
    table(&rows, look, &mut out);
    for section in &sections {
        details(section, look, &mut out);
    }
    let total = Sights::of(all.operations);
    if let Some(line) = total.line() {
        let percent = total.percent().map(|(sure, possible)| percent(sure, possible)).unwrap_or_default();
        let _ = writeln!(out, "{}{line}{percent}", paint("\u{1b}[1m", "", look.coloured));
        out.push_str(reset(look));
    }
    let (whole, part, skipped) = all.files;
    let _ = writeln!(out, "{} files analysed ({part} in part), {skipped} skipped", whole + part);
    out
}

fn percent(sure: u32, possible: u32) -> String {
    if sure == possible { format!(" ({sure} %)") } else { format!(" ({sure} to {possible} %)") }
}

/// One line of the table; a unit's name stands in its first line only.
struct Row {
    unit: String,
    first: bool,
    kind: &'static str,
    sights: Sights,
}

fn rows(section: &Section<'_>) -> Vec<Row> {
    let kinds = OperationKind::ALL.into_iter().filter_map(|kind| {
        let sights = Sights::of(section.operations.iter().copied().filter(|one| one.kind == kind));
        (sights.operations > 0).then_some((kind, sights))
    });
    let unit = visible(&section.name);
    let row = |(index, (kind, sights)): (usize, (OperationKind, Sights))| Row {
        unit: unit.clone(),
        first: index == 0,
        kind: kind.in_words(),
        sights,
    };
    kinds.enumerate().map(row).collect()
}

const HEAD: [&str; 6] = ["unit", "operations", "observable", "not", "unknown", ""];

fn table(rows: &[Row], look: Look, out: &mut String) {
    let longest = rows.iter().map(|row| row.unit.chars().count()).max().unwrap_or(0);
    let name = longest.clamp(HEAD[0].len(), look.width.saturating_sub(62).max(16));
    let rule = |left: &str, middle: &str, right: &str| {
        let widths = [name + 2, 17, 12, 7, 9, 22];
        let parts: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        format!("{left}{}{right}\n", parts.join(middle))
    };
    out.push_str(&rule("┌", "┬", "┐"));
    let [unit, kind, observable, not, unknown, bar] = HEAD;
    let _ = writeln!(out, "│ {unit:<name$} │ {kind:<15} │ {observable:>10} │ {not:>5} │ {unknown:>7} │ {bar:<20} │");
    for row in rows {
        if row.first {
            out.push_str(&rule("├", "┼", "┤"));
        }
        let unit = if row.first { shortened(&row.unit, name) } else { String::new() };
        let Sights { observable, not_observable, unknown, .. } = row.sights;
        let dark = cell(not_observable, 5, "\u{1b}[31m", look);
        let doubt = cell(unknown, 7, "\u{1b}[33m", look);
        let lit = cell(observable, 10, "\u{1b}[32m", look);
        let bar = bar_of(row.sights, look);
        let _ = writeln!(out, "│ {unit:<name$} │ {:<15} │ {lit} │ {dark} │ {doubt} │ {bar} │", row.kind);
    }
    out.push_str(&rule("└", "┴", "┘"));
}

/// The end of a path says more than its beginning.
fn shortened(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let tail: String = text.chars().skip(length + 1 - width).collect();
    format!("…{tail}")
}

fn cell(count: usize, width: usize, colour: &str, look: Look) -> String {
    let text = if count == 0 { format!("{:>width$}", "·") } else { format!("{count:>width$}") };
    if count == 0 { text } else { paint(colour, &text, look.coloured) }
}

/// Twenty columns: seen, unknown, not seen.
fn bar_of(sights: Sights, look: Look) -> String {
    const WIDTH: usize = 20;
    let part = |count: usize| count * WIDTH / sights.operations.max(1);
    let lit = part(sights.observable);
    let possible = part(sights.observable + sights.unknown);
    let (bright, faint) = ("█".repeat(lit), "▒".repeat(possible - lit));
    let dark = "░".repeat(WIDTH - possible);
    let green = paint("\u{1b}[32m", &bright, look.coloured);
    let yellow = paint("\u{1b}[33m", &faint, look.coloured);
    format!("{green}{yellow}{}", paint("\u{1b}[31m", &dark, look.coloured))
}

fn paint(colour: &str, text: &str, coloured: bool) -> String {
    match (coloured, text.is_empty()) {
        (false, _) => text.to_owned(),
        (true, true) => colour.to_owned(),
        (true, false) => format!("{colour}{text}\u{1b}[0m"),
    }
}

fn reset(look: Look) -> &'static str {
    if look.coloured { "\u{1b}[0m" } else { "" }
}

/// What instruments a unit, and the first operations nobody sees.
fn details(section: &Section<'_>, look: Look, out: &mut String) {
    let _ = writeln!(out, "\n{}", paint("\u{1b}[1m", &visible(&section.name), look.coloured));
    match section.unit {
        Some(unit) if unit.own.is_empty() => {
            let _ = writeln!(out, "  no marker of instrumentation was found");
        }
        Some(unit) => {
            markers(unit, look, out);
            for off in &unit.off {
                let place = visible(&format!("{}:{}", off.place.path, off.place.line));
                let _ = writeln!(out, "  {} ({place})", visible(&off.name));
            }
        }
        None => {
            let _ = writeln!(out, "  there is no manifest above it, so nothing tells what instruments it");
        }
    }
    let dark: Vec<&&Operation> = section.operations.iter().filter(|one| one.sight == Sight::Unseen).collect();
    let shown = if look.all { dark.len() } else { dark.len().min(MAX_LISTED) };
    for one in dark.iter().take(shown) {
        let place = visible(&format!("{}:{}", one.location.path, one.location.line));
        wrapped(&format!("{place} {}: {}", visible(&one.name), visible(&one.reason)), look, out);
    }
    if dark.len() > shown {
        let _ = writeln!(out, "  and {} more with --all", dark.len() - shown);
    }
}

/// A line of the details; what does not fit goes on below, further in.
fn wrapped(text: &str, look: Look, out: &mut String) {
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column == 0 {
            out.push_str("  ");
            column = 2;
        } else if column + 1 + length > look.width {
            out.push_str("\n     ");
            column = 5;
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
}

/// Each row of the tables once, with what it was found for.
fn markers(unit: &UnitCoverage, look: Look, out: &mut String) {
    let mut rows: Vec<(&Marker, Vec<&str>)> = Vec::new();
    for marker in unit.own.iter().filter(|marker| !marker.covers.is_empty()) {
        let (_, what) = marker.name.rsplit_once(" for ").unwrap_or((&marker.name, ""));
        match rows.iter_mut().find(|(first, _)| first.row == marker.row && first.half == marker.half) {
            Some((_, all)) if all.contains(&what) => {}
            Some((_, all)) => all.push(what),
            None => rows.push((marker, vec![what])),
        }
    }
    for (first, all) in rows {
        let (name, _) = first.name.rsplit_once(" for ").unwrap_or((&first.name, ""));
        let what = if all == [""] { String::new() } else { format!(" for {}", all.join(", ")) };
        let half = if first.half { ", of no effect without what loads it" } else { "" };
        let place = visible(&format!("{}:{}", first.place.path, first.place.line));
        wrapped(&format!("{}{half} ({place}); leaves {}", visible(&format!("{name}{what}")), first.leaves), look, out);
    }
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    summary: json::Coverage<'a>,
    units: Vec<UnitRow<'a>>,
    files: Files,
}

#[derive(Serialize)]
struct Files {
    analysed: usize,
    partial: usize,
    skipped: usize,
}

#[derive(Serialize)]
struct UnitRow<'a> {
    path: &'a str,
    language: Option<&'a str>,
    deployed: Option<DeployedRow>,
    kinds: BTreeMap<OperationKind, Sights>,
    markers: Vec<MarkerRow<'a>>,
    switched_off: Vec<OffRow<'a>>,
}

#[derive(Serialize)]
struct DeployedRow {
    built: bool,
    run: bool,
    complete: bool,
}

#[derive(Serialize)]
struct MarkerRow<'a> {
    row: &'a str,
    name: &'a str,
    path: &'a str,
    line: u32,
    covers: Vec<String>,
    leaves: &'a str,
    sure: bool,
}

#[derive(Serialize)]
struct OffRow<'a> {
    row: &'a str,
    name: &'a str,
    path: &'a str,
    line: u32,
}

/// Pretty-printed, with a final newline.
pub fn as_json(all: &Everything<'_>) -> String {
    let (whole, part, skipped) = all.files;
    let report = Report {
        version: VERSION,
        summary: json::coverage(all.operations),
        units: sections(all).iter().map(unit_row).collect(),
        files: Files { analysed: whole, partial: part, skipped },
    };
    let mut text = serde_json::to_string_pretty(&report).expect("texts and numbers always serialise");
    text.push('\n');
    text
}

fn unit_row<'a>(section: &Section<'a>) -> UnitRow<'a> {
    let unit = section.unit;
    let kinds = OperationKind::ALL.into_iter().filter_map(|kind| {
        let sights = Sights::of(section.operations.iter().copied().filter(|one| one.kind == kind));
        (sights.operations > 0).then_some((kind, sights))
    });
    let markers = unit.map_or(&[][..], |unit| &unit.own[..]).iter().map(|marker| MarkerRow {
        row: &marker.row,
        name: &marker.name,
        path: marker.place.path.as_str(),
        line: marker.place.line,
        covers: marker.covers.iter().map(covered).collect(),
        leaves: &marker.leaves,
        sure: !marker.half,
    });
    let off = unit.map_or(&[][..], |unit| &unit.off[..]).iter().map(|off| OffRow {
        row: &off.row,
        name: &off.name,
        path: off.place.path.as_str(),
        line: off.place.line,
    });
    UnitRow {
        path: unit.map_or("", |unit| unit.root.as_str()),
        language: unit.map(|unit| unit.language),
        deployed: unit.map(|unit| DeployedRow {
            built: unit.deployed.built,
            run: unit.deployed.run,
            complete: unit.deployed.complete,
        }),
        kinds: kinds.collect(),
        markers: markers.collect(),
        switched_off: off.collect(),
    }
}

fn covered(cover: &crate::facts::coverage::Cover) -> String {
    if cover.libraries.is_empty() {
        return cover.bit.name().to_owned();
    }
    format!("{}: {}", cover.bit.name(), cover.libraries.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Side};

    fn operation(kind: OperationKind, unit: Option<&str>, line: u32, sight: Sight) -> Operation {
        let location =
            Location { path: "pay/src/refunds.ts".into(), side: Side::Right, line, end_line: line, columns: (1, 1) };
        Operation {
            kind,
            location,
            name: "pool.query\u{1b}[2J".to_owned(),
            sight,
            reason: "the failure is thrown away".to_owned(),
            marker: None,
            unit: unit.map(str::to_owned),
        }
    }

    #[test]
    fn every_operation_stands_in_one_line_of_the_table() {
        let operations = [
            operation(OperationKind::Entry, None, 1, Sight::Seen),
            operation(OperationKind::Failure, None, 2, Sight::Unseen),
            operation(OperationKind::Failure, None, 3, Sight::Unknown),
        ];
        let all = Everything { operations: &operations, units: &[], files: (1, 0, 2) };
        let text = terminal(&all, Look { coloured: false, width: 100, all: false });
        let row =
            |kind: &str| text.lines().find(|line| line.contains(kind)).unwrap_or_else(|| panic!("{kind}\n{text}"));
        assert!(row("entry points").contains("│          1 │     · │       · │ ████████████████████ │"), "{text}");
        assert!(row("failure paths").contains("│          · │     1 │       1 │ ▒▒▒▒▒▒▒▒▒▒░░░░░░░░░░ │"), "{text}");
        assert!(text.contains("1 of 3 operations observable, 1 unknown (33 to 66 %)"), "{text}");
        assert!(!text.contains('\u{1b}'), "names of strangers move no cursor: {text}");
        let widths: Vec<usize> = text.lines().take(6).map(|line| line.chars().count()).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
        let json: serde_json::Value = serde_json::from_str(&as_json(&all)).unwrap();
        assert_eq!(json["summary"]["not_observable"], 1);
        assert_eq!(json["units"][0]["kinds"]["failure"]["unknown"], 1);
    }

    #[test]
    fn an_empty_repository_says_so() {
        let all = Everything { operations: &[], units: &[], files: (0, 0, 0) };
        assert!(terminal(&all, Look { coloured: true, width: 80, all: false }).starts_with("no operations were found"));
    }
}
