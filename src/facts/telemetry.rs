//! What calls mean: logs, spans, metrics, outbound operations, entry points. Filled by reading (floor 2) from the library
//! tables; rules read nothing else about libraries.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::boundary::{Boundary, Callee};
use super::code::{CallId, ScopeId};
use super::lifecycle::Lifecycle;
use super::metric::{MetricDecl, MetricUse};
use super::outgoing::{ContextLess, FreshContext, GivenContext, Wait};
use crate::model::{FilePath, Span};

/// How a symbol was recognised; it drives the confidence of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tier {
    /// R0: a name looks right. Good enough to stay silent, never to speak.
    Lexical,
    /// R1: the symbol resolves through this file's imports to a known library.
    Imported,
    /// R2 and R3: it resolves through declarations, fields or other files of the unit.
    Flow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

/// How a logger wants its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogStyle {
    /// Any arguments, printed one after the other (`log.Println`, `console.error`).
    Values,
    /// Message first, then alternating keys and values (slog, zap sugar `…w`, logr, klog `…S`).
    KeyValue,
    /// Message first, then field constructors (`zap.String(…)`, `slog.Attr`).
    Fields,
    /// A format string with `%` verbs and its arguments (Go `Printf`).
    Printf,
    /// Python logging: `%` placeholders, lazily formatted, plus `exc_info`, `extra`.
    Percent,
    /// Message and keyword arguments (structlog, loguru).
    Keywords,
    /// `{}` placeholders, a trailing throwable (slf4j, log4j2).
    Braces,
    /// pino: merging object first; only the key `err` is serialised as an error.
    Pino,
    /// winston: message, then a meta object; errors inside it are dropped.
    Winston,
    /// bunyan: like pino, key `err`.
    Bunyan,
    /// Rust macros: fields and a format string.
    Macro,
    /// A builder chain that ends with the message (zerolog, slf4j fluent).
    Builder,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogCall {
    pub call: CallId,
    pub scope: ScopeId,
    pub span: Span,
    /// `pino`, `slog`; empty when the library is not known.
    pub library: String,
    pub style: LogStyle,
    pub level: Level,
    pub tier: Tier,
    /// Which argument is the message.
    pub message: u32,
    /// It records the current exception by itself (`logger.exception`, `exc_info=True`).
    pub has_error: bool,
}

impl LogCall {
    /// Raw output of the language, which no logger formats, filters or ships.
    pub fn is_print(&self) -> bool {
        matches!(self.library.as_str(), "print" | "console" | "std" | "System" | "fmt" | "traceback")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutboundKind {
    Http,
    Db,
    Cache,
    Queue,
    Rpc,
    File,
    Process,
    Object,
    Mail,
    /// A function of this repository that performs one of the others.
    Wrapper,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outbound {
    pub call: CallId,
    pub kind: OutboundKind,
    pub library: String,
    pub tier: Tier,
}

/// Who ends a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SpanEnd {
    /// The code must call `end` (Go `Start`, JS `startSpan`, Java `startSpan`, Python `start_span`).
    Manual,
    /// A callback receives the span and must end it (JS `startActiveSpan`).
    Callback,
    /// The language or library ends it (`with`, decorators, `in_span`, `Sentry.startSpan`).
    Managed,
    /// Rust `tracing`: ends when dropped; entering it gives a guard.
    Dropped,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpanStart {
    pub call: CallId,
    pub library: String,
    pub tier: Tier,
    pub end: SpanEnd,
    /// Which of the call's results is the span (Go: 1 of `ctx, span`).
    pub position: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SpanOpKind {
    End,
    SetStatus,
    RecordError,
    SetAttribute,
    AddEvent,
    /// Rust `enter()`/`entered()`: a guard that must not live across an await.
    Enter,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpanOp {
    pub call: CallId,
    pub kind: SpanOpKind,
    pub tier: Tier,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    Http,
    Rpc,
    Consumer,
    Schedule,
    Main,
    Lambda,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryPoint {
    pub scope: ScopeId,
    pub kind: EntryKind,
    pub framework: String,
    pub route: Option<String>,
    pub tier: Tier,
}

/// What calling a function of this repository amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub logs: bool,
    pub logs_error: bool,
    pub counts: bool,
    pub marks_span: bool,
    pub ends_span: bool,
    pub reports: bool,
    pub performs_io: bool,
    pub terminates: bool,
    pub redacts: bool,
}

impl Summary {
    pub fn with(self, other: Self) -> Self {
        Self {
            logs: self.logs || other.logs,
            logs_error: self.logs_error || other.logs_error,
            counts: self.counts || other.counts,
            marks_span: self.marks_span || other.marks_span,
            ends_span: self.ends_span || other.ends_span,
            reports: self.reports || other.reports,
            performs_io: self.performs_io || other.performs_io,
            terminates: self.terminates || other.terminates,
            redacts: self.redacts || other.redacts,
        }
    }

    /// Whether calling it leaves a trace that somebody can see.
    pub fn is_signal(self) -> bool {
        self.logs || self.counts || self.marks_span || self.reports || self.terminates
    }
}

/// A function of this repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub path: FilePath,
    pub scope: ScopeId,
}

/// A log event that is built link by link and written by a call at its end (zerolog, slf4j's fluent form, Flogger).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogEvent {
    pub call: CallId,
    pub library: String,
    /// The link creates the event; others add to it.
    pub starts: bool,
    /// The call that writes it, as one would append it: `Send()`.
    pub send: String,
}

/// All telemetry facts of one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Telemetry {
    pub logs: Vec<LogCall>,
    pub outbound: Vec<Outbound>,
    pub spans: Vec<SpanStart>,
    pub span_ops: Vec<SpanOp>,
    pub metrics: Vec<MetricDecl>,
    pub metric_uses: Vec<MetricUse>,
    pub entries: Vec<EntryPoint>,
    pub lifecycle: Vec<Lifecycle>,
    pub waits: Vec<Wait>,
    pub context_less: Vec<ContextLess>,
    pub given_contexts: Vec<GivenContext>,
    pub fresh_contexts: Vec<FreshContext>,
    /// Calls that return a span which somebody else started (`SpanFromContext`).
    pub borrowed_spans: Vec<CallId>,
    /// Calls of error reporters (Sentry and its kin).
    pub reports: Vec<CallId>,
    /// Links of log events; the call that writes one is in `logs`.
    pub events: Vec<LogEvent>,
    /// Calls and statements that stop the program for a debugger or dump a value for one pair of eyes.
    pub breakpoints: Vec<CallId>,
    /// Calls that make a value safe to write down (mask, redact, hash).
    pub redactions: Vec<CallId>,
    /// Canonical names of the calls that resolved: `go.uber.org/zap.Logger.Info`.
    pub names: HashMap<CallId, (String, Tier)>,
    /// What calls of this repository's own functions amount to.
    pub summaries: HashMap<CallId, Summary>,
    /// Which function of this repository a call that performs I/O calls.
    pub targets: HashMap<CallId, Target>,
    /// What the declarations of this repository's own functions say to those who call them.
    pub callees: HashMap<CallId, Callee>,
    /// Where work leaves its function.
    pub boundaries: Vec<Boundary>,
}
