//! A print in a service that has a logger: no level, no time, no trace id, and nothing that can be filtered or shipped.

use super::debug_statement_left::is_left_print;
use super::output::{misses_logger, own_logger};
use crate::facts::code::{Arg, BindingKind, Call, CallId, ExprKind, ScopeId};
use crate::facts::{FileFacts, Level, LogCall, LogStyle};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::failure_around;

pub const RULE: Rule = rule!("logging/print-in-service", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for log in &file.facts.telemetry.logs {
            let is_new = log.is_print() && file.pair.is_new(log.span);
            if is_new
                && !is_allowed(file.facts, log.span)
                && !is_said_twice(file.facts, log.span)
                && misses_logger(file.facts, log)
                && !is_left_print(file.facts, log)
                && !is_convention(file)
            {
                say(out, file.facts, log);
            }
        }
        for (index, call) in file.facts.outline.calls.iter().enumerate() {
            if prints_stack(call) && file.pair.is_new(call.span) && !file.facts.in_test(call.scope) {
                stack(out, file.facts, CallId(index as u32));
            }
        }
    }
}

/// The next or the last line says the same to the logger.
fn is_said_twice(file: &FileFacts, span: Span) -> bool {
    let (first, last) = file.source.lines(span);
    own_logger(file).any(|log| {
        let (from, to) = file.source.lines(log.span);
        to + 1 == first || last + 1 == from
    })
}

/// A linter was told that this print is meant.
fn is_allowed(file: &FileFacts, span: Span) -> bool {
    const TOLD: [&str; 6] = ["no-console", "T201", "T203", "forbidigo", "print_stdout", "print_stderr"];
    let line = file.source.line_of(span.start);
    let near = file.source.line_span(line.saturating_sub(2).max(1)).cover(file.source.line_span(line));
    TOLD.iter().any(|word| file.text(near).contains(word))
}

/// A file that prints more than it logs, or printed before it was touched, has its reasons.
fn is_convention(file: HeadFile<'_>) -> bool {
    let prints = |facts: &FileFacts| facts.telemetry.logs.iter().filter(|log| log.is_print()).count();
    let logs = own_logger(file.facts).count();
    let before = file.pair.base.map_or(0, prints);
    before > logs.max(1) || logs > 0 && prints(file.facts) > 2 * logs + 2
}

fn say(out: &mut Report, file: &FileFacts, log: &LogCall) {
    let call = file.call(log.call);
    let name = call.path.join(".");
    let own = own_logger(file).next();
    let Some(logger) = own.map(|own| own.library.as_str()).or(file.unit_logger.as_deref()) else { return };
    let wanted = wanted_level(file, log);
    let fix = rewritten(file, call, wanted);
    let confidence = if own.is_some() { Confidence::Certain } else { Confidence::Likely };
    let mut draft = out.at(file, call.span).confidence(confidence).help(format!("write it through {logger}"));
    draft = match own {
        Some(own) => draft.evidence(format!("this file logs through {logger}"), Some(file.call(own.call).name_span)),
        None => draft.evidence(format!("the manifest of this unit declares {logger}"), None),
    };
    if let Some((span, text)) = fix {
        draft = draft.fix("log it", span, &text);
    }
    draft.say(format!(
        "`{name}` writes past {logger}: no level, no trace id, and filters and alerts on logs never see it"
    ));
}

/// `e.printStackTrace()`.
fn prints_stack(call: &Call) -> bool {
    call.args.is_empty()
        && call.base.is_none()
        && call.path.len() > 1
        && call.path[call.path.len() - 1] == "printStackTrace"
}

fn stack(out: &mut Report, file: &FileFacts, id: CallId) {
    let call = file.call(id);
    let Some(own) = own_logger(file).next() else { return };
    if failure_around(file, call.span).is_some_and(|failure| file.explained(failure)) {
        return;
    }
    // Next to a log of the same failure it is one line too many, not a lost one.
    out.at(file, call.span)
        .confidence(Confidence::Certain)
        .evidence(format!("this file logs through {}", own.library), Some(file.call(own.call).name_span))
        .help("pass the exception to the logger as its last argument")
        .say(format!(
            "the stack trace goes to stderr past {}: no level, no trace id, and dozens of lines instead of one event",
            own.library
        ));
}

fn wanted_level(file: &FileFacts, log: &LogCall) -> Level {
    let failing = failure_around(file, log.span).is_some();
    if failing || log.level >= Level::Error { Level::Error } else { log.level }
}

/// The same message through a logger that stands at the top of this file, at a level it already uses: only then is it sure
/// that the line compiles.
fn rewritten(file: &FileFacts, call: &Call, level: Level) -> Option<(Span, String)> {
    let [Arg { value, name: None, .. }] = call.args.as_slice() else { return None };
    if !matches!(value.kind, ExprKind::Str { .. }) {
        return None;
    }
    let template = own_logger(file).find(|log| {
        let other = file.call(log.call);
        let message_first = matches!(
            log.style,
            LogStyle::Percent
                | LogStyle::Keywords
                | LogStyle::Braces
                | LogStyle::Pino
                | LogStyle::Winston
                | LogStyle::Bunyan
        );
        let plain = other.base.is_none() && other.path.len() == 2 && at_top(file, &other.path[0]);
        let word = other.path.last().is_some_and(|method| method.as_str() != "exception");
        message_first && plain && word && log.level == level
    })?;
    let holds_percent = template.style == LogStyle::Percent && file.text(value.span).contains('%');
    let callee = Span { start: call.span.start, end: call.name_span.end };
    (!holds_percent).then(|| (callee, file.call(template.call).path.join(".")))
}

fn at_top(file: &FileFacts, name: &str) -> bool {
    let bound = file.outline.bindings.iter().any(|one| {
        one.scope == ScopeId::FILE && one.kind == BindingKind::Declared && one.path.len() == 1 && one.path[0] == name
    });
    let field = file
        .outline
        .types
        .iter()
        .any(|decl| decl.fields.iter().any(|field| field.name == name && field.value.is_some()));
    bound || field || file.outline.imports.iter().any(|import| import.alias == name)
}
