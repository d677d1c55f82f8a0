//! What several tests stand on.

pub(crate) mod client;
pub(crate) mod contract;
pub(crate) mod github;
pub(crate) mod postgres;
pub(crate) mod review;
pub(crate) mod service;
