//! A failure path stays, its log, metric or report goes: from now on nobody learns of the failure.

use std::collections::HashMap;

use crate::facts::code::{Failure, FailureKind, ScopeId};
use crate::facts::matching::Scopes;
use crate::facts::{FileFacts, FilePair, Level, Signal, Tier};
use crate::model::{Confidence, Span};
use crate::rules::expected::is_expected;
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::handler_name;

pub const RULE: Rule = rule!("logging/removed-error-signal", check);

fn check(change: &Change<'_>, out: &mut Report) {
    let scopes = Scopes::of(change.delta);
    let mut known = HashMap::new();
    for pair in change.service_pairs() {
        let Some(base) = pair.base else { continue };
        for failure in &base.outline.failures {
            let Some(spoke) = spoke(base, pair, failure) else { continue };
            let Some((head, scope)) = scopes.head_of(base, failure.scope) else { continue };
            let Some(now) = counterpart(&mut known, base, failure, (head, scope)) else { continue };
            if head.signal(now).is_none() && !head.explained(now) && !is_expected(head, now) && !empty(head, now) {
                say(out, base, failure, spoke, head, now);
            }
        }
    }
}

/// What the base said about a failure, when the change takes it away.
fn spoke(base: &FileFacts, pair: FilePair<'_>, failure: &Failure) -> Option<Span> {
    let checked = !matches!(failure.kind, FailureKind::Discard | FailureKind::Blank);
    if !checked || base.in_test(failure.scope) || is_expected(base, failure) {
        return None;
    }
    let strong =
        matches!(base.signal(failure), Some(Signal::Logged | Signal::Counted | Signal::Reported | Signal::SpanMarked));
    let removed = |span: &Span| {
        let (first, last) = base.source.lines(*span);
        pair.change.is_removed(first) && pair.change.is_removed(last)
    };
    let logs = base
        .logs_in(failure.body)
        .filter(|log| log.level >= Level::Warn && log.tier > Tier::Lexical)
        .map(|log| log.span);
    let telemetry = &base.telemetry;
    let counts = telemetry.metric_uses.iter().map(|used| used.call).chain(telemetry.reports.iter().copied());
    let counts = counts.map(|id| base.call(id).span).filter(|span| failure.body.contains(*span));
    // What belongs to a handler inside this one is that handler's.
    let own = |span: &Span| !base.failures_in(failure.body).any(|inner| inner.body.contains(*span));
    let found = logs.chain(counts).filter(own).find(removed);
    found.filter(|_| strong)
}

/// The handlers of one file by kind and by what they protect.
type Handlers<'a> = HashMap<(FailureKind, Vec<&'a str>), Vec<&'a Failure>>;

/// The same failure at the head: the same kind of handler, over the same operation, in the same function.
fn counterpart<'a>(
    known: &mut HashMap<&'a str, Handlers<'a>>,
    base: &FileFacts,
    failure: &Failure,
    (head, scope): (&'a FileFacts, ScopeId),
) -> Option<&'a Failure> {
    let before = operations(base, failure);
    if before.is_empty() {
        return None;
    }
    let handlers = known.entry(head.path.as_str()).or_insert_with(|| {
        let mut handlers = Handlers::new();
        for one in &head.outline.failures {
            handlers.entry((one.kind, operations(head, one))).or_default().push(one);
        }
        handlers
    });
    let body = head.scope(scope).span;
    let inside = |one: &&&Failure| scope == ScopeId::FILE || body.contains(one.span);
    let mut alike = handlers.get(&(failure.kind, before))?.iter().filter(inside);
    let found = alike.next()?;
    // Two of one operation: which is which would be a guess.
    alike.next().is_none().then_some(found)
}

/// The names of what may fail.
fn operations<'a>(file: &'a FileFacts, failure: &Failure) -> Vec<&'a str> {
    file.calls_in(failure.protected).filter_map(|(_, call)| call.path.last().map(String::as_str)).collect()
}

/// A handler without any statement is the concern of `errors/error-handling-removed`.
fn empty(head: &FileFacts, failure: &Failure) -> bool {
    let inside =
        head.text(failure.body).trim_matches(|one: char| one.is_whitespace() || matches!(one, '{' | '}' | '(' | ')'));
    inside.is_empty() || inside == "pass"
}

fn say(out: &mut Report, base: &FileFacts, failure: &Failure, spoke: Span, head: &FileFacts, now: &Failure) {
    let name = operations(base, failure).last().copied().unwrap_or_default().to_owned();
    out.at_base(base, spoke)
        .confidence(Confidence::Likely)
        .evidence_in(
            format!("{} is still there and says nothing now", handler_name(now)),
            head.location(now.header, crate::model::Side::Right),
        )
        .help("keep one signal: a log, a metric, or the error handed to the caller")
        .say(format!(
            "the only sign that `{name}` failed is removed, the failure path stays: from now on it fails in silence"
        ));
}
