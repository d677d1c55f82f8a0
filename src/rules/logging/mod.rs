//! Rules of the family `logging`.

pub mod commonly_expected_error_at_error_level;
pub mod debug_statement_left;
pub mod failure_logged_below_warn;
pub mod log_args_mismatch;
pub mod log_event_not_sent;
pub mod log_extra_key_clash;
pub mod log_level_downgraded;
pub mod log_message_referenced;
mod output;
pub mod print_in_service;
pub mod removed_error_signal;
