//! Rules of the family `errors`.

pub mod error_handling_removed;
pub mod error_value_lost_in_log;
pub mod handler_failure_unobserved;
pub mod log_drops_error;
pub mod swallowed_io_failure;
