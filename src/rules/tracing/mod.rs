//! Rules of the family `tracing`.

pub mod client_bypasses_instrumentation;
mod owner;
pub mod span_ended_not_owned;
pub mod span_error_status_missing;
pub mod span_guard_across_await;
pub mod span_not_ended;
pub mod span_record_without_status;
