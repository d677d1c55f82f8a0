//! The configuration as values, and the questions others ask of it.

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Serialize;

use crate::facts::Bit;
use crate::model::{Confidence, FilePath, RuleId, Severity};

#[derive(Clone, Debug, Default)]
pub struct Config {
    pub level: Level,
    pub paths: Paths,
    pub rules: RuleSettings,
    pub comments: Comments,
    pub gate: Gate,
    /// What is instrumented outside of the repository: by a mesh, eBPF, a layer set in a console.
    pub external: Vec<Bit>,
}

/// How loud Sightline is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Reports only: no comment on the pull request.
    Observe,
    /// Comments, and a check that never fails.
    #[default]
    Advise,
    /// The check fails on errors that are certain.
    Guard,
    /// The check fails on what `gate.fail_on` says.
    Gate,
}

#[derive(Clone, Debug)]
pub struct Paths {
    pub include: GlobSet,
    pub ignore: GlobSet,
}

#[derive(Clone, Debug)]
pub struct RuleSettings {
    /// Rules without a setting of their own are on (`recommended`) or off (`none`).
    pub on_by_default: bool,
    pub severity: SeverityMap,
    /// Per path; the last one that matches wins.
    pub overrides: Vec<Override>,
}

#[derive(Clone, Debug)]
pub struct Override {
    pub paths: GlobSet,
    pub severity: SeverityMap,
}

/// A severity, or nothing for `off`, per rule or family.
#[derive(Clone, Debug, Default)]
pub struct SeverityMap(pub(super) Vec<(Pattern, Option<Severity>)>);

/// `*`, `family/*` or one rule. Of several that match the narrowest counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pattern {
    All,
    Family(String),
    One(String),
}

#[derive(Clone, Debug)]
pub struct Comments {
    /// At most so many inline comments on one pull request; errors may exceed it by two.
    pub inline_max: usize,
    /// Authors whose pull requests get the check only.
    pub quiet_authors: Vec<String>,
    pub draft_prs: Voice,
}

/// Where a review speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// The check run alone.
    CheckOnly,
    /// The check run and the summary comment.
    SummaryOnly,
    /// Inline comments too.
    Full,
}

/// What makes the check fail at the level `gate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    pub severity: Severity,
    pub confidence: Confidence,
    /// The least percentage of touched operations that are, or may be, observable.
    pub min_observable: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct ConfigError {
    pub line: u32,
    pub column: u32,
    pub message: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self { include: GlobSet::empty(), ignore: GlobSet::empty() }
    }
}

impl Default for RuleSettings {
    fn default() -> Self {
        Self { on_by_default: true, severity: SeverityMap::default(), overrides: Vec::new() }
    }
}

impl Default for Comments {
    fn default() -> Self {
        Self {
            inline_max: 5,
            quiet_authors: ["dependabot[bot]", "renovate[bot]"].map(str::to_owned).to_vec(),
            draft_prs: Voice::CheckOnly,
        }
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self { severity: Severity::Error, confidence: Confidence::Certain, min_observable: None }
    }
}

impl Config {
    /// All errors at once, in the order of the file.
    pub fn parse(text: &str) -> Result<Self, Vec<ConfigError>> {
        super::read::read(text)
    }

    /// Whether a file is none of Sightline's business.
    pub fn ignores(&self, path: &FilePath) -> bool {
        let included = self.paths.include.is_empty() || self.paths.include.is_match(path.as_str());
        !included || self.paths.ignore.is_match(path.as_str())
    }

    /// The severity of a rule in a file; nothing when it is off there.
    pub fn severity(&self, rule: &RuleId, path: &FilePath, default: Severity) -> Option<Severity> {
        let own = self.rules.severity.find(rule);
        let overridden = self.rules.overrides.iter().rev();
        let overridden =
            overridden.filter(|one| one.paths.is_match(path.as_str())).find_map(|one| one.severity.find(rule));
        match overridden.or(own) {
            Some(setting) => setting,
            None => self.rules.on_by_default.then_some(default),
        }
    }
}

impl SeverityMap {
    /// `Some(None)` when the rule is off.
    fn find(&self, rule: &RuleId) -> Option<Option<Severity>> {
        let matching = self.0.iter().filter(|(pattern, _)| pattern.matches(rule));
        matching.max_by_key(|(pattern, _)| pattern.clone()).map(|(_, setting)| *setting)
    }
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Self {
        match text.strip_suffix("/*") {
            _ if text == "*" => Self::All,
            Some(family) => Self::Family(family.to_owned()),
            None => Self::One(text.to_owned()),
        }
    }

    pub(super) fn matches(&self, rule: &RuleId) -> bool {
        match self {
            Self::All => true,
            Self::Family(family) => rule.family() == family,
            Self::One(id) => rule.as_str() == id,
        }
    }
}

/// One set of patterns for paths, with `**` across folders and `*` inside one.
pub(super) fn glob_set<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<GlobSet, String> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        builder.add(glob(pattern)?);
    }
    builder.build().map_err(|error| error.to_string())
}

pub(super) fn glob(pattern: &str) -> Result<Glob, String> {
    let built = globset::GlobBuilder::new(pattern).literal_separator(true).build();
    built.map_err(|error| error.kind().to_string())
}
