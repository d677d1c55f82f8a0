//! Floor 6, a door: GitHub. One concrete client with given base addresses (the seam is the wire), our own narrow types
//! on both sides, and a pure plan for what a publication has to change.

mod app;
pub mod app_manifest;
mod checks;
mod client;
mod conversation;
mod edit;
mod endpoints;
mod error;
pub mod event;
mod graphql;
mod limits;
mod pull_state;
pub mod reconcile;
mod reviews;
pub mod signature;

pub use app::{Credentials, CredentialsError};
pub use checks::{CHECK_NAME, CheckRunHandle};
pub use client::{GitHub, Repository};
pub use conversation::{Author, Comment, PullState, Thread};
pub use edit::{Classifier, Edit, FailedEdit};
pub use endpoints::Endpoints;
pub use error::{Failure, GitHubError, Retry};
pub use event::{Event, EventError};
pub use limits::RateLimit;
pub use reviews::PullOfCommit;
