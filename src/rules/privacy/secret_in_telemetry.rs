//! A credential is written to a log, a span or a metric: everyone who can read telemetry can use it.

use crate::facts::{Level, Tier};
use crate::model::Confidence;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::resolved_as;
use crate::rules::sensitive::{Datum, Kind, Sink, SinkKind, Strength, data, sinks};

pub const RULE: Rule = rule!("privacy/secret-in-telemetry", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        for sink in sinks(file.facts) {
            let call = file.facts.call(sink.call);
            if !file.pair.touches(call.span) || file.facts.in_test(call.scope) {
                continue;
            }
            let all = data(change.delta.head, file.facts, &sink);
            if let Some(leak) = all.iter().find(|datum| is_leak(datum, &sink)) {
                say(out, file, &sink, leak);
            }
        }
    }
}

/// Messages of errors often quote what was wrong with a value; only a sure credential is worth a word there.
fn is_leak(datum: &Datum, sink: &Sink) -> bool {
    match datum.kind {
        Kind::Credential => sink.kind != SinkKind::Error || datum.strength == Strength::Sure,
        Kind::Url { userinfo } => userinfo,
        Kind::Personal | Kind::Raw(_) => false,
    }
}

fn say(out: &mut Report, file: HeadFile<'_>, sink: &Sink, leak: &Datum) {
    if !file.pair.is_new(leak.span) {
        return;
    }
    let confidence = match (sink.tier, leak.strength) {
        // What is traced is off in production as a rule, and a name that may mean something else is not worth a comment there.
        (_, Strength::Probable) if sink.kind == SinkKind::Log(Level::Trace) => Confidence::Possible,
        (Tier::Lexical, _) => Confidence::Likely,
        (_, Strength::Sure) => Confidence::Certain,
        (_, Strength::Probable) => Confidence::Likely,
    };
    let how = match (&leak.printed_with, leak.kind) {
        (Some(owner), _) => format!("printing a `{owner}` prints this field with it"),
        (None, Kind::Url { .. }) => "this function reads user and password out of the same URL".to_owned(),
        (None, _) => format!("`{}` is written as it is: nothing masks, hashes or shortens it on the way", leak.name),
    };
    let mut draft = out
        .at(file.facts, leak.span)
        .confidence(confidence)
        .evidence(
            resolved_as(file.facts, sink.call, sink.what(), &sink.library),
            Some(file.facts.call(sink.call).name_span),
        )
        .evidence(how, None);
    if let Some(from) = leak.from {
        draft = draft.evidence("the variable got it here", Some(from));
    }
    match leak.kind {
        Kind::Url { .. } => {
            draft.help("print it without user information (Go: `Redacted()`), or only its host").say(format!(
                "`{}` is printed with the user and password it may hold: they end up in {}, where everyone can use them",
                leak.name,
                sink.place()
            ));
        }
        _ => draft.help("leave it out, or log whether it is present, its length or a hash").say(format!(
            "`{}` ends up in {}, where everyone who can read them can use it",
            leak.name,
            sink.place()
        )),
    }
}
