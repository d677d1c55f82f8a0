//! What instruments a unit without its code's help: agents, wrappers and middleware, found by the markers they leave in
//! manifests, deployment files and set-up code. "Nobody knows" is an answer of its own, and the usual one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::telemetry::{EntryKind, OutboundKind};
use crate::model::{FilePath, Span};

/// What an instrumentation can cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bit {
    HttpServer,
    HttpClient,
    RpcServer,
    RpcClient,
    Db,
    Cache,
    Object,
    QueueProduce,
    QueueConsume,
    Schedule,
    Faas,
    LogsCorrelation,
    RuntimeMetrics,
    HttpMetrics,
    CtxExecutors,
    CtxAsync,
    UnhandledErrors,
}

impl Bit {
    pub const ALL: [Self; 17] = [
        Self::HttpServer,
        Self::HttpClient,
        Self::RpcServer,
        Self::RpcClient,
        Self::Db,
        Self::Cache,
        Self::Object,
        Self::QueueProduce,
        Self::QueueConsume,
        Self::Schedule,
        Self::Faas,
        Self::LogsCorrelation,
        Self::RuntimeMetrics,
        Self::HttpMetrics,
        Self::CtxExecutors,
        Self::CtxAsync,
        Self::UnhandledErrors,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::HttpServer => "http_server",
            Self::HttpClient => "http_client",
            Self::RpcServer => "rpc_server",
            Self::RpcClient => "rpc_client",
            Self::Db => "db",
            Self::Cache => "cache",
            Self::Object => "object",
            Self::QueueProduce => "queue_produce",
            Self::QueueConsume => "queue_consume",
            Self::Schedule => "schedule",
            Self::Faas => "faas",
            Self::LogsCorrelation => "logs_correlation",
            Self::RuntimeMetrics => "runtime_metrics",
            Self::HttpMetrics => "http_metrics",
            Self::CtxExecutors => "ctx_executors",
            Self::CtxAsync => "ctx_async",
            Self::UnhandledErrors => "unhandled_errors",
        }
    }

    /// What it is to people: "requests it serves".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::HttpServer => "HTTP requests it serves",
            Self::HttpClient => "HTTP requests it sends",
            Self::RpcServer => "RPCs it serves",
            Self::RpcClient => "RPCs it sends",
            Self::Db => "database calls",
            Self::Cache => "cache calls",
            Self::Object => "object storage calls",
            Self::QueueProduce => "messages it sends",
            Self::QueueConsume => "messages it consumes",
            Self::Schedule => "scheduled jobs",
            Self::Faas => "invocations",
            Self::LogsCorrelation => "trace ids in logs",
            Self::RuntimeMetrics => "runtime metrics",
            Self::HttpMetrics => "HTTP metrics",
            Self::CtxExecutors => "context across threads",
            Self::CtxAsync => "context across tasks",
            Self::UnhandledErrors => "unhandled errors",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bit| bit.name() == name)
    }

    pub fn of_entry(kind: EntryKind) -> Option<Self> {
        Some(match kind {
            EntryKind::Http => Self::HttpServer,
            EntryKind::Rpc => Self::RpcServer,
            EntryKind::Consumer => Self::QueueConsume,
            EntryKind::Schedule => Self::Schedule,
            EntryKind::Lambda => Self::Faas,
            EntryKind::Main => return None,
        })
    }

    pub fn of_outbound(kind: OutboundKind) -> Option<Self> {
        Some(match kind {
            OutboundKind::Http => Self::HttpClient,
            OutboundKind::Db => Self::Db,
            OutboundKind::Cache => Self::Cache,
            OutboundKind::Queue => Self::QueueProduce,
            OutboundKind::Rpc => Self::RpcClient,
            OutboundKind::Object => Self::Object,
            _ => return None,
        })
    }
}

/// How sure it is that something is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// Deployment files were read, and nothing in them covers it; or what is there is known to leave it out.
    Absent,
    /// Nothing in the repository tells.
    Unknown,
    /// A marker elsewhere in the repository, or half of one here.
    Likely,
    /// A marker in this unit's own manifest, deployment files or set-up code.
    Proven,
}

/// How far an instrumentation reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// The whole process.
    Unit,
    /// The routes of what it wraps.
    Router,
    /// The one client it was given to.
    Client,
    /// The one call it stands on.
    Call,
}

/// One bit and the libraries it is covered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    pub bit: Bit,
    /// Lower case; `*` for any.
    pub libraries: Vec<String>,
}

impl Cover {
    pub fn includes(&self, bit: Bit, library: &str) -> bool {
        self.bit == bit && (self.libraries.is_empty() || self.libraries.iter().any(|one| one == "*" || one == library))
    }
}

/// Where a marker stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub path: FilePath,
    pub line: u32,
    pub span: Span,
}

/// A sign of an instrumentation at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// The row of the tables that knows it: `node/auto-register`.
    pub row: String,
    pub name: String,
    pub vendor: String,
    pub reach: Reach,
    pub covers: Vec<Cover>,
    /// What it is known not to cover, though one might think so.
    pub never: Vec<Cover>,
    /// What stays uncovered, for people.
    pub leaves: String,
    pub place: Place,
    /// Something else is missing for it to take effect.
    pub half: bool,
}

/// Something that switches instrumentation of a vendor off.
#[derive(Clone, Debug, PartialEq)]
pub struct Off {
    pub row: String,
    pub name: String,
    pub vendor: String,
    /// Empty for everything.
    pub covers: Vec<Cover>,
    pub place: Place,
}

/// A client that is made, or a call that goes out, past every instrumentation of its kind.
#[derive(Clone, Debug, PartialEq)]
pub struct RawClient {
    /// Lower case, as in [`Cover`].
    pub library: String,
    pub bit: Bit,
    pub place: Place,
    /// What to do instead, for people.
    pub instead: String,
}

/// How a unit is known to be put into production.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deployed {
    /// An image is built: a Dockerfile, a Procfile.
    pub built: bool,
    /// Something runs it: Kubernetes, Compose, a unit of systemd.
    pub run: bool,
    /// Every deployment file of the repository that may be about it was read.
    pub complete: bool,
}

/// A library that calls code of the unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework {
    /// As it is imported and required.
    pub module: String,
    /// In the words of the tables.
    pub library: String,
    pub bit: Bit,
    /// Named by the manifest.
    pub required: bool,
}

/// What is known of one unit: a folder with a manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitCoverage {
    /// The folder; empty for the root of the repository.
    pub root: String,
    /// `go`, `python`, `node`, `java`, `rust`.
    pub language: &'static str,
    /// Markers of its own.
    pub own: Vec<Marker>,
    /// What the configuration says is instrumented outside of the repository.
    pub external: Vec<Bit>,
    /// Markers elsewhere in the repository that may reach it.
    pub elsewhere: Arc<[Marker]>,
    pub off: Vec<Off>,
    /// Clients past the instrumentation, in the files that were read.
    pub raw: Vec<RawClient>,
    pub deployed: Deployed,
    /// Frameworks and queue libraries of its language, and which of them its manifest names.
    pub frameworks: Vec<Framework>,
    /// A dependency that hints at instrumentation of a kind that no marker explains.
    pub hint: Option<String>,
    pub manifest_read: bool,
}

/// What the coverage of one operation is, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<'a> {
    pub known: Known,
    pub marker: Option<&'a Marker>,
    pub off: Option<&'a Off>,
}

impl UnitCoverage {
    /// Whether a bit is covered for a library (`""` when it is not known which).
    pub fn answer(&self, bit: Bit, library: &str) -> Answer<'_> {
        if self.external.contains(&bit) {
            return Answer { known: Known::Proven, marker: None, off: None };
        }
        let library = library.to_lowercase();
        let on = |marker: &&Marker| {
            marker.covers.iter().any(|cover| cover.includes(bit, &library))
                && self.off_for(marker, bit, &library).is_none()
        };
        // What covers the whole process counts before what covers a part of it.
        let own = || self.own.iter().filter(on);
        if let Some(marker) = own().filter(|one| !one.half).min_by_key(|one| one.reach as u8) {
            return Answer { known: Known::Proven, marker: Some(marker), off: None };
        }
        let switched = self.own.iter().find_map(|marker| {
            let covers = marker.covers.iter().any(|cover| cover.includes(bit, &library));
            covers.then(|| self.off_for(marker, bit, &library)).flatten()
        });
        if let Some(off) = switched {
            return Answer { known: Known::Absent, marker: None, off: Some(off) };
        }
        let left_out = |marker: &&Marker| marker.never.iter().any(|cover| cover.includes(bit, &library));
        let halves = own().next().or_else(|| self.elsewhere.iter().find(on));
        if let Some(marker) = halves {
            return Answer { known: Known::Likely, marker: Some(marker), off: None };
        }
        if let Some(marker) = self.own.iter().find(left_out) {
            return Answer { known: Known::Absent, marker: Some(marker), off: None };
        }
        let known = if self.shows_none() { Known::Absent } else { Known::Unknown };
        Answer { known, marker: None, off: None }
    }

    fn off_for(&self, marker: &Marker, bit: Bit, library: &str) -> Option<&Off> {
        self.off.iter().find(|off| {
            off.vendor == marker.vendor
                && (off.covers.is_empty() || off.covers.iter().any(|cover| cover.includes(bit, library)))
        })
    }

    /// Deployment files and manifest were read, and nothing in them speaks of instrumentation. Where agents are attached from
    /// outside, an image alone does not tell how it is run.
    fn shows_none(&self) -> bool {
        let deployed = match self.language {
            "go" | "rust" => self.deployed.built || self.deployed.run,
            _ => self.deployed.run,
        };
        deployed
            && self.deployed.complete
            && self.manifest_read
            && self.hint.is_none()
            && self.own.is_empty()
            && self.elsewhere.is_empty()
    }
}
