//! Floor 5, words: a decision becomes text for people and machines. Pure; everything that comes from a pull request is
//! escaped for the place it lands in.

pub mod anchor;
pub mod check_run;
pub mod closing;
pub mod comment;
pub mod coverage;
pub mod coverage_table;
mod excerpt;
pub mod json;
pub mod links;
pub mod markdown;
pub mod markdown_text;
pub mod marker;
mod plain;
pub mod sarif;
mod tally;
pub mod terminal;
pub mod workflow;

pub use links::Links;

#[cfg(test)]
mod local_tests;
#[cfg(test)]
mod tests;
