//! Monitoring as code → the queries in it. Documents need not be valid: templates are read as well as finished ones.

mod document;
mod json;
mod jsonnet;
mod logql;
mod looked;
mod promql;
mod queries;
mod variables;
mod yaml;

pub(super) use document::{documents, is_monitoring};
pub(super) use looked::looked;
