//! Rules of the family `logging`.

pub mod commonly_expected_error_at_error_level;
pub mod failure_logged_below_warn;
pub mod log_args_mismatch;
pub mod log_level_downgraded;
pub mod log_message_referenced;
pub mod removed_error_signal;
