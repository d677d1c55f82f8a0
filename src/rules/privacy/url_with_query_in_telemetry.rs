//! A URL written whole: its query and its user information carry tokens, e-mail addresses and signatures.

use crate::facts::Level;
use crate::model::Confidence;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::resolved_as;
use crate::rules::sensitive::{Datum, Kind, Sink, SinkKind, data, sinks};

pub const RULE: Rule = rule!("privacy/url-with-query-in-telemetry", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        for sink in sinks(file.facts).iter().filter(|sink| !sink.in_browser(file.facts)) {
            let call = file.facts.call(sink.call);
            if !file.pair.touches(call.span) || file.facts.in_test(call.scope) {
                continue;
            }
            let all = data(change.delta.head, file.facts, sink);
            if let Some(datum) = all.iter().find(|datum| datum.kind == Kind::Url { userinfo: false }) {
                say(out, file, sink, datum);
            }
        }
    }
}

fn say(out: &mut Report, file: HeadFile<'_>, sink: &Sink, datum: &Datum) {
    if !file.pair.is_new(datum.span) {
        return;
    }
    let quiet = matches!(sink.kind, SinkKind::Log(Level::Trace | Level::Debug));
    out.at(file.facts, datum.span)
        .confidence(if quiet { Confidence::Possible } else { Confidence::Likely })
        .evidence(
            resolved_as(file.facts, sink.call, sink.what(), &sink.library),
            Some(file.facts.call(sink.call).name_span),
        )
        .help("write the path alone, or the URL without its query and user information")
        .say(format!(
            "`{}` is written with its query and user information: tokens and addresses in them end up in {}",
            datum.name,
            sink.place()
        ));
}
