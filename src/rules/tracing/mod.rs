//! Rules of the family `tracing`.

pub mod client_bypasses_instrumentation;
pub mod span_guard_across_await;
pub mod span_not_ended;
