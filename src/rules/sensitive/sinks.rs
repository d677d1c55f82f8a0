//! Where telemetry is written: logs and prints, span attributes, metric labels, baggage, and messages of errors, which are
//! logged sooner or later.

use crate::facts::code::{CallId, CallKind, ExitKind, Expr, ExprKind};
use crate::facts::{FileFacts, Level, SpanOpKind, Tier, UnitKind};
use crate::model::Span;
use crate::rules::audience::runs_as_service;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum SinkKind {
    Log(Level),
    Attribute,
    Metric,
    Baggage,
    /// The message of an error.
    Error,
}

/// A call that writes telemetry.
pub(in crate::rules) struct Sink {
    pub(in crate::rules) call: CallId,
    pub(in crate::rules) kind: SinkKind,
    pub(in crate::rules) library: String,
    pub(in crate::rules) tier: Tier,
}

impl Sink {
    /// For the evidence: what the call is.
    pub(in crate::rules) fn what(&self) -> &'static str {
        match self.kind {
            SinkKind::Log(_) => "a logger",
            SinkKind::Attribute => "a span attribute",
            SinkKind::Metric => "a metric",
            SinkKind::Baggage => "baggage, which is sent to every service that is called",
            SinkKind::Error => "the message of an error",
        }
    }

    /// What a page writes to its console stays with the person it is about.
    pub(in crate::rules) fn in_browser(&self, file: &FileFacts) -> bool {
        file.unit == UnitKind::Frontend && self.library == "console"
    }

    /// Where the value can be read afterwards.
    pub(in crate::rules) fn place(&self) -> &'static str {
        match self.kind {
            SinkKind::Log(_) => "the logs",
            SinkKind::Attribute => "traces",
            SinkKind::Metric => "metric labels",
            SinkKind::Baggage => "the headers of every outgoing request",
            SinkKind::Error => "every log of this error",
        }
    }
}

pub(in crate::rules) fn sinks(file: &FileFacts) -> Vec<Sink> {
    let telemetry = &file.telemetry;
    let logs = telemetry.logs.iter().filter(|log| !prints_for_people(file, &log.library)).map(|log| Sink {
        call: log.call,
        kind: SinkKind::Log(log.level),
        library: log.library.clone(),
        tier: log.tier,
    });
    let attributes = telemetry.span_ops.iter().filter(|op| {
        let writes = matches!(op.kind, SpanOpKind::SetAttribute | SpanOpKind::AddEvent);
        writes && op.tier > Tier::Lexical
    });
    let attributes = attributes.map(|op| Sink {
        call: op.call,
        kind: SinkKind::Attribute,
        library: "OpenTelemetry".to_owned(),
        tier: op.tier,
    });
    let metrics = telemetry.metric_uses.iter().map(|one| Sink {
        call: one.call,
        kind: SinkKind::Metric,
        library: one.library.clone(),
        tier: one.tier,
    });
    let mut all: Vec<Sink> = logs.chain(attributes).chain(metrics).collect();
    all.extend(errors(file));
    all.extend(baggage(file));
    all
}

/// Output that a person asked for: prints of commands and scripts are no telemetry.
fn prints_for_people(file: &FileFacts, library: &str) -> bool {
    let print = matches!(library, "print" | "std" | "console" | "System" | "fmt");
    print && file.unit != UnitKind::Frontend && !runs_as_service(file)
}

/// Calls that make the message of an error: `fmt.Errorf`, `anyhow!`, what is thrown.
fn errors(file: &FileFacts) -> Vec<Sink> {
    let mut calls: Vec<CallId> = Vec::new();
    for (index, call) in file.outline.calls.iter().enumerate() {
        let id = CallId(index as u32);
        let macros = ["anyhow", "bail", "ensure", "format_err", "eyre"];
        let by_macro =
            call.kind == CallKind::Macro && call.path.last().is_some_and(|name| macros.contains(&name.as_str()));
        let by_name = call.path.len() == 2 && call.path[0] == "fmt" && call.path[1] == "Errorf";
        if by_macro || by_name {
            calls.push(id);
        }
    }
    let thrown = file.outline.exits.iter().filter(|exit| exit.kind == ExitKind::Throw);
    calls.extend(thrown.flat_map(|exit| &exit.values).filter_map(made_by));
    calls
        .into_iter()
        .map(|call| Sink { call, kind: SinkKind::Error, library: "this language".to_owned(), tier: Tier::Imported })
        .collect()
}

fn made_by(value: &Expr) -> Option<CallId> {
    match value.kind {
        ExprKind::Call(id) => Some(id),
        _ => None,
    }
}

fn baggage(file: &FileFacts) -> impl Iterator<Item = Sink> + '_ {
    const SETTERS: [&str; 7] =
        ["set_baggage", "setBaggage", "NewMember", "NewMemberRaw", "SetBaggageItem", "setBaggageItem", "setEntry"];
    let calls = file.outline.calls.iter().enumerate();
    let sets = calls.filter(|(_, call)| {
        let last = call.path.last().map_or("", String::as_str);
        SETTERS.contains(&last) && call.path.iter().any(|part| part.to_ascii_lowercase().contains("baggage"))
    });
    sets.map(|(index, _)| Sink {
        call: CallId(index as u32),
        kind: SinkKind::Baggage,
        library: "OpenTelemetry".to_owned(),
        tier: Tier::Imported,
    })
}

/// Whether a place runs on developers' machines alone: inside a branch whose condition asks for it.
pub(in crate::rules) fn is_development(file: &FileFacts, span: Span) -> bool {
    const WORDS: [&str; 7] =
        ["NODE_ENV", "isDev", "is_dev", "debug_assertions", "settings.DEBUG", "IS_DEV", "development"];
    let mut branches = file.outline.branches.iter().filter(|branch| branch.contains(span));
    branches.any(|branch| {
        let line = file.source.line_span(file.source.line_of(branch.start));
        let before = file.source.line_of(branch.start).saturating_sub(1).max(1);
        let header = file.source.line_span(before).cover(line);
        let header = Span { start: header.start.min(branch.start), end: branch.start };
        WORDS.iter().any(|word| file.text(header).contains(word))
    })
}
