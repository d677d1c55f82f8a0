//! Headers, a body, a whole request or the environment is dumped into telemetry: with it every credential and every personal
//! datum that anybody sends.

use crate::facts::Level;
use crate::model::Confidence;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::resolved_as;
use crate::rules::sensitive::{Datum, Kind, Sink, SinkKind, Strength, data, is_development, sinks};

pub const RULE: Rule = rule!("privacy/raw-request-or-env-logged", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        for sink in sinks(file.facts).iter().filter(|sink| sink.kind != SinkKind::Error && !sink.in_browser(file.facts))
        {
            let call = file.facts.call(sink.call);
            if !file.pair.touches(call.span) || file.facts.in_test(call.scope) {
                continue;
            }
            let all = data(change.delta.head, file.facts, sink);
            let raw = all.iter().find_map(|datum| match datum.kind {
                Kind::Raw(what) => Some((datum, what)),
                _ => None,
            });
            if let Some((datum, what)) = raw.filter(|(datum, _)| !is_development(file.facts, datum.span)) {
                say(out, file, sink, datum, what);
            }
        }
    }
}

fn say(out: &mut Report, file: HeadFile<'_>, sink: &Sink, datum: &Datum, what: &str) {
    if !file.pair.is_new(datum.span) {
        return;
    }
    // What is traced is off in production as a rule.
    let traced = matches!(sink.kind, SinkKind::Log(Level::Trace));
    // A header of one's own is a secret here and a version there.
    let doubtful = datum.strength == Strength::Probable && what.starts_with("a header");
    let mut draft = out
        .at(file.facts, datum.span)
        .confidence(if traced || doubtful { Confidence::Possible } else { Confidence::Likely })
        .evidence(
            resolved_as(file.facts, sink.call, sink.what(), &sink.library),
            Some(file.facts.call(sink.call).name_span),
        )
        .help("write the few fields that are needed, by name");
    if let Some(from) = datum.from {
        draft = draft.evidence(format!("it holds {what}"), Some(from));
    }
    draft.say(format!(
        "`{}` is {what}: whatever secret or personal data it carries ends up in {}",
        datum.name,
        sink.place()
    ));
}
