//! Rules of the family `errors`.

pub mod background_task_failure_lost;
pub mod consumer_ack_on_failure;
pub mod discarded_io_result;
pub mod emitter_without_error_handler;
pub mod error_cause_dropped;
pub mod error_handler_todo;
pub mod error_handling_removed;
pub mod error_overwritten;
pub mod error_value_lost_in_log;
pub mod exception_not_raised;
pub mod go_nil_error_returned;
pub mod handler_failure_unobserved;
pub mod handler_ignores_other_errors;
pub mod log_drops_error;
pub mod log_drops_stack;
pub mod recover_without_signal;
pub mod swallowed_io_failure;
pub mod unchecked_error;
