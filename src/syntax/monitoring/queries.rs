//! Which values of a document are expressions, whose they are, and what they ask for.

use super::{logql, promql};
use crate::facts::{ConsumerKind, Query};

/// Longer expressions are not looked at.
const MAX_EXPRESSION: usize = 16 * 1024;
/// More queries than this are no document that people maintain.
pub(super) const MAX_QUERIES: usize = 4_000;

/// Keys whose value is an expression wherever they stand.
const EXPRESSIONS: [&str; 18] = [
    "expr",
    "query",
    "errorQuery",
    "error_query",
    "totalQuery",
    "total_query",
    "errorRatioQuery",
    "error_ratio_query",
    "metricsQuery",
    "seriesQuery",
    "promql",
    "definition",
    "metric",
    "filterPattern",
    "FilterPattern",
    "filter_pattern",
    "logql",
    "expression",
];

/// A value with its key, as a scanner saw it.
pub(super) struct Scalar<'a> {
    pub(super) key: &'a str,
    /// The key of the mapping around it.
    pub(super) parent: &'a str,
    pub(super) value: String,
    /// The line where the value begins.
    pub(super) line: u32,
    pub(super) kind: ConsumerKind,
    pub(super) name: Option<String>,
}

pub(super) fn is_expression(key: &str, parent: &str) -> bool {
    // Autoscalers name the metric itself: `metric: {name: …}`.
    EXPRESSIONS.contains(&key) || key == "name" && parent == "metric"
}

/// The query in a scalar, when it asks for anything.
pub(super) fn query(scalar: Scalar<'_>) -> Option<Query> {
    let Scalar { key, parent, value, line, kind, name } = scalar;
    if value.len() > MAX_EXPRESSION || value.trim().is_empty() {
        return None;
    }
    let mut query = Query { kind, name, line, parsed: false, metrics: Vec::new(), messages: Vec::new(), text: value };
    if key.ends_with("attern") {
        query.messages = logql::filter_pattern(&query.text, line);
    } else if logql::is_logql(&query.text) {
        query.messages = logql::messages(&query.text, line);
    } else {
        let (metrics, parsed) = promql::series(&query.text, line);
        query.metrics = metrics;
        query.parsed = parsed;
    }
    if key == "name" && parent == "metric" {
        query.kind = ConsumerKind::Autoscaler;
    }
    (!query.metrics.is_empty() || !query.messages.is_empty()).then_some(query)
}
