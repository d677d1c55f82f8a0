//! Floor 6, a door: GitHub.

pub mod event;
pub mod signature;

pub use event::{Event, EventError};
