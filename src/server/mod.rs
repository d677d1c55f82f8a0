//! Floor 8, an edge: HTTP in. The webhook, the pages people and probes look at, and the set-up of the App. It decides
//! nothing about reviews: a delivery is verified, read, routed and committed, and the answer says what became of it.

mod answer;
mod landing;
mod page;
mod rules;
mod service;
mod setup;
mod status;
mod webhook;

pub use rules::{RulePage, RulePages};
pub use service::{App, Pulse, Service, router};
pub use setup::{Registered, SetUp};
