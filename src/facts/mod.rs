//! Floor 1, the facts: what the code says it does, without a word about its language.

pub mod code;
