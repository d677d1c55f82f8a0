//! Everything that is tested from outside, in one binary: each further one would link the world again.

mod events;
mod queue_contract;
mod repository;
mod smart_http;
mod support;
mod workspace;
