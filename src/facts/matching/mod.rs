//! Base and head matched fact by fact, so that what was renamed, reworded, moved or extracted is not called gone.
//!
//! Every comparing rule asks here. The rounds: the same fact in the same scope; a similar one in the same scope; the same
//! one in another scope of the change; a scope under another name.

mod logs;
mod metrics;
mod scopes;
mod text;

pub use logs::{LogFate, logs};
pub use metrics::{MetricChange, MetricFate, metrics};
pub use scopes::Scopes;
pub(crate) use text::message;
