//! Rules of the family `performance`.

pub mod instrument_created_per_call;
