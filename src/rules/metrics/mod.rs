//! Rules of the family `metrics`.

pub mod metric_label_arity;
