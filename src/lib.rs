//! Sightline reviews pull requests for what production will not be able to see.
//!
//! The house has ten floors; imports go down only (`tests/it/floors.rs` enforces it):
//!
//! | floor | modules | |
//! |---|---|---|
//! | 9 rim | [`cli`] | wires everything |
//! | 8 edges | `server` `worker` `standin` `settings` `observability` | one way in each |
//! | 7 flows | `flows` | delivery → job → change set → check → publication |
//! | 6 doors | `github` `queue` `workspace` | all I/O lives here |
//! | 5 words | `report` [`mod@check`] | what we will say |
//! | 4 will | [`policy`] | what matters here |
//! | 3 judgment | [`rules`] | what is wrong |
//! | 2 reading | [`syntax`] | text → facts |
//! | 1 facts | [`facts`] | what the code says it does |
//! | 0 nouns | [`model`] | ids, spans, changes, findings |
//!
//! Below floor 6 there is no async runtime, no network, no file, no clock, no environment and no randomness.

pub mod model;

pub mod facts;

pub mod syntax;

pub mod rules;

pub mod policy;

pub mod check;

pub mod report;

pub mod github;

pub mod queue;

pub mod workspace;

pub mod flows;

pub mod observability;
pub mod server;
pub mod settings;
pub mod standin;
pub mod worker;

pub mod cli;
