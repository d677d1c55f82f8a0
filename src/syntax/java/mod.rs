//! Java: what its query cannot say.

mod bindings;
mod declarations;
mod expressions;
mod failures;
mod words;

#[cfg(test)]
mod tests;

pub(super) use words::DIALECT;
