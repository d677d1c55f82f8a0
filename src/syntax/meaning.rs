//! Outlines → telemetry facts: which calls are logs, spans, metrics and outbound operations, by the library tables.

use std::collections::HashSet;

use super::aspects;
use super::contexts;
use super::declaring::{Site, declaration, looked_up};
use super::entry;
use super::instruments::metric_use;
use super::project::Read;
use super::resolve::Resolver;
use super::tables::{self, Role};
use crate::facts::code::{Call, CallId, ExprKind};
use crate::facts::{
    Level, Lifecycle, LogCall, LogEvent, LogStyle, Outbound, SpanOp, SpanOpKind, SpanStart, Telemetry, Tier,
};
use crate::model::Language;

/// What the calls of one file mean, before wrappers of the project are known.
pub(super) fn telemetry(resolver: &Resolver<'_>, file: usize) -> Telemetry {
    let read = &resolver.project.files[file];
    let tables = tables::of(read.language);
    let mut out = Telemetry::default();
    let (mut fresh, mut deriving) = (Vec::new(), Vec::new());
    let site = Site::new(resolver.project, file);
    for (index, call) in read.outline.calls.iter().enumerate() {
        let id = CallId(index as u32);
        let named = resolver.call_name(file, id);
        let role = named.as_ref().and_then(|(name, tier)| Some((tables.role(name)?, *tier)));
        match role {
            Some((Role::FreshContext, _)) => fresh.push(id),
            Some((Role::DerivedContext, _)) => deriving.push(id),
            Some((role, tier)) => record(&mut out, &site, id, role, tier),
            None => lexical(&mut out, read, id, call, named.is_some()),
        }
        if let Some(named) = named {
            tables.aspects(&named.0).for_each(|aspect| aspects::record(&mut out, read, id, aspect));
            out.names.insert(id, named);
        }
    }
    span_methods(&mut out, read);
    out.entries = entry::points(read, &out);
    contexts::given(read, &mut out);
    contexts::fresh(read, &fresh, &deriving, &mut out);
    out
}

fn record(out: &mut Telemetry, site: &Site<'_>, id: CallId, role: &Role, tier: Tier) {
    let read = site.read;
    let call = site.call(id);
    match role {
        Role::Log { library, style, level, message, has_error } => {
            let log = LogCall {
                call: id,
                scope: call.scope,
                span: call.span,
                library: library.clone(),
                style: *style,
                level: match style {
                    LogStyle::Builder => chain_level(read, call).unwrap_or(*level),
                    _ => argument_level(call).unwrap_or(*level),
                },
                tier,
                message: *message,
                has_error: *has_error || records_exception(call),
            };
            out.logs.push(log);
        }
        Role::Outbound { library, kind } => {
            out.outbound.push(Outbound { call: id, kind: *kind, library: library.clone(), tier });
        }
        Role::Span { library, end, position } => {
            out.spans.push(SpanStart { call: id, library: library.clone(), tier, end: *end, position: *position });
        }
        Role::SpanOp(kind) => out.span_ops.push(SpanOp { call: id, kind: *kind, tier }),
        Role::Metric(row) => out.metrics.push(declaration(site, id, row, tier)),
        Role::MetricUse { library, form, named } => {
            out.metric_uses.push(metric_use(site, id, library, *form, tier));
            if *named {
                out.metrics.extend(looked_up(site, id, library, tier));
            }
        }
        Role::Report => out.reports.push(id),
        Role::Redact => out.redactions.push(id),
        // Read once it is known what the spawned work is (`boundaries`).
        Role::Spawn { .. } => {}
        Role::Lifecycle { library, kind } => {
            out.lifecycle.push(Lifecycle { call: id, kind: *kind, library: library.clone() });
        }
        Role::BorrowedSpan => out.borrowed_spans.push(id),
        // Followed through the whole file once all calls are known.
        Role::FreshContext | Role::DerivedContext => {}
        Role::Event { library, starts, send } => {
            let (library, send) = (library.clone(), send.clone());
            out.events.push(LogEvent { call: id, library, starts: *starts, send });
        }
        Role::Breakpoint => out.breakpoints.push(id),
    }
}

/// `exc_info=True`, `exc_info=e`.
fn records_exception(call: &Call) -> bool {
    let exc_info = call.args.iter().find(|arg| arg.name.as_deref() == Some("exc_info"));
    exc_info.is_some_and(|arg| !matches!(&arg.value.kind, ExprKind::Literal(text) if text == "False" || text == "None"))
}

/// The level of a builder chain is the name of its first link: `log.Warn().Err(err).Msg("…")`.
fn chain_level(read: &Read, call: &Call) -> Option<Level> {
    let mut at = call.base;
    let mut level = None;
    while let Some(id) = at {
        let link = &read.outline.calls[id.index()];
        level = link.path.last().and_then(|name| level_word(name)).or(level);
        at = link.base;
    }
    level
}

/// `slog.LogAttrs(ctx, slog.LevelError, …)`, `logger.log(Level.SEVERE, …)`, `logging.log(logging.ERROR, …)`: the level is an
/// argument.
fn argument_level(call: &Call) -> Option<Level> {
    let method = call.path.last()?;
    if !matches!(method.as_str(), "Log" | "LogAttrs" | "log" | "Logf") {
        return None;
    }
    call.args.iter().take(2).find_map(|arg| {
        let path = arg.value.as_path()?;
        let last = path.last()?;
        let named = last.strip_prefix("Level").or_else(|| (path.len() > 1).then_some(last.as_str()))?;
        level_word(named)
    })
}

fn level_word(name: &str) -> Option<Level> {
    let lower = name.to_ascii_lowercase();
    let word =
        lower.trim_start_matches("audit").trim_start_matches("at").trim_end_matches("ing").trim_end_matches("context");
    let word = if word.len() > 3 { word.trim_end_matches(['f', 'w', 's']) } else { word };
    Some(match word {
        "trace" | "verbose" | "silly" | "finest" => Level::Trace,
        "debug" | "fine" => Level::Debug,
        "info" | "log" | "notice" => Level::Info,
        "warn" => Level::Warn,
        "error" | "err" | "severe" | "exception" => Level::Error,
        "fatal" | "critical" | "crit" | "panic" => Level::Fatal,
        _ => return None,
    })
}

/// A call that only looks like telemetry. It keeps rules silent and never lets them speak.
fn lexical(out: &mut Telemetry, read: &Read, id: CallId, call: &Call, resolved: bool) {
    let Some((method, receiver)) = call.path.split_last() else { return };
    let loggerish = |name: &str| {
        let lower = name.to_ascii_lowercase();
        let other = ["blog", "catalog", "dialog", "backlog", "changelog", "analog", "prolog"]
            .iter()
            .any(|end| lower.ends_with(end));
        lower.ends_with("log") && !other
            || lower.ends_with("logger")
            || lower.ends_with("logging")
            || lower == "console"
    };
    let chain_root = || {
        let mut at = call.base;
        let mut found = false;
        while let Some(base) = at {
            let link = &read.outline.calls[base.index()];
            found |= link.path.iter().any(|name| loggerish(name));
            at = link.base;
        }
        found
    };
    let level = level_word(method).filter(|_| receiver.iter().any(|name| loggerish(name)) || chain_root());
    let rust_macro = (read.language == Language::Rust && call.kind == crate::facts::code::CallKind::Macro)
        .then(|| call.path.last().and_then(|name| level_word(name)))
        .flatten();
    if let Some(level) = level.or(rust_macro) {
        out.logs.push(LogCall {
            call: id,
            scope: call.scope,
            span: call.span,
            library: String::new(),
            style: LogStyle::Unknown,
            level,
            tier: Tier::Lexical,
            message: 0,
            has_error: matches!(method.as_str(), "exception") || records_exception(call),
        });
    }
    if !resolved && redacts(method) {
        out.redactions.push(id);
    }
}

/// Helpers that make a value safe to write down, by name.
pub(super) fn redacts(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    const WORDS: [&str; 14] = [
        "mask",
        "redact",
        "hash",
        "sanit",
        "obfus",
        "scrub",
        "anonym",
        "censor",
        "encrypt",
        "truncate",
        "sha256",
        "digest",
        "fingerprint",
        "len",
    ];
    WORDS.iter().any(|word| lower.contains(word)) && lower != "silent"
}

/// Methods on the variable a span is bound to: the tables cannot type every binding, but the name is enough here.
fn span_methods(out: &mut Telemetry, read: &Read) {
    let known: HashSet<CallId> = out.span_ops.iter().map(|op| op.call).collect();
    for (index, call) in read.outline.calls.iter().enumerate() {
        let id = CallId(index as u32);
        if known.contains(&id) {
            continue;
        }
        let (Some(method), true) = (call.path.last(), call.path.len() >= 2 || call.base.is_some()) else { continue };
        let receiver = call.path.len().checked_sub(2).map_or("", |at| call.path[at].as_str());
        let spanish = receiver.to_ascii_lowercase().contains("span");
        let kind = match method.as_str() {
            "End" | "end" | "Finish" | "finish" | "close" if spanish => SpanOpKind::End,
            "SetStatus" | "setStatus" | "set_status" => SpanOpKind::SetStatus,
            "RecordError" | "recordException" | "record_exception" | "record_error" => SpanOpKind::RecordError,
            "SetAttributes" | "setAttribute" | "setAttributes" | "set_attribute" | "SetTag" | "setTag" | "set_tag"
                if spanish =>
            {
                SpanOpKind::SetAttribute
            }
            "AddEvent" | "addEvent" | "add_event" if spanish => SpanOpKind::AddEvent,
            "enter" | "entered" if read.language == Language::Rust && spanish => SpanOpKind::Enter,
            _ => continue,
        };
        out.span_ops.push(SpanOp { call: id, kind, tier: Tier::Lexical });
    }
}
