//! How a program sets up its telemetry, and how it ends it: what is lost at start and at exit is decided here.

use serde::{Deserialize, Serialize};

use super::code::CallId;

/// What the set-up of a telemetry SDK does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LifecycleKind {
    /// A provider of tracers, meters or loggers is made.
    Provider,
    /// A provider becomes the global one.
    SetGlobal,
    /// The form in which context crosses processes is set.
    Propagator,
    /// Exports every span or record by itself while the code waits.
    Simple,
    Batch,
    /// Writes to the standard output.
    Console,
    /// A whole SDK starts and patches the modules that load after it (Node.js).
    Start,
    /// Ends providers and sends what they still hold.
    Shutdown,
    Flush,
    /// A client or server that carries context across processes.
    Instrumented,
    /// A handler for a signal of the operating system.
    Signal,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lifecycle {
    pub call: CallId,
    pub kind: LifecycleKind,
    pub library: String,
}
