//! The pages a reviewer looks at: the conversation of a pull request and its changed files, as GitHub would show them.
//!
//! Everything on them was written by somebody else, so everything is escaped or sanitised, and the pages load nothing.

mod checks;
mod conversation;
mod diff_table;
mod files;
mod layout;
mod markdown;
mod routes;
mod source;
mod thread;

pub(super) use routes::routes;
