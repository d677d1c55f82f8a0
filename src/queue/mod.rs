//! Floor 6, a door: the durable inbox of deliveries and the jobs that follow from them, on SQLite or PostgreSQL.
//!
//! What it promises: a delivery and its jobs are committed in one transaction, and [`Store::accept`] answers only after
//! that commit; at most one job of a key waits (a newer one replaces it) and at most one runs; a job whose worker died
//! is claimed again when its lease has expired; a job that keeps failing becomes a dead letter and is never lost.
//!
//! What it refuses to do: look into a payload, read a clock (every time is a parameter) or decide how often to try
//! (that is [`backoff`], a pure function, and the worker's business).

pub mod backoff;
mod database;
mod error;
mod inbox;
mod job;
mod migrations;
mod postgres;
mod sqlite;
mod statements;
mod store;

pub use error::QueueError;
pub use job::{Accepted, Counts, Delivery, Job, JobState, Lease, Leased, NewWork, Retention};
pub use store::Store;
