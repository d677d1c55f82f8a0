//! GitHub's JSON: complete enough for its published description, made from the world and from nothing else.

mod accounts;
mod checks;
mod commits;
mod pulls;
mod repos;
mod urls;

pub(super) use commits::{CommitText, escaped};
pub(super) use pulls::Numbers;
pub(super) use urls::{Urls, node_id, unpack_node_id};
