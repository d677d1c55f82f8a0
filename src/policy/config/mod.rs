//! `.github/sightline.yml`: what a repository wants to hear. Only what has an effect today is accepted; everything else
//! is an error that names line, column and the nearest valid key, so that no setting is silently without effect.

mod node;
mod read;
mod schema;
mod types;

#[cfg(test)]
mod tests;

pub use types::{Comments, Config, ConfigError, Gate, Level, Override, Paths, RuleSettings, SeverityMap, Voice};
