//! Rust: what its query cannot say. Macros and attributes are divided by syn; the code inside them goes back to the query.

mod arguments;
mod attributes;
mod failures;
mod finish;
mod implied;
mod imports;
mod literals;
mod macros;
mod patterns;
mod scopes;
mod tokens;
mod words;

pub(super) use words::DIALECT;

#[cfg(test)]
mod tests;
