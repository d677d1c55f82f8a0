//! What the source itself asks not to hear: our own `sightline: allow(…)` comments, and the suppressions people have
//! written for other tools that look for the same thing.
//!
//! An own suppression needs a reason, may have an end, and becomes a note when it is malformed, expired or silences
//! nothing. Foreign ones are honoured silently, except for privacy: their authors were not thinking of secrets.

mod directive;
mod foreign;
mod silence;
mod text;

#[cfg(test)]
mod tests;

pub(super) use directive::OPERATION;
pub(super) use silence::Silence;
pub use text::FileText;
