//! The one list of rules, in the order of the catalogue.

use super::rule::Rule;
use super::{cost, errors, logging, metrics, performance, privacy, tracing};

pub static RULES: &[Rule] = &[
    errors::swallowed_io_failure::RULE,
    errors::error_value_lost_in_log::RULE,
    errors::log_drops_error::RULE,
    errors::handler_failure_unobserved::RULE,
    errors::error_handling_removed::RULE,
    errors::consumer_ack_on_failure::RULE,
    errors::background_task_failure_lost::RULE,
    errors::go_nil_error_returned::RULE,
    errors::error_handler_todo::RULE,
    errors::recover_without_signal::RULE,
    errors::unchecked_error::RULE,
    errors::error_overwritten::RULE,
    errors::discarded_io_result::RULE,
    errors::emitter_without_error_handler::RULE,
    errors::exception_not_raised::RULE,
    errors::handler_ignores_other_errors::RULE,
    errors::log_drops_stack::RULE,
    errors::error_cause_dropped::RULE,
    tracing::span_not_ended::RULE,
    tracing::span_guard_across_await::RULE,
    logging::log_args_mismatch::RULE,
    logging::failure_logged_below_warn::RULE,
    logging::commonly_expected_error_at_error_level::RULE,
    logging::log_event_not_sent::RULE,
    logging::log_extra_key_clash::RULE,
    logging::debug_statement_left::RULE,
    logging::print_in_service::RULE,
    privacy::secret_in_telemetry::RULE,
    privacy::raw_request_or_env_logged::RULE,
    privacy::pii_in_telemetry::RULE,
    privacy::url_with_query_in_telemetry::RULE,
    metrics::metric_label_arity::RULE,
    cost::metric_label_unbounded::RULE,
    performance::instrument_created_per_call::RULE,
];

pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
