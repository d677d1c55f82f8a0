//! Rules of the family `cost`.

pub mod metric_label_unbounded;
