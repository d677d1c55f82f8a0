//! GraphQL: documents are parsed and validated by GitHub's own schema (cut to what is used) and answered from the world.

mod build;
mod execute;
mod mutation;
mod query;
mod scope;
mod tree;

pub(super) use execute::answer;
