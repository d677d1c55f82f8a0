//! Rules of the family `lifecycle`: telemetry that is set up too late, ends too early, or is taken away.

pub mod instrumentation_removed;
pub mod sdk_init_after_imports;
pub mod telemetry_disabled;
pub mod telemetry_shutdown_skipped;
