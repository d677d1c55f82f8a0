//! Floor 6: change sets by git. A local repository or a bare cache of a remote one goes in, a [`Fetched`] comes out.
//!
//! Everything runs through the system's git, synchronously, with a scrubbed environment, no hooks, no filters, no
//! submodules, a deadline and caps on output. It refuses to follow any URL but `https` and `http`, and what is too
//! large or missing becomes a state of the file and a note, never an error.

mod assemble;
mod attributes;
mod blobs;
mod cache;
mod diff;
mod error;
mod evict;
mod facts;
mod fetched;
mod git;
mod index;
mod limits;
mod local;
mod names;
mod patch;
mod remote;
mod rule_files;
mod snapshot;
mod tree;
mod whole;

pub use cache::{Cache, Fetch};
pub use error::{FetchFailure, WorkspaceError};
pub use facts::{FactCache, Key};
pub use fetched::Fetched;
pub use limits::Limits;
pub use local::{Head, local, local_with, whole};
pub use rule_files::RuleFiles;
pub use whole::Whole;
