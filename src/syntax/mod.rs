//! Floor 2, reading: text → facts. The only floor that knows languages.

mod aspects;
mod boundaries;
mod by_node;
mod callees;
mod closure;
mod contexts;
mod coverage;
mod declared;
mod declaring;
#[cfg(test)]
mod declaring_tests;
mod dialect;
mod embedded;
mod entry;
mod escape;
mod evaluate;
mod extract;
mod go;
mod instruments;
mod java;
mod javascript;
mod known;
mod language;
mod meaning;
mod members;
mod monitoring;
mod naming;
mod outline;
mod own;
mod pattern;
mod place;
mod project;
mod python;
mod query;
mod read;
mod reader;
mod resolve;
mod rust;
#[cfg(test)]
mod seen;
mod summaries;
mod tables;
mod walk;
#[cfg(test)]
mod walk_tests;
mod wanted;
mod written;

pub use extract::{Budget, Cut};
pub use known::{Forgotten, Outlines};
pub use language::{grammar, outline, parse_only, tree};
pub use place::class_of;
pub use read::{Outcome, Reading, read, read_with};
pub use wanted::wanted;
