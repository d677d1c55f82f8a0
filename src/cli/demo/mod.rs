//! `sightline demo`: a whole review on this machine, with nothing but git.
//!
//! The service is the real one, composed as `serve` composes it; only GitHub is played by the stand-in.

mod command;
mod plain_markdown;
mod progress;
mod sample;
mod story;
mod subject;

pub use command::{Args, run};
