//! Floor 4, the will: what matters here. Findings and configuration in, a [`Decision`] out.

mod budget;
mod config;
mod decide;
pub mod decision;
mod gate;
mod scope;
mod start;
mod suppress;
#[cfg(test)]
pub(crate) mod testing;
mod voice;

pub use config::{Comments, Config, ConfigError, Gate, Level, Override, Paths, RuleSettings, SeverityMap, Voice};
pub use decide::{Input, decide};
pub use decision::{Conclusion, Decision, FileOutcome, FileState, Judged, Placement, Suppressed};
pub use start::quiet_start;
pub use suppress::FileText;
pub use voice::{Loudness, PullFacts, loudness};
