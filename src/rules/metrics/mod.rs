//! Rules of the family `metrics`.

pub mod alert_references_removed_metric;
pub mod histogram_default_buckets;
pub mod metric_label_arity;
pub mod metric_removed_or_renamed;
pub mod metric_shape_changed;
pub mod metric_unit_mismatch;
