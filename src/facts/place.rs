//! What kind of file and unit a fact lives in: it decides which rules apply at all.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileClass {
    /// Code that runs in production, as far as its path tells.
    Production,
    Test,
    Generated,
    Vendored,
    Example,
    /// Build, release, development and one-off scripts; benchmarks.
    Script,
    Migration,
}

/// What the code around a file is deployed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnitKind {
    Service,
    Library,
    /// A program that people run and whose output they read.
    Cli,
    /// Runs in a browser or on a phone: its logs are not operators' logs.
    Frontend,
    Unknown,
}
