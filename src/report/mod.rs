//! Floor 5, words: a decision becomes text for people and machines. Pure; everything that comes from a pull request is
//! escaped for the place it lands in.

pub mod anchor;
pub mod check_run;
pub mod closing;
pub mod comment;
pub mod links;
pub mod markdown_text;
pub mod marker;

pub use links::Links;

#[cfg(test)]
mod tests;
