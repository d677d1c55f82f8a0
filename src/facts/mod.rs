//! Floor 1, the facts: what the code says it does, without a word about its language.

mod boundary;
mod branch;
pub mod code;
mod delta;
mod file;
mod lifecycle;
mod outgoing;
mod place;
mod signal;
mod telemetry;

pub use boundary::{Boundary, BoundaryKind, Callee, Outcome};
pub use delta::{Delta, FilePair};
pub use file::{FactSet, FileFacts};
pub use lifecycle::{Lifecycle, LifecycleKind};
pub use outgoing::{ContextLess, ContextOrigin, FreshContext, GivenContext, Limit, Wait};
pub use place::{FileClass, UnitKind};
pub(crate) use signal::words;
pub use signal::{Breadth, Signal};
pub use telemetry::{
    EntryKind, EntryPoint, Level, LogCall, LogEvent, LogStyle, MetricDecl, MetricLabels, MetricUse, Outbound,
    OutboundKind, SpanEnd, SpanOp, SpanOpKind, SpanStart, Summary, Telemetry, Tier,
};
