//! Rules of the family `privacy`.

pub mod secret_in_telemetry;
