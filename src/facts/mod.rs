//! Floor 1, the facts: what the code says it does, without a word about its language.

mod boundary;
mod branch;
pub mod code;
pub mod coverage;
mod delta;
mod document;
mod exported;
mod file;
mod lifecycle;
pub mod matching;
mod metric;
mod monitoring;
mod outgoing;
mod place;
mod signal;
mod telemetry;

pub use boundary::{Boundary, BoundaryKind, Callee, Outcome};
pub use coverage::{Bit, Known, Marker, RawClient, Reach, UnitCoverage};
pub use delta::{Delta, FilePair};
pub use document::{Document, DocumentKind, Setting};
pub use exported::sanitise;
pub use file::{FactSet, FileFacts};
pub use lifecycle::{Lifecycle, LifecycleKind};
pub use metric::{Buckets, MetricDecl, MetricLabels, MetricName, MetricUse, Naming, Unit};
pub use monitoring::{ConsumerKind, MessageUse, MonitoringFile, Query, SeriesUse};
pub use outgoing::{ContextLess, ContextOrigin, FreshContext, GivenContext, Limit, Wait};
pub use place::{FileClass, UnitKind};
pub(crate) use signal::words;
pub use signal::{Breadth, Signal};
pub use telemetry::{
    EntryKind, EntryPoint, Level, LogCall, LogEvent, LogStyle, Outbound, OutboundKind, SpanEnd, SpanOp, SpanOpKind,
    SpanStart, Summary, Target, Telemetry, Tier,
};
