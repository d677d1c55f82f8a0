//! Floor 6, a door: GitHub.

pub mod app_manifest;
pub mod event;
pub mod signature;

pub use event::{Event, EventError};
