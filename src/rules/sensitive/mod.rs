//! What nobody may find in telemetry: names, values on their way to a sink, and types that hold either. Shared by all rules
//! of the family `privacy`; the words are in `rules/libraries/sensitive.toml`.

mod flow;
mod origin;
mod raw;
mod sinks;
mod types;
mod words;

pub(super) use flow::{Datum, Kind, data};
pub(super) use sinks::{Sink, SinkKind, is_development, sinks};
pub(super) use words::Strength;
