//! How calls leave the process: with which limit of time, and in whose context.

use serde::{Deserialize, Serialize};

use super::code::{CallId, ScopeId};

/// Whether a call that waits for something outside has a limit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Limit {
    Set,
    /// The place where it would stand was read, and there is none.
    Missing,
    /// What stands there cannot be read: a variable, a spread.
    Unknown,
}

/// A call that may wait for ever by default, or that makes a client whose calls may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wait {
    pub call: CallId,
    pub library: String,
    pub limit: Limit,
    /// The word that sets the limit (`timeout`, `Timeout`); none where the call has no place for one.
    pub word: Option<String>,
    /// It makes the client; its calls wait.
    pub client: bool,
}

/// A call of an API that has a variant with a context.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContextLess {
    pub call: CallId,
    pub library: String,
    /// The variant that takes the context as its first argument; none when it has another form.
    pub variant: Option<String>,
}

/// Where a function has its context from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ContextOrigin {
    Parameter,
    /// The request that it handles.
    Request,
}

/// The context that a function was given, and how its code names it: `ctx`, `r.Context()`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GivenContext {
    pub scope: ScopeId,
    pub origin: ContextOrigin,
    pub name: String,
}

/// A context made from nothing that reaches a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FreshContext {
    /// `context.Background()`.
    pub made: CallId,
    /// The call that receives it.
    pub call: CallId,
    pub arg: u32,
    /// Something is added to it on the way (`WithTimeout`, `WithValue`).
    pub derived: bool,
    /// It goes through a variable on the way.
    pub named: bool,
}
