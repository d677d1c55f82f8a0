//! The caught error is given to the logger in a form that the logger drops: the log line says that something failed, not what.

use crate::facts::code::{Arg, Call, CallId, Expr, ExprKind};
use crate::facts::{FileFacts, Level, LogCall, LogStyle, Tier};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::{failure_around, is_name, resolved_as};

pub const RULE: Rule = rule!("errors/error-value-lost-in-log", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        for log in &file.facts.telemetry.logs {
            let strict = matches!(log.style, LogStyle::Pino | LogStyle::Winston | LogStyle::Bunyan);
            if !strict || log.tier == Tier::Lexical || log.level < Level::Warn || !file.pair.touches(log.span) {
                continue;
            }
            if !file.facts.in_test(log.scope) {
                inspect(change, file, log, out);
            }
        }
    }
}

fn inspect(change: &Change<'_>, file: HeadFile<'_>, log: &LogCall, out: &mut Report) {
    let facts = file.facts;
    let Some(error) = failure_around(facts, log.span).and_then(|failure| failure.error.as_deref()) else { return };
    let call = facts.call(log.call);
    let Some(loss) = loss(facts, call, log.style, error) else { return };
    let Some(configured) = configuration(change, log.style) else { return };
    if !file.pair.is_new(loss.span) && !file.pair.is_new(call.name_span) {
        return;
    }
    let confidence = if configured { Confidence::Certain } else { Confidence::Likely };
    let mut draft = out
        .at(facts, loss.span)
        .confidence(confidence)
        .evidence(resolved_as(facts, log.call, "a logger", &log.library), Some(call.name_span))
        .evidence(loss.why.clone(), None)
        .help(loss.help.clone());
    if let Some((title, span, text)) = &loss.fix {
        draft = draft.fix(title, *span, text);
    }
    draft.say(format!("this log line will not contain the error: {} drops `{error}` here", log.library));
}

struct Loss {
    span: Span,
    why: String,
    help: String,
    fix: Option<(&'static str, Span, String)>,
}

/// Where the error goes missing; `None` when it arrives in one form or another.
fn loss(file: &FileFacts, call: &Call, style: LogStyle, error: &str) -> Option<Loss> {
    let (direct, entry) = (position(call, error), entry(call, error));
    // The error, its message or its stack is also written some other way: nothing is lost.
    let mentions = call.args.iter().map(|arg| count_mentions(file, arg.span, error)).sum::<usize>();
    match style {
        LogStyle::Pino | LogStyle::Bunyan => match (direct, entry) {
            (Some(0), _) => None,
            (Some(at), None) => {
                let message = call.args.first()?.value.literal()?;
                if message.contains('%') || at != call.args.len() - 1 || call.args.len() != 2 || mentions > 1 {
                    return None;
                }
                let all = call.args[0].span.cover(call.args[at].span);
                let text = file.text(call.args[0].span);
                Some(Loss {
                    span: call.args[at].span,
                    why: "arguments after the message are only used for `%` placeholders, and there is none".to_owned(),
                    help: "pass the error first, as `{ err }`".to_owned(),
                    fix: Some(("pass the error as `err`", all, format!("{{ {} }}, {text}", keyed(error)))),
                })
            }
            (None, Some((key, value, whole))) if key != "err" && mentions == 1 => Some(Loss {
                span: whole,
                why: format!("only the key `err` is serialised as an error; `{key}` becomes `{{}}`"),
                help: "log it under the key `err`".to_owned(),
                fix: Some(("log the error under `err`", whole, format!("err: {}", file.text(value)))),
            }),
            _ => None,
        },
        LogStyle::Winston => match (direct, entry) {
            (None, Some((key, _, whole))) if mentions == 1 && !is_first_record(call) => Some(Loss {
                span: whole,
                why: format!("an Error has no enumerable properties, so `\"{key}\":{{}}` is what is written"),
                help: format!("pass the error as the last argument, or log `{error}.stack`"),
                fix: None,
            }),
            _ => None,
        },
        _ => None,
    }
}

fn keyed(error: &str) -> String {
    if error == "err" { "err".to_owned() } else { format!("err: {error}") }
}

/// winston takes `{ message, … }` as its only argument too; what it does then depends on the format.
fn is_first_record(call: &Call) -> bool {
    matches!(call.args.first().map(|arg| &arg.value.kind), Some(ExprKind::Record(_)))
}

fn count_mentions(file: &FileFacts, span: Span, name: &str) -> usize {
    let text = file.text(span);
    let word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'$');
    let bytes = text.as_bytes();
    let bounded =
        |at: usize| !word(at.checked_sub(1).and_then(|at| bytes.get(at))) && !word(bytes.get(at + name.len()));
    // `error: error` is one mention of the value; the key is not.
    let key = |at: usize| text[at + name.len()..].trim_start().starts_with(':');
    text.match_indices(name).filter(|(at, _)| bounded(*at) && !key(*at)).count()
}

/// The argument that is the error itself.
fn position(call: &Call, error: &str) -> Option<usize> {
    call.args.iter().position(|arg: &Arg| is_name(&arg.value, error))
}

/// The property of an object argument whose value is the error itself: key, value span, span of the whole entry.
fn entry<'c>(call: &'c Call, error: &str) -> Option<(&'c str, Span, Span)> {
    call.args.iter().find_map(|arg| {
        let ExprKind::Record(entries) = &arg.value.kind else { return None };
        entries.iter().find(|(_, value)| is_name(value, error)).map(|(key, value)| {
            let shorthand = key == error;
            (key.as_str(), value.span, if shorthand { value.span } else { whole_entry(key, value) })
        })
    })
}

/// `key: value` starts at the key; its length is known, the space between is one colon and one blank in formatted code.
fn whole_entry(key: &str, value: &Expr) -> Span {
    Span { start: value.span.start.saturating_sub(key.len() as u32 + 2), end: value.span.end }
}

/// Whether the logger's own set-up was read and serialises nothing more: `Some(true)` when it was seen, `Some(false)` when
/// it is elsewhere, `None` when it has serialisers, formats or hooks that may keep the error.
fn configuration(change: &Change<'_>, style: LogStyle) -> Option<bool> {
    let keeps: &[&str] = match style {
        LogStyle::Winston => {
            &["printf", "serializ", "replacer", "enumerateError", "customFormat", "(info", "transform"]
        }
        _ => &["serializers", "errorKey", "formatters", "mixin", "hooks", "logMethod", "nestedKey"],
    };
    let makers = ["pino", "pino.pino", "winston.createLogger", "bunyan.createLogger"];
    let mut seen = false;
    for file in change.delta.head.files() {
        let mut ids = (0..file.outline.calls.len()).map(|index| CallId(index as u32));
        if ids.any(|id| file.canonical(id).is_some_and(|name| makers.contains(&name))) {
            seen = true;
            // The set-up may be spread over the file (a named format, an options object), so the whole text counts.
            if keeps.iter().any(|word| file.source.as_str().contains(word)) {
                return None;
            }
        }
    }
    Some(seen)
}
