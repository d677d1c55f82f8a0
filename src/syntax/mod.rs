//! Floor 2, reading: text → facts. The only floor that knows languages.

mod dialect;
mod extract;
mod go;
mod java;
mod javascript;
mod language;
mod outline;
mod python;
mod query;
mod reader;
mod rust;

pub use extract::{Budget, Cut};
pub use language::{outline, parse_only};
