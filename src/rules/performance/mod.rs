//! Rules of the family `performance`.

pub mod instrument_created_per_call;
pub mod simple_processor_or_console_exporter;
