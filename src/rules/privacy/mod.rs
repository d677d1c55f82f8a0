//! Rules of the family `privacy`.

pub mod pii_in_telemetry;
pub mod raw_request_or_env_logged;
pub mod secret_in_telemetry;
pub mod url_with_query_in_telemetry;
