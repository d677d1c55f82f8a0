//! Floor 3, judgment: what is wrong. One rule is one page, one small file here and fixtures of the same stem.
//!
//! A rule sees facts and their difference, never a language, a file or a clock. The rules of a reviewed repository are
//! another matter: they speak of syntax, and live in [`custom`].

mod audience;
mod catalogue;
mod context;
pub mod custom;
mod expected;
mod failing;
mod fingerprint;
mod levels;
mod list;
mod meta;
pub mod operation;
mod rule;
mod run;
mod seen;
mod sensitive;

mod answering;
pub mod calls;
pub mod cost;
pub mod errors;
pub mod lifecycle;
pub mod logging;
pub mod metrics;
pub mod performance;
pub mod privacy;
pub mod propagation;
pub mod tracing;

pub use catalogue::{HEADINGS, catalogue_table, language};
pub use list::{RULES, find};
pub use meta::{RuleMeta, meta};
pub use rule::{Change, Draft, HeadFile, Report, Rule, Said};
pub use run::{operations, run};
