//! A span of a function that fails ends as a success, where the spans around it do say when they fail.

use crate::facts::code::Failure;
use crate::facts::{FileFacts, Signal, SpanEnd, SpanOpKind};
use crate::model::Confidence;
use crate::rules::expected::is_expected;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::{link, resolved_as};

use super::owner::{Owned, helper, ops_on, owned};

pub const RULE: Rule = rule!("tracing/span-error-status-missing", check);

/// Fewer comparable spans make no convention.
const ENOUGH: usize = 5;

fn check(change: &Change<'_>, out: &mut Report) {
    let mut convention = None;
    for file in change.service_files() {
        for span in owned(file.facts) {
            let Some(failure) = unmarked(file, &span) else { continue };
            let (marked, all) = *convention.get_or_insert_with(|| count(change));
            let kind = remote_kind(file.facts, &span);
            if kind.is_none() && (all < ENOUGH || marked * 10 < all * 6) {
                continue;
            }
            let why = match kind {
                Some(kind) => format!("a span of kind {kind} stands for a call between systems"),
                None => format!("{marked} of {all} spans of functions that fail say so in the code that was read"),
            };
            say(out, file.facts, &span, failure, why);
        }
    }
}

/// How many of the named spans whose functions fail mark a failure, among all files that were read.
fn count(change: &Change<'_>) -> (usize, usize) {
    let spans = change.delta.head.files().flat_map(|file| owned(file).map(move |span| (file, span)));
    let failing = spans.filter(|(file, span)| first_failure(file, span).is_some());
    failing.fold((0, 0), |(marked, all), (file, span)| (marked + usize::from(marks(file, &span)), all + 1))
}

fn unmarked<'a>(file: HeadFile<'a>, span: &Owned<'_>) -> Option<&'a Failure> {
    let call = file.facts.call(span.start.call);
    let telemetry = span.start.end == SpanEnd::Manual && span.start.library == "OpenTelemetry";
    let failure = first_failure(file.facts, span)?;
    (telemetry && file.pair.is_new(call.name_span) && !marks(file.facts, span)).then_some(failure)
}

/// A failure that the function hands to its caller while the span is open.
fn first_failure<'a>(file: &'a FileFacts, span: &Owned<'_>) -> Option<&'a Failure> {
    let own = |failure: &&Failure| {
        span.alive.contains(failure.span)
            && file.function_of(failure.scope) == span.function
            && !is_expected(file, failure)
    };
    file.failures_in(span.alive).filter(own).find(|failure| file.signal(failure) == Some(Signal::Rethrown))
}

/// Anything that may mark the span as failed, anywhere in its life.
fn marks(file: &FileFacts, span: &Owned<'_>) -> bool {
    let marking = |kind| matches!(kind, SpanOpKind::SetStatus | SpanOpKind::RecordError | SpanOpKind::AddEvent);
    let direct = ops_on(file, span.alive, span.name).any(|(op, _)| marking(op.kind));
    // `span.End(trace.WithError(err))`, and helpers that are given the span.
    let at_end =
        ops_on(file, span.alive, span.name).any(|(op, call)| op.kind == SpanOpKind::End && !call.args.is_empty());
    direct || at_end || helper(file, span.alive, span.name)
}

/// The kind of a span that another system sees the other end of.
fn remote_kind(file: &FileFacts, span: &Owned<'_>) -> Option<&'static str> {
    let text = file.text(file.call(span.start.call).span).to_ascii_lowercase();
    ["client", "producer", "consumer"]
        .into_iter()
        .find(|kind| text.contains(&format!("spankind{kind}")) || text.contains(&format!("spankind.{kind}")))
}

fn say(out: &mut Report, file: &FileFacts, span: &Owned<'_>, failure: &Failure, why: String) {
    let start = file.call(span.start.call);
    out.at(file, link(start))
        .confidence(Confidence::Likely)
        .evidence(resolved_as(file, span.start.call, "a span start", &span.start.library), Some(start.name_span))
        .evidence("this failure goes on to the caller and leaves the span as it is", Some(failure.header))
        .evidence(why, None)
        .help("set the status to error before the function returns the failure")
        .say("this span ends as a success when its function fails: error rates and searches for failed traces miss it");
}
