//! The time of the stand-in: a function, so that a test can let an hour pass without waiting for it.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};

/// Answers "what time is it on GitHub?".
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The clock of the machine.
pub fn system() -> Clock {
    Arc::new(Utc::now)
}

/// As GitHub writes times: `2026-01-31T12:00:00Z`.
pub(super) fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
