//! Everything that is tested from outside, in one binary: each further one would link the world again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

#[path = "../fixture/mod.rs"]
mod fixture;

mod browser;
mod catalogue;
mod cli;
mod contract;
mod demo;
mod events;
mod floors;
mod operations;
mod properties;
mod queue_contract;
mod repository;
mod review;
mod serve;
mod setup;
mod smart_http;
#[path = "../properties/sound.rs"]
mod sound;
mod sources;
mod standin;
mod style;
mod support;
mod webhook;
mod worker;
mod workspace;
