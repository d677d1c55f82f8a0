//! Floor 4, the will: what matters here. Findings and configuration in, a [`Decision`] out.

mod budget;
mod config;
mod decide;
pub mod decision;
mod gate;
mod scope;
mod suppress;
#[cfg(test)]
pub(crate) mod testing;

pub use config::{Comments, Config, ConfigError, Gate, Level, Override, Paths, RuleSettings, SeverityMap, Voice};
pub use decide::{Input, decide};
pub use decision::{Conclusion, Decision, FileOutcome, FileState, Judged, Placement, Suppressed};
pub use suppress::FileText;
