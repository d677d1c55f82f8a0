//! Rules of the family `tracing`.

pub mod span_guard_across_await;
pub mod span_not_ended;
