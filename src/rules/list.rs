//! The one list of rules, in the order of the catalogue.

use super::rule::Rule;
use super::{cost, errors, logging, metrics, performance, privacy, tracing};

pub static RULES: &[Rule] = &[
    errors::swallowed_io_failure::RULE,
    errors::error_value_lost_in_log::RULE,
    errors::log_drops_error::RULE,
    errors::handler_failure_unobserved::RULE,
    errors::error_handling_removed::RULE,
    tracing::span_not_ended::RULE,
    tracing::span_guard_across_await::RULE,
    logging::log_args_mismatch::RULE,
    privacy::secret_in_telemetry::RULE,
    metrics::metric_label_arity::RULE,
    cost::metric_label_unbounded::RULE,
    performance::instrument_created_per_call::RULE,
];

pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
