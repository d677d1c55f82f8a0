//! Operations: what production should be able to see of a change, or of everything. No rule, but the same facts, and the
//! same tables of what is expected and what cleans up.

mod boundary;
mod candidate;
mod failure;
mod moved;
mod required;
mod sight;
mod walk;

pub use walk::{everything, touched};
