//! A log event is built link by link and never written: the line that was to say what happened does not exist.

use std::collections::HashMap;

use crate::facts::code::{CallId, ResultUse};
use crate::facts::{FileFacts, LogEvent};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::resolved_as;

pub const RULE: Rule = rule!("logging/log-event-not-sent", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        let facts = file.facts;
        let events: HashMap<CallId, &LogEvent> =
            facts.telemetry.events.iter().map(|event| (event.call, event)).collect();
        for event in &facts.telemetry.events {
            let call = facts.call(event.call);
            let dropped =
                call.result == ResultUse::Discarded && file.pair.touches(call.span) && !facts.in_test(call.scope);
            if dropped && starts_here(facts, event, &events) {
                say(out, facts, event);
            }
        }
    }
}

/// Whether the chain begins with the logger. An event that a variable holds is written elsewhere.
fn starts_here(file: &FileFacts, event: &LogEvent, events: &HashMap<CallId, &LogEvent>) -> bool {
    let mut at = event;
    loop {
        if at.starts {
            return true;
        }
        match file.call(at.call).base.and_then(|base| events.get(&base)) {
            Some(base) => at = base,
            None => return false,
        }
    }
}

fn say(out: &mut Report, file: &FileFacts, event: &LogEvent) {
    let call = file.call(event.call);
    let end = Span { start: call.span.end, end: call.span.end };
    out.at(file, call.span)
        .confidence(Confidence::Certain)
        .evidence(resolved_as(file, event.call, "a link of a log event", &event.library), Some(call.name_span))
        .help(format!("end the chain with `{}`", event.send))
        .fix("write the event", end, &format!(".{}", event.send))
        .say(format!(
            "this event is built and never written: without `{}` at the end there is no log line",
            event.send
        ));
}
