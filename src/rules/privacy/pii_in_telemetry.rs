//! Personal data in telemetry: it is copied to everyone who reads logs, kept longer than allowed, and cannot be deleted on demand.

use crate::facts::{Level, Tier};
use crate::model::Confidence;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::resolved_as;
use crate::rules::sensitive::{Datum, Kind, Sink, SinkKind, Strength, data, is_development, sinks};

pub const RULE: Rule = rule!("privacy/pii-in-telemetry", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        for sink in sinks(file.facts).iter().filter(|sink| sink.kind != SinkKind::Error && !sink.in_browser(file.facts))
        {
            let call = file.facts.call(sink.call);
            if !file.pair.touches(call.span) || file.facts.in_test(call.scope) {
                continue;
            }
            let all = data(change.delta.head, file.facts, sink);
            let personal = all.iter().find(|datum| datum.kind == Kind::Personal);
            if let Some(datum) = personal.filter(|datum| !is_development(file.facts, datum.span)) {
                say(out, file, sink, datum);
            }
        }
    }
}

fn say(out: &mut Report, file: HeadFile<'_>, sink: &Sink, datum: &Datum) {
    if !file.pair.is_new(datum.span) {
        return;
    }
    let quiet = matches!(sink.kind, SinkKind::Log(Level::Trace | Level::Debug))
        || sink.tier == Tier::Lexical && datum.strength == Strength::Probable;
    let mut draft = out
        .at(file.facts, datum.span)
        .confidence(if quiet { Confidence::Possible } else { Confidence::Likely })
        .evidence(
            resolved_as(file.facts, sink.call, sink.what(), &sink.library),
            Some(file.facts.call(sink.call).name_span),
        )
        .help("write the id of the person or record instead, or mask the value");
    if let Some(owner) = &datum.printed_with {
        draft = draft.evidence(format!("printing a `{owner}` prints this field with it"), None);
    }
    if let Some(from) = datum.from {
        draft = draft.evidence("the variable got it here", Some(from));
    }
    draft.say(format!(
        "`{}` is personal data and ends up in {}, which are copied widely and cannot be cleaned when somebody asks for it",
        datum.name,
        sink.place()
    ));
}
