//! Where work leaves the flow of its function: goroutines, tasks, threads, executors, promises nobody waits for. What fails
//! there reaches the function no more, so somebody else has to hear of it.

use serde::{Deserialize, Serialize};

use super::code::{CallId, ScopeId};
use super::telemetry::Tier;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BoundaryKind {
    /// Go's `go` statement.
    Goroutine,
    /// A task of an event loop or asynchronous runtime: `asyncio.create_task`, `tokio::spawn`.
    Task,
    Thread,
    /// Work handed to a pool: `executor.submit`.
    Executor,
    /// A promise or future that a call started and that nobody awaits.
    Promise,
}

/// What becomes of the handle on the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Awaited, joined, returned, or given to somebody who may do so.
    Handed,
    /// Kept under a name.
    Stored,
    /// Nobody can ask for the result any more.
    Dropped,
}

/// One place where work leaves its function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Boundary {
    /// The call that starts the work: `go f()` is `f()` itself, `tokio::spawn(f())` is `spawn`.
    pub call: CallId,
    pub kind: BoundaryKind,
    pub outcome: Outcome,
    /// The closure that runs, if it is one.
    pub body: Option<ScopeId>,
    /// The call whose result is lost when it is no closure: `f()` of `go f()` and of `create_task(f())`.
    pub work: Option<CallId>,
    pub library: String,
    pub tier: Tier,
}

/// What the declaration of a function of this repository says to those who call it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callee {
    /// Its declared result can be a failure: the last result of Go is `error`, Rust's is a `Result`.
    pub fails: bool,
    /// Calling it starts work that goes on after the call: `async`, or a promise or future is declared.
    pub is_async: bool,
    /// It handles what fails inside itself: its whole body is one `try` with a handler.
    pub contained: bool,
    /// A method of an interface: which code runs is not known here.
    pub is_abstract: bool,
    /// Its first parameter carries a deadline and a cancellation: Go's `context.Context`.
    pub takes_context: bool,
}
