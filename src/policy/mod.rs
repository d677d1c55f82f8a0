//! Floor 4, the will: what matters here. Findings and configuration in, a [`Decision`] out.

pub mod decision;

pub use decision::{Conclusion, Decision, FileOutcome, FileState, Judged, Placement, Suppressed};
