//! Rules of the family `cost`.

pub mod metric_label_unbounded;
pub mod metric_name_dynamic;
