//! The rules the stand-in keeps, one test each. They rest on GitHub's documentation and on what its users reported.

mod access;
mod checks;
mod faults;
mod git;
mod graphql;
mod hooks;
mod pages;
mod reviews;
mod world;
