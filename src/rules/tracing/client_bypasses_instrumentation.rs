//! A client made, or a call sent, past the instrumentation that the unit gives to its other clients.

use crate::facts::coverage::Place;
use crate::facts::{FileFacts, Marker, RawClient, Reach, UnitCoverage, words};
use crate::model::{Confidence, Evidence, Location, Side, Span};
use crate::rules::rule::{Change, Report, Rule, rule};

pub const RULE: Rule = rule!("tracing/client-bypasses-instrumentation", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        let Some(unit) = change.delta.head.coverage(&file.facts.path) else { continue };
        for raw in unit.raw.iter().filter(|raw| raw.place.path == file.facts.path) {
            let span = raw.place.span;
            if !file.pair.is_new(span) || is_exempt(file.facts, span) {
                continue;
            }
            let Some(sibling) = sibling(unit, raw) else { continue };
            // Where the instrumented client itself is made, a plain one is what it wraps.
            if same_function(file.facts, raw, sibling) || becomes_instrumented(file.facts, span) {
                continue;
            }
            let name =
                file.facts.text(span).split(['(', '{']).next().unwrap_or_default().trim_start_matches('&').trim();
            out.at(file.facts, span)
                .confidence(Confidence::Likely)
                .link(evidence(sibling, raw))
                .help(raw.instead.clone())
                .say(format!("`{name}` goes out without a span and without trace context: the trace ends here, while other {} calls of this service are traced", raw.library));
        }
    }
}

fn evidence(sibling: &Marker, raw: &RawClient) -> Evidence {
    let Place { path, line, .. } = &sibling.place;
    let location = Location { path: path.clone(), side: Side::Right, line: *line, end_line: *line, columns: (1, 1) };
    let text = format!("this unit instruments its {} clients with the {}", raw.library, sibling.name);
    Evidence { text, location: Some(location) }
}

/// A client of the same kind that is instrumented; nothing when an agent covers every client anyway.
fn sibling<'a>(unit: &'a UnitCoverage, raw: &RawClient) -> Option<&'a Marker> {
    if unit.external.contains(&raw.bit) {
        return None;
    }
    let covers = |marker: &&Marker| marker.covers.iter().any(|cover| cover.includes(raw.bit, &raw.library));
    let covering = || unit.own.iter().chain(unit.elsewhere.iter()).filter(covers);
    if covering().any(|marker| !matches!(marker.reach, Reach::Client | Reach::Call)) {
        return None;
    }
    unit.own.iter().filter(covers).find(|marker| !marker.half)
}

fn is_exempt(file: &FileFacts, span: Span) -> bool {
    const WORDS: [&str; 15] = [
        "health",
        "healthy",
        "healthz",
        "healthcheck",
        "ready",
        "readiness",
        "liveness",
        "probe",
        "ping",
        "metrics",
        "exporter",
        "telemetry",
        "otel",
        "tracing",
        "migrate",
    ];
    let says = |text: &str| words(text).any(|word| WORDS.contains(&word.as_str()));
    let function = file.named_function_of(file.scope_around(span));
    let statement = file.source.line_text(file.source.line_of(span.start));
    let local = ["localhost", "127.0.0.1", "[::1]", "169.254.169.254", "unix://"];
    says(&file.scope_path(function))
        || says(file.path.as_str())
        || local.iter().any(|host| statement.contains(host))
        || is_said(file, span)
}

/// A comment beside or above it says that it is meant.
fn is_said(file: &FileFacts, span: Span) -> bool {
    let line = file.source.line_span(file.source.line_of(span.start));
    file.has_comment_in(line) || file.has_comment_above(span)
}

fn same_function(file: &FileFacts, raw: &RawClient, sibling: &Marker) -> bool {
    let function = |span| file.named_function_of(file.scope_around(span));
    sibling.place.path == raw.place.path && function(sibling.place.span) == function(raw.place.span)
}

/// `client.Transport = …` after it was made, or it is given to what wraps it.
fn becomes_instrumented(file: &FileFacts, span: Span) -> bool {
    let bound = file.outline.bindings.iter().find(|one| one.statement.contains(span) && one.path.len() == 1);
    let Some(name) = bound.map(|one| &one.path[0]) else { return false };
    let set = file.outline.bindings.iter().any(|one| one.path.len() > 1 && one.path[0] == *name);
    let wraps =
        |text: &str| text.to_ascii_lowercase().contains("trac") || text.to_ascii_lowercase().contains("instrument");
    let given =
        file.outline.calls.iter().any(|call| {
            call.path.iter().any(|part| wraps(part)) && call.args.iter().any(|arg| file.uses(arg.span, name))
        });
    set || given
}
