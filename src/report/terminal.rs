//! Findings for people at a terminal, in the manner of rustc: what, where, why we think so, what to do.
//!
//! Code and names come from strangers, so every control or direction character is made visible before it is printed.

use std::fmt::Write as _;

use annotate_snippets::{Group, Level, Renderer};

use super::coverage;
use super::excerpt::{self, Excerpt};
use super::plain::visible;
use super::tally::Tally;
use crate::model::{ChangeSet, Evidence, Finding, Location, Severity};
use crate::policy::{Decision, FileState, Judged, Placement};

/// Operations out of sight that are worth a line each.
const MAX_OPERATIONS: usize = 12;

#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With escape sequences for colours.
    pub coloured: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Doubtful and monitored findings too, and every file that was not read.
    pub pedantic: bool,
    /// Findings and nothing else.
    pub quiet: bool,
}

pub fn render(decision: &Decision, change: &ChangeSet, style: Style) -> String {
    let renderer = if style.coloured { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width);
    let mut out = String::new();
    for judged in decision.findings.iter().filter(|judged| style.pedantic || judged.placement != Placement::Report) {
        let report = groups(judged, change);
        let _infallible = writeln!(out, "{}\n", renderer.render(&report));
    }
    if !style.quiet {
        notes(decision, style, &renderer, &mut out);
        operations(decision, &renderer, &mut out);
        let _infallible = writeln!(out, "{}", summary_line(decision, style.pedantic));
    }
    out
}

/// How much of the change production will be able to see, and what it will not.
fn operations(decision: &Decision, renderer: &Renderer, out: &mut String) {
    let Some((line, rows)) = coverage::plain(decision) else { return };
    let more = rows.len().saturating_sub(MAX_OPERATIONS);
    let mut group = Group::with_title(Level::NOTE.with_name("coverage").secondary_title(line));
    for row in rows.into_iter().take(MAX_OPERATIONS) {
        group = group.element(Level::NOTE.no_name().message(row));
    }
    if more > 0 {
        group =
            group.element(Level::NOTE.no_name().message(format!("and {more} more, all of them with --format json")));
    }
    let _infallible = writeln!(out, "{}\n", renderer.render(&[group]));
}

/// Text of strangers as it may be printed: its line breaks stay, nothing else moves the cursor.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// One line that tells the true story: how much was looked at and what was found.
pub fn summary_line(decision: &Decision, pedantic: bool) -> String {
    let tally = Tally::of(decision, pedantic);
    let mut line = format!("{}: {}", tally.files(), tally.findings());
    if tally.hidden > 0 {
        let _infallible = write!(line, "; {} more with --pedantic", tally.hidden);
    }
    if !decision.suppressed.is_empty() {
        let _infallible = write!(line, "; {} suppressed", decision.suppressed.len());
    }
    line
}

fn groups<'a>(judged: &'a Judged, change: &'a ChangeSet) -> Vec<Group<'a>> {
    let finding = &judged.finding;
    let title = level(finding.severity).primary_title(visible(&finding.message)).id(finding.rule.as_str());
    let (near, far): (Vec<&Evidence>, Vec<&Evidence>) =
        finding.evidence.iter().partition(|link| is_near(&finding.location, link.location.as_ref()));
    let mut main = match excerpt::of(change, &finding.location, &near) {
        Some(Excerpt { snippet, .. }) => title.element(snippet),
        None => title.element(excerpt::origin(&finding.location)),
    };
    let removed = finding.location.side == crate::model::Side::Left;
    if removed {
        main = main.element(Level::NOTE.message("the excerpt shows the code before this change"));
    }
    for link in far.iter().filter(|link| link.location.is_none()) {
        main = main.element(Level::NOTE.message(visible(&link.text)));
    }
    if !judged.repeats.is_empty() {
        main = main.element(Level::NOTE.message(repeats(&judged.repeats)));
    }
    if !finding.help.is_empty() {
        main = main.element(Level::HELP.message(visible(&finding.help)));
    }
    let mut groups = vec![main];
    for link in far {
        let Some(place) = &link.location else { continue };
        let title = Level::NOTE.secondary_title(visible(&link.text));
        groups.push(match excerpt::of(change, place, &[]) {
            Some(Excerpt { snippet, .. }) => title.element(snippet),
            None => title.element(excerpt::origin(place)),
        });
    }
    groups.extend(fix(finding, change));
    groups
}

/// Close enough to be marked in the same excerpt.
fn is_near(main: &Location, place: Option<&Location>) -> bool {
    place.is_some_and(|place| {
        place.path == main.path && place.side == main.side && place.line.abs_diff(main.line) <= excerpt::REACH
    })
}

fn fix<'a>(finding: &'a Finding, change: &'a ChangeSet) -> Option<Group<'a>> {
    let fix = finding.fix.as_ref()?;
    let snippet = excerpt::patched(change, &finding.location.path, fix)?;
    Some(Level::HELP.secondary_title(visible(&fix.title)).element(snippet))
}

fn repeats(places: &[Location]) -> String {
    let lines: Vec<String> = places.iter().take(8).map(|place| place.line.to_string()).collect();
    let more = places.len() - lines.len();
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("the same in this file at line{} {}{tail}", if places.len() == 1 { "" } else { "s" }, lines.join(", "))
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Notice => Level::NOTE.with_name("notice"),
    }
}

fn notes(decision: &Decision, style: Style, renderer: &Renderer, out: &mut String) {
    let mut say = |text: String| {
        let report = [Group::with_title(Level::NOTE.secondary_title(text))];
        let _infallible = writeln!(out, "{}", renderer.render(&report));
    };
    for note in &decision.notes {
        say(match &note.path {
            Some(path) => format!("{}: {}", visible(path.as_str()), visible(&note.text)),
            None => visible(&note.text),
        });
    }
    for file in &decision.files {
        match &file.state {
            FileState::Partial(reason) => {
                say(format!("{} was read in part: {}", visible(file.path.as_str()), visible(reason)))
            }
            FileState::Skipped(reason) if style.pedantic => {
                say(format!("{} was not read: {}", visible(file.path.as_str()), visible(reason)));
            }
            FileState::Skipped(_) | FileState::Analysed => {}
        }
    }
    if style.pedantic {
        for one in &decision.suppressed {
            let place = &one.finding.location;
            say(format!(
                "{}:{}: {} is suppressed: {}",
                visible(place.path.as_str()),
                place.line,
                one.finding.rule,
                visible(&one.by)
            ));
        }
    }
}
