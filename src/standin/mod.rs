//! A stand-in of GitHub: stateful, over real HTTP, on real git repositories.
//!
//! It lets `sightline demo` show the whole product on a laptop without an account, and lets the tests drive the real
//! service instead of a mock. It keeps GitHub's rules, above all those that turn a client away. It does not try to be
//! GitHub for anything Sightline does not use: an unknown route is an error, not a guess.

mod acts;
mod anchor;
mod auth;
mod births;
mod call;
mod checks;
mod clock;
mod conversation;
mod delivery;
mod diff;
mod exchange;
mod git;
mod git_http;
mod graphql;
mod hooks;
mod json;
mod keys;
mod limits;
mod manifest;
mod moves;
mod page;
mod pull;
mod refusal;
mod rest;
mod running;
mod server;
mod setup;
mod site;
mod suites;
mod verbs;
mod world;

pub use clock::{Clock, system};
pub use conversation::{ActionView, AnnotationView, CheckView, CommentView, Conversation, ReviewView, ThreadView};
pub use exchange::{Exchange, Observer};
pub use git::{Change, GitError};
pub use limits::{Fault, RetryAfter};
pub use manifest::OWN;
pub use moves::{MoveError, Opening};
pub use pull::Side;
pub use running::{Credentials, Options, Standin, StartError};
pub use verbs::DeliveryView;
