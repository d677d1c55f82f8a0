//! A call returns an error and stands alone: nobody ever looks at it.

use crate::facts::FileFacts;
use crate::facts::code::{Call, CallId, CallKind, ResultUse};
use crate::model::Confidence;
use crate::rules::expected::{is_closing, is_probe};
use crate::rules::failing::can_fail;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};

pub const RULE: Rule = rule!("errors/unchecked-error", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for (index, call) in file.facts.outline.calls.iter().enumerate() {
            let id = CallId(index as u32);
            // What costs a look at the rest of the file is asked last.
            if call.result != ResultUse::Discarded {
                continue;
            }
            let Some(why) = can_fail(file.facts, id).filter(|_| lost(file, call) && !harmless(file.facts, id, call))
            else {
                continue;
            };
            let name = call.path.join(".");
            out.at(file.facts, call.name_span)
                .confidence(Confidence::Likely)
                .evidence(why, Some(call.span))
                .evidence("the statement takes no result", None)
                .help("check the error and return or log it; if it does not matter, assign it to `_` and say why")
                .say(format!(
                    "the error of `{name}` is never looked at: when it fails, the code goes on as if it had not"
                ));
        }
    }
}

/// A new statement that is nothing but this call.
fn lost(file: HeadFile<'_>, call: &Call) -> bool {
    let outline = &file.facts.outline;
    call.kind == CallKind::Plain
        && file.pair.is_new(call.name_span)
        && !file.facts.in_test(call.scope)
        // What runs beside the function is a matter of its own, and what runs at its end can rarely be mended.
        && !file.facts.in_any(&outline.spawned, call.span)
        && !file.facts.in_any(&outline.deferred, call.span)
}

fn harmless(file: &FileFacts, id: CallId, call: &Call) -> bool {
    let name = call.path.last().map_or("", String::as_str);
    // Buffers and streams of text: their writers never fail, or the next flush tells.
    let writes = matches!(name, "Write" | "WriteString" | "WriteByte" | "WriteRune" | "Flush" | "Set")
        || ["Fprint", "Print", "Must", "Log"].iter().any(|start| name.starts_with(start));
    let told = file.telemetry.logs.iter().any(|log| log.call == id)
        || file.telemetry.span_ops.iter().any(|op| op.call == id)
        || file.telemetry.metric_uses.iter().any(|used| used.call == id);
    let line = file.source.line_span(file.source.line_of(call.statement.end));
    // Cleaning up after another failure is not expected to succeed.
    let recovering = file.outline.failures.iter().any(|failure| failure.body.contains(call.span));
    // What is read back was written by the same function.
    let round_trip = name == "Unmarshal" && {
        let function = file.scope(file.function_of(call.scope)).body;
        file.calls_in(function).any(|(_, other)| other.path.last().is_some_and(|name| name == "Marshal"))
    };
    // Registrations at the start of the process fail for a mistake in the code, and every run of it shows that.
    let registers = file.scope(file.function_of(call.scope)).once
        || ["Subscribe", "Register", "Bind", "Mark", "AddHandler"].iter().any(|start| name.starts_with(start));
    let counts = matches!(name, "Inc" | "Dec" | "Gauge" | "Timing" | "TimingDuration" | "Count" | "Observe" | "Incr")
        || call
            .path
            .iter()
            .any(|segment| ["stats", "statsd", "metrics"].contains(&segment.to_ascii_lowercase().as_str()));
    told || counts
        || writes
        || round_trip
        || registers
        || recovering
        || is_closing(name)
        || is_probe(name)
        || file.has_comment_above(call.statement)
        || file.has_comment_in(line)
}
