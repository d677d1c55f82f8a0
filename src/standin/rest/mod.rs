//! The REST API, one row per operation with the permission it takes.

mod apps;
mod checks;
mod comments;
mod issues;
mod pulls;
mod reactions;
mod repos;
mod reviews;
mod routes;

pub(super) use pulls::numbers;
pub(super) use routes::{Route, TABLE};
