//! Rules of the family `lifecycle`: telemetry that is set up too late, or ends too early.

pub mod sdk_init_after_imports;
pub mod telemetry_shutdown_skipped;
