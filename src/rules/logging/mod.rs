//! Rules of the family `logging`.

pub mod commonly_expected_error_at_error_level;
pub mod failure_logged_below_warn;
pub mod log_args_mismatch;
