//! Suppressions written for other tools. Each names a concern in that tool's words; the table says which of our rules
//! share it. One without a name silences everything on its line but privacy.

use crate::model::{RuleId, SourceText};
use crate::rules::custom::FAMILY;

/// What a foreign suppression covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    pub(super) marker: &'static str,
    pub(super) reach: Reach,
    pub(super) rules: Rules,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Like our own: the line, or the next line of code when the comment stands alone.
    Line,
    /// To the end of the file, or to the comment that ends it.
    Rest,
    /// These lines.
    Lines(u32, u32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    AllButPrivacy,
    These(Vec<&'static str>),
    /// The repository's own rules, which ast-grep has its own comment for: all, or the ones named.
    Own(Vec<String>),
}

impl Foreign {
    pub(super) fn covers(&self, rule: &RuleId) -> bool {
        match &self.rules {
            Rules::AllButPrivacy => rule.family() != "privacy",
            Rules::These(rules) => rules.contains(&rule.as_str()),
            Rules::Own(names) => {
                rule.family() == FAMILY && (names.is_empty() || names.iter().any(|name| name == rule.slug()))
            }
        }
    }
}

const AST_GREP: &str = "ast-grep-ignore";

/// Longer markers first: `eslint-disable` is the start of the others. A marker that is only meant with names after
/// it says so.
const MARKERS: &[(&str, Reach, bool)] = &[
    ("eslint-disable-next-line", Reach::Line, false),
    ("eslint-disable-line", Reach::Line, false),
    ("eslint-disable", Reach::Rest, true),
    ("lint:ignore", Reach::Line, true),
    ("pylint: disable", Reach::Line, true),
    (AST_GREP, Reach::Line, false),
    ("nolint", Reach::Line, false),
    ("noqa", Reach::Line, false),
    ("nosec", Reach::Line, false),
    ("NOSONAR", Reach::Line, false),
    ("NOPMD", Reach::Line, false),
];

/// What ends a region that `eslint-disable` opened.
pub(super) const REGION_END: &str = "eslint-enable";

const SWALLOWED: &[&str] = &["errors/swallowed-io-failure"];
const UNHANDLED: &[&str] = &["errors/swallowed-io-failure", "errors/handler-failure-unobserved"];
const DROPPED: &[&str] = &["errors/log-drops-error", "errors/error-value-lost-in-log"];
const ARGUMENTS: &[&str] = &["logging/log-args-mismatch"];
const UNENDED: &[&str] = &["tracing/span-not-ended"];
const GUARDS: &[&str] = &["tracing/span-guard-across-await"];

const CODES: &[(&str, &[&str])] = &[
    // Go: golangci-lint and staticcheck
    ("errcheck", SWALLOWED),
    ("nilerr", UNHANDLED),
    ("spancheck", UNENDED),
    ("govet", ARGUMENTS),
    ("printf", ARGUMENTS),
    ("loggercheck", ARGUMENTS),
    ("sloglint", ARGUMENTS),
    ("SA9003", SWALLOWED),
    // Python: ruff, flake8, bandit, pylint
    ("S110", SWALLOWED),
    ("S112", SWALLOWED),
    ("B110", SWALLOWED),
    ("B112", SWALLOWED),
    ("BLE001", SWALLOWED),
    ("E722", SWALLOWED),
    ("SIM105", SWALLOWED),
    ("TRY400", DROPPED),
    ("TRY401", DROPPED),
    ("PLE1205", ARGUMENTS),
    ("PLE1206", ARGUMENTS),
    ("bare-except", SWALLOWED),
    ("broad-except", SWALLOWED),
    ("broad-exception-caught", SWALLOWED),
    ("logging-too-many-args", ARGUMENTS),
    ("logging-too-few-args", ARGUMENTS),
    // JavaScript and TypeScript: eslint
    ("no-empty", SWALLOWED),
    ("promise/catch-or-return", UNHANDLED),
    ("@typescript-eslint/no-floating-promises", UNHANDLED),
    ("handle-callback-err", UNHANDLED),
    ("n/handle-callback-err", UNHANDLED),
    // Java: Error Prone, PMD, IntelliJ, Sonar
    ("EmptyCatch", SWALLOWED),
    ("EmptyCatchBlock", SWALLOWED),
    ("java:S108", SWALLOWED),
    ("squid:S108", SWALLOWED),
    ("java:S1166", UNHANDLED),
    ("squid:S1166", UNHANDLED),
    ("PlaceholderCountMatchesArgumentCount", ARGUMENTS),
    ("Slf4jFormatShouldBeConst", ARGUMENTS),
    // Rust: rustc and clippy
    ("unused_must_use", SWALLOWED),
    ("clippy::let_underscore_must_use", SWALLOWED),
    ("clippy::let_underscore_future", SWALLOWED),
    ("clippy::await_holding_invalid_type", GUARDS),
    ("clippy::await_holding_lock", GUARDS),
];

/// The foreign suppression of one line of a comment, if it is one and shares a concern of ours.
pub(super) fn in_comment(text: &str) -> Option<Foreign> {
    let (marker, reach, needs_names, at) = MARKERS
        .iter()
        .find_map(|(marker, reach, needs_names)| text.find(marker).map(|at| (*marker, *reach, *needs_names, at)))?;
    // The marker is a word of its own: not `withnolint`, not a part of a sentence about `noqa-style`.
    if text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '-') {
        return None;
    }
    let rest = text[at + marker.len()..].trim_end_matches("*/");
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_') {
        return None;
    }
    let names = names(marker, rest);
    let rules = match names.is_empty() {
        _ if marker == AST_GREP => Rules::Own(names.into_iter().map(str::to_owned).collect()),
        true if needs_names => return None,
        true => Rules::AllButPrivacy,
        false => Rules::These(translate(names)?),
    };
    Some(Foreign { marker, reach, rules })
}

/// The names after a marker. Tools differ in what separates them from the marker and from a reason.
fn names<'a>(marker: &str, rest: &'a str) -> Vec<&'a str> {
    let rest = rest.split(" -- ").next().unwrap_or_default();
    let list = match marker {
        "nolint" | "noqa" | AST_GREP => match rest.trim_start().strip_prefix(':') {
            Some(list) => list.split("//").next().unwrap_or_default(),
            None => return Vec::new(),
        },
        "lint:ignore" => rest.split_whitespace().next().unwrap_or_default(),
        "NOSONAR" | "NOPMD" => return Vec::new(),
        _ => rest.trim_start_matches([':', '=', ' ']),
    };
    list.split(|c: char| c == ',' || c.is_whitespace()).filter(|name| !name.is_empty()).collect()
}

fn translate<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Vec<&'static str>> {
    let mut rules: Vec<&'static str> = names
        .into_iter()
        .filter_map(|name| CODES.iter().find(|(code, _)| *code == name))
        .flat_map(|(_, rules)| rules.iter().copied())
        .collect();
    rules.sort_unstable();
    rules.dedup();
    (!rules.is_empty()).then_some(rules)
}

/// `@SuppressWarnings("EmptyCatch")` and `#[allow(clippy::…)]` are code, not comments: they hold for the item below,
/// whose end is where its indentation comes back.
pub(super) fn in_attributes(source: &SourceText) -> Vec<Foreign> {
    let text = source.as_str();
    if !text.contains("@SuppressWarnings") && !text.contains("[allow(") && !text.contains("[expect(") {
        return Vec::new();
    }
    (1..=source.line_count()).filter_map(|line| attribute(source, line)).collect()
}

fn attribute(source: &SourceText, line: u32) -> Option<Foreign> {
    let text = source.line_text(line);
    let trimmed = text.trim_start();
    let (marker, whole_file) = ["@SuppressWarnings", "#[allow(", "#[expect(", "#![allow(", "#![expect("]
        .into_iter()
        .find(|marker| trimmed.starts_with(marker))
        .map(|marker| (marker, marker.starts_with("#!")))?;
    let inside = trimmed[marker.len()..].split(')').next().unwrap_or_default();
    let names = inside.split(|c: char| !(c.is_alphanumeric() || "_:-/@".contains(c))).filter(|name| !name.is_empty());
    let rules = Rules::These(translate(names)?);
    let last = if whole_file { source.line_count() } else { item_end(source, line, text.len() - trimmed.len()) };
    Some(Foreign { marker: marker.trim_end_matches('('), reach: Reach::Lines(line, last), rules })
}

fn item_end(source: &SourceText, line: u32, indent: usize) -> u32 {
    let opens = |text: &str| text.trim_end().ends_with('{');
    let mut opened = false;
    for next in line + 1..=source.line_count() {
        let text = source.line_text(next);
        let here = text.len() - text.trim_start().len();
        if here > indent || text.trim().is_empty() {
            opened |= opens(text);
            continue;
        }
        if text.trim_start().starts_with('}') {
            return next;
        }
        // A statement or a field that opens nothing ends on its own line.
        if !opened && !opens(text) && text.trim_end().ends_with([';', ',']) {
            return next;
        }
        opened |= opens(text);
    }
    source.line_count()
}
