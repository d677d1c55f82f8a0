//! Go: what its query cannot say.

mod conditions;
mod declarations;
mod failures;
mod literals;
mod producers;
mod words;

#[cfg(test)]
mod tests;

pub(super) use words::DIALECT;
