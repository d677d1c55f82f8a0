//! Everything that is tested from outside, in one binary: each further one would link the world again.

mod contract;
mod events;
mod queue_contract;
mod repository;
mod setup;
mod smart_http;
mod standin;
mod support;
mod webhook;
mod worker;
mod workspace;
