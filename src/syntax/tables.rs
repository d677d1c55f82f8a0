//! The library tables of `rules/libraries/`, parsed once per process. What they say is data; how it is matched is here.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::aspects::{Aspect, aspect};
use super::naming::kind_word;
use crate::facts::{BoundaryKind, Level, LifecycleKind, LogStyle, OutboundKind, SpanEnd, SpanOpKind};
use crate::model::Language;

/// What a call of a known library means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Role {
    Log {
        library: String,
        style: LogStyle,
        level: Level,
        message: u32,
        has_error: bool,
    },
    Outbound {
        library: String,
        kind: OutboundKind,
    },
    Span {
        library: String,
        end: SpanEnd,
        position: u32,
    },
    SpanOp(SpanOpKind),
    Metric(MetricRow),
    /// With `named` the first argument is the metric's name: the call declares what it uses.
    MetricUse {
        library: String,
        form: LabelForm,
        named: bool,
    },
    Report,
    Redact,
    Spawn {
        library: String,
        kind: BoundaryKind,
    },
    Lifecycle {
        library: String,
        kind: LifecycleKind,
    },
    /// Returns a span that somebody else started.
    BorrowedSpan,
    /// Makes a context from nothing.
    FreshContext,
    /// Adds something to the context that is its first argument.
    DerivedContext,
    Event {
        library: String,
        starts: bool,
        send: String,
    },
    Breakpoint,
}

/// How a call declares a metric.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MetricRow {
    pub(super) library: String,
    pub(super) kind: String,
    pub(super) labels: LabelPlace,
    /// What the positional arguments are: settings of `metrics.toml`, `options` for a literal with several, `-` for others.
    pub(super) args: Vec<String>,
    /// Making it again gives the same one.
    pub(super) idempotent: bool,
}

/// Where a declaration says its labels.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum LabelPlace {
    None,
    /// Not declared: any label may be given (OpenTelemetry).
    Open,
    /// A list at this argument, or under this keyword.
    Arg(u32, Option<String>),
    /// A key of the first argument.
    Key(String),
    /// A later call of the chain; the declaration ends with the second name.
    Chain(String, String),
}

/// How a use gives its label values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LabelForm {
    Plain,
    /// One argument per label.
    Positional,
    /// A map at this argument.
    Record(u32),
    /// A list at this argument.
    List(u32),
    /// One map, or one argument per label, or keywords (prom-client, prometheus_client).
    Labels,
    /// Alternating keys and values from this argument on.
    Pairs(u32),
    /// Keyword-like arguments of a macro.
    Macro,
    /// Attributes made by calls, from this argument on (OpenTelemetry).
    Attributes(u32),
}

#[derive(Debug, Default)]
pub(super) struct Tables {
    calls: HashMap<String, Vec<(String, Role)>>,
    aspects: HashMap<String, Vec<(String, Aspect)>>,
    returns: HashMap<String, String>,
    fields: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    call: Vec<Row>,
    returns: HashMap<String, String>,
    fields: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    library: String,
    on: OneOrMany,
    role: String,
    style: Option<String>,
    kind: Option<String>,
    /// `metric`: what the positional arguments are.
    args: Option<String>,
    methods: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

static GO: LazyLock<Tables> = LazyLock::new(|| load(include_str!("../../rules/libraries/go.toml")));
static PYTHON: LazyLock<Tables> = LazyLock::new(|| load(include_str!("../../rules/libraries/python.toml")));
static SCRIPT: LazyLock<Tables> = LazyLock::new(|| load(include_str!("../../rules/libraries/javascript.toml")));
static JAVA: LazyLock<Tables> = LazyLock::new(|| load(include_str!("../../rules/libraries/java.toml")));
static RUST: LazyLock<Tables> = LazyLock::new(|| load(include_str!("../../rules/libraries/rust.toml")));

pub(super) fn of(language: Language) -> &'static Tables {
    match language {
        Language::Go => &GO,
        Language::Python => &PYTHON,
        Language::JavaScript | Language::TypeScript | Language::Tsx => &SCRIPT,
        Language::Java => &JAVA,
        Language::Rust => &RUST,
    }
}

impl Tables {
    pub(super) fn role(&self, canonical: &str) -> Option<&Role> {
        let (on, method) = canonical.rsplit_once('.').unwrap_or(("packages", canonical));
        let rows = self.calls.get(on)?;
        let exact = rows.iter().find(|(name, _)| name == method);
        exact.or_else(|| rows.iter().find(|(name, _)| name == "*")).map(|(_, role)| role)
    }

    /// Everything else that is known about a call.
    pub(super) fn aspects(&self, canonical: &str) -> impl Iterator<Item = &Aspect> {
        let (on, method) = canonical.rsplit_once('.').unwrap_or(("packages", canonical));
        let rows = self.aspects.get(on).into_iter().flatten();
        rows.filter(move |(name, _)| name == method).map(|(_, aspect)| aspect)
    }

    /// The type that a canonical call returns.
    pub(super) fn returns(&self, canonical: &str) -> Option<&str> {
        wild(&self.returns, canonical)
    }

    /// The type of a member that is not a call.
    pub(super) fn field(&self, canonical: &str) -> Option<&str> {
        wild(&self.fields, canonical)
    }
}

fn wild<'a>(map: &'a HashMap<String, String>, canonical: &str) -> Option<&'a str> {
    let any = || map.get(&format!("{}.*", canonical.rsplit_once('.')?.0));
    map.get(canonical).or_else(any).map(String::as_str)
}

/// # Panics
/// When a table is not valid: a defect of this build, found by the first test that reads code.
fn load(text: &str) -> Tables {
    let file: File = toml::from_str(text).expect("library tables are valid TOML of the documented form");
    let mut tables = Tables { returns: file.returns, fields: file.fields, ..Tables::default() };
    for row in &file.call {
        let on = match &row.on {
            OneOrMany::One(name) => std::slice::from_ref(name),
            OneOrMany::Many(names) => names,
        };
        for method in row.methods.split_whitespace() {
            let (name, value) = method.split_once(':').unwrap_or((method, ""));
            if let Some(aspect) = aspect(&row.role, &row.library, row.kind.as_deref(), value) {
                for on in on {
                    tables.aspects.entry(on.clone()).or_default().push((name.to_owned(), aspect.clone()));
                }
                continue;
            }
            let role = role_of(row, value).unwrap_or_else(|| panic!("library table: {} {method}", row.library));
            for on in on {
                let role = with_kind(role.clone(), on);
                tables.calls.entry(on.clone()).or_default().push((name.to_owned(), role));
            }
        }
    }
    tables
}

fn role_of(row: &Row, value: &str) -> Option<Role> {
    let library = row.library.clone();
    let style = row.style.as_deref().unwrap_or_default();
    Some(match row.role.as_str() {
        "log" => {
            let (style, message) = log_style(style)?;
            let level = level_of(value.trim_end_matches('!'))?;
            Role::Log { library, style, level, message, has_error: value.ends_with('!') }
        }
        "outbound" => Role::Outbound { library, kind: outbound_kind(row.kind.as_deref()?)? },
        "span" => {
            let (end, position) = match style {
                "manual0" => (SpanEnd::Manual, 0),
                "manual1" => (SpanEnd::Manual, 1),
                "callback" => (SpanEnd::Callback, 0),
                "managed" => (SpanEnd::Managed, 0),
                "dropped" => (SpanEnd::Dropped, 0),
                _ => return None,
            };
            Role::Span { library, end, position }
        }
        "span-op" => Role::SpanOp(span_op(value)?),
        "metric" => Role::Metric(MetricRow {
            library,
            kind: value.trim_end_matches('?').to_owned(),
            labels: label_place(row.kind.as_deref()?)?,
            args: row.args.as_deref().unwrap_or("name").split_whitespace().map(str::to_owned).collect(),
            idempotent: value.ends_with('?'),
        }),
        "metric-use" => {
            Role::MetricUse { library, form: label_form(value)?, named: row.kind.as_deref() == Some("named") }
        }
        "report" => Role::Report,
        "redact" => Role::Redact,
        "spawn" => Role::Spawn { library, kind: boundary_kind(row.kind.as_deref()?)? },
        "lifecycle" => Role::Lifecycle { library, kind: lifecycle_kind(value)? },
        "span-borrowed" => Role::BorrowedSpan,
        "context-fresh" => Role::FreshContext,
        "context-derived" => Role::DerivedContext,
        "event" => Role::Event { library, starts: row.kind.as_deref()? == "start", send: format!("{value}()") },
        "breakpoint" => Role::Breakpoint,
        _ => return None,
    })
}

/// A constructor that is the same for several types makes what its type says.
fn with_kind(role: Role, on: &str) -> Role {
    match role {
        Role::Metric(row) if row.kind == "metric" => {
            let ty = on.rsplit('.').next().unwrap_or(on);
            let kind = kind_word(ty).unwrap_or("metric").to_owned();
            Role::Metric(MetricRow { kind, ..row })
        }
        other => other,
    }
}

fn log_style(text: &str) -> Option<(LogStyle, u32)> {
    Some(match text {
        "values" => (LogStyle::Values, 0),
        "keyvalue" => (LogStyle::KeyValue, 0),
        "keyvalue1" => (LogStyle::KeyValue, 1),
        "fields" => (LogStyle::Fields, 0),
        "printf" => (LogStyle::Printf, 0),
        "percent" => (LogStyle::Percent, 0),
        "keywords" => (LogStyle::Keywords, 0),
        "braces" => (LogStyle::Braces, 0),
        "pino" => (LogStyle::Pino, 0),
        "winston" => (LogStyle::Winston, 0),
        "bunyan" => (LogStyle::Bunyan, 0),
        "macro" => (LogStyle::Macro, 0),
        "builder" => (LogStyle::Builder, 0),
        "unknown" => (LogStyle::Unknown, 0),
        _ => return None,
    })
}

pub(super) fn level_of(text: &str) -> Option<Level> {
    Some(match text {
        "trace" => Level::Trace,
        "debug" => Level::Debug,
        "info" => Level::Info,
        "warn" => Level::Warn,
        "error" => Level::Error,
        "fatal" => Level::Fatal,
        _ => return None,
    })
}

fn outbound_kind(text: &str) -> Option<OutboundKind> {
    Some(match text {
        "http" => OutboundKind::Http,
        "db" => OutboundKind::Db,
        "cache" => OutboundKind::Cache,
        "queue" => OutboundKind::Queue,
        "rpc" => OutboundKind::Rpc,
        "file" => OutboundKind::File,
        "process" => OutboundKind::Process,
        "object" => OutboundKind::Object,
        "mail" => OutboundKind::Mail,
        _ => return None,
    })
}

fn boundary_kind(text: &str) -> Option<BoundaryKind> {
    Some(match text {
        "task" => BoundaryKind::Task,
        "thread" => BoundaryKind::Thread,
        "executor" => BoundaryKind::Executor,
        _ => return None,
    })
}

fn span_op(text: &str) -> Option<SpanOpKind> {
    Some(match text {
        "end" => SpanOpKind::End,
        "status" => SpanOpKind::SetStatus,
        "record" => SpanOpKind::RecordError,
        "attribute" => SpanOpKind::SetAttribute,
        "event" => SpanOpKind::AddEvent,
        "enter" => SpanOpKind::Enter,
        _ => return None,
    })
}

fn lifecycle_kind(text: &str) -> Option<LifecycleKind> {
    Some(match text {
        "provider" => LifecycleKind::Provider,
        "global" => LifecycleKind::SetGlobal,
        "propagator" => LifecycleKind::Propagator,
        "simple" => LifecycleKind::Simple,
        "batch" => LifecycleKind::Batch,
        "console" => LifecycleKind::Console,
        "start" => LifecycleKind::Start,
        "shutdown" => LifecycleKind::Shutdown,
        "flush" => LifecycleKind::Flush,
        "instrumented" => LifecycleKind::Instrumented,
        "signal" => LifecycleKind::Signal,
        _ => return None,
    })
}

fn label_place(text: &str) -> Option<LabelPlace> {
    let parts: Vec<&str> = text.split(':').collect();
    Some(match parts[..] {
        ["none"] => LabelPlace::None,
        ["open"] => LabelPlace::Open,
        ["arg", index] => LabelPlace::Arg(index.parse().ok()?, None),
        ["arg", index, keyword] => LabelPlace::Arg(index.parse().ok()?, Some(keyword.to_owned())),
        ["key", key] => LabelPlace::Key(key.to_owned()),
        ["chain", labels, end] => LabelPlace::Chain(labels.to_owned(), end.to_owned()),
        _ => return None,
    })
}

fn label_form(text: &str) -> Option<LabelForm> {
    let index = |prefix: &str| text.strip_prefix(prefix).and_then(|rest| rest.parse::<u32>().ok());
    Some(match text {
        "plain" => LabelForm::Plain,
        "positional" => LabelForm::Positional,
        "labels" => LabelForm::Labels,
        "macro" => LabelForm::Macro,
        _ => {
            let record = index("record").map(LabelForm::Record);
            let list = || index("list").map(LabelForm::List);
            let pairs = || index("pairs").map(LabelForm::Pairs);
            record.or_else(list).or_else(pairs).or_else(|| index("attributes").map(LabelForm::Attributes))?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_loads_and_matches_by_canonical_name() {
        for language in Language::ALL {
            assert!(!of(language).calls.is_empty(), "{language}");
        }
        let go = of(Language::Go);
        assert!(matches!(go.role("log/slog.Error"), Some(Role::Log { level: Level::Error, .. })));
        assert_eq!(go.returns("github.com/rs/zerolog.Event.Str"), Some("github.com/rs/zerolog.Event"));
        assert_eq!(of(Language::TypeScript).role("console.clear"), None);
    }
}
