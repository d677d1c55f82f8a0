//! The one list of rules, in the order of the catalogue.

use super::rule::Rule;
use super::{calls, cost, errors, lifecycle, logging, metrics, performance, privacy, propagation, tracing};

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
    tracing::span_ended_not_owned::RULE,
    tracing::span_record_without_status::RULE,
    tracing::span_guard_across_await::RULE,
    tracing::span_error_status_missing::RULE,
    logging::log_args_mismatch::RULE,
    logging::failure_logged_below_warn::RULE,
    logging::commonly_expected_error_at_error_level::RULE,
    privacy::secret_in_telemetry::RULE,
    metrics::alert_references_removed_metric::RULE,
    metrics::metric_removed_or_renamed::RULE,
    metrics::metric_shape_changed::RULE,
    metrics::metric_unit_mismatch::RULE,
    metrics::metric_label_arity::RULE,
    metrics::histogram_default_buckets::RULE,
    logging::removed_error_signal::RULE,
    logging::log_level_downgraded::RULE,
    logging::log_message_referenced::RULE,
    cost::metric_label_unbounded::RULE,
    cost::metric_name_dynamic::RULE,
    performance::instrument_created_per_call::RULE,
    propagation::outbound_call_without_context::RULE,
    propagation::background_context_to_outbound::RULE,
    propagation::propagator_not_set::RULE,
    calls::outbound_without_timeout::RULE,
    lifecycle::sdk_init_after_imports::RULE,
    lifecycle::telemetry_shutdown_skipped::RULE,
    performance::simple_processor_or_console_exporter::RULE,
];

pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
