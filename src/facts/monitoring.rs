//! What watches the code: queries of alerts, recording rules, dashboards, objectives and autoscalers, and what they ask for.
//!
//! A name counts as asked for only inside an expression, never because a text happens to contain it.

use serde::{Deserialize, Serialize};

use crate::model::{FilePath, Location, Side};

/// Who asks; in the order of how much it hurts when the answer stays away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsumerKind {
    Alert,
    Objective,
    Autoscaler,
    Recording,
    Dashboard,
    /// A query whose purpose the document does not tell.
    Other,
}

impl ConsumerKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Objective => "objective",
            Self::Autoscaler => "autoscaler",
            Self::Recording => "recording rule",
            Self::Dashboard => "dashboard",
            Self::Other => "query",
        }
    }
}

/// One document of a monitoring system, as far as its queries go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonitoringFile {
    pub path: FilePath,
    pub queries: Vec<Query>,
}

/// One expression of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Query {
    pub kind: ConsumerKind,
    /// The alert, record or panel it belongs to.
    pub name: Option<String>,
    pub text: String,
    /// Where it starts, from one.
    pub line: u32,
    /// Whether a parser understood it; otherwise its names were picked from its words.
    pub parsed: bool,
    pub metrics: Vec<SeriesUse>,
    /// Texts and patterns that it looks for in log lines.
    pub messages: Vec<MessageUse>,
}

/// A metric that a query reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesUse {
    pub name: String,
    /// Labels that the query needs of it: matchers, groupings.
    pub labels: Vec<String>,
    pub line: u32,
}

/// What a log query looks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageUse {
    pub text: String,
    /// A regular expression rather than a text.
    pub pattern: bool,
    pub line: u32,
}

impl MonitoringFile {
    /// A line of it, on the side of the head.
    pub fn location(&self, line: u32) -> Location {
        Location { path: self.path.clone(), side: Side::Right, line, end_line: line, columns: (1, 1) }
    }
}

impl Query {
    /// ``alert `HighErrorRate` ``, `dashboard`.
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("{} `{name}`", self.kind.name()),
            None => self.kind.name().to_owned(),
        }
    }
}
