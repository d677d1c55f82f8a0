//! Python's `logging` refuses keys in `extra` that a record has itself: the call that was to log raises `KeyError`.

use crate::facts::code::{Call, Expr, ExprKind};
use crate::facts::{FileFacts, LogStyle, Tier};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::resolved_as;

pub const RULE: Rule = rule!("logging/log-extra-key-clash", check);

/// Attributes of a `LogRecord`, and the two that formatting adds. `makeRecord` raises for each of them.
const TAKEN: [&str; 23] = [
    "name",
    "msg",
    "args",
    "levelname",
    "levelno",
    "pathname",
    "filename",
    "module",
    "exc_info",
    "exc_text",
    "stack_info",
    "lineno",
    "funcName",
    "created",
    "msecs",
    "relativeCreated",
    "thread",
    "threadName",
    "processName",
    "process",
    "message",
    "asctime",
    "taskName",
];

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        let facts = file.facts;
        for log in &facts.telemetry.logs {
            let standard = log.style == LogStyle::Percent && log.library == "logging" && log.tier > Tier::Lexical;
            if !standard || !file.pair.touches(log.span) || facts.in_test(log.scope) {
                continue;
            }
            let Some(extra) = extra(facts, facts.call(log.call)) else { continue };
            for (key, value) in extra.iter().filter(|(key, _)| TAKEN.contains(&key.as_str())) {
                let span = key_span(facts, value, key);
                let mut draft = out
                    .at(facts, span.unwrap_or(value.span))
                    .confidence(Confidence::Certain)
                    .evidence(
                        resolved_as(facts, log.call, "a logger", &log.library),
                        Some(facts.call(log.call).name_span),
                    )
                    .help("give the field a name of its own");
                if let Some(span) = span {
                    let quote = &facts.text(span)[..1];
                    draft = draft.fix("rename the field", span, &format!("{quote}{}{quote}", renamed(key, value)));
                }
                draft.say(format!(
                    "`{key}` is an attribute of every log record: this call raises `KeyError` instead of logging"
                ));
            }
        }
    }
}

/// The entries of `extra=`, written in place or in the one variable of that name in the function.
fn extra<'f>(file: &'f FileFacts, call: &'f Call) -> Option<&'f [(String, Expr)]> {
    let arg = call.args.iter().find(|arg| arg.name.as_deref() == Some("extra"))?;
    match &arg.value.kind {
        ExprKind::Record(entries) => Some(entries),
        ExprKind::Path(path) => {
            let [name] = path.as_slice() else { return None };
            let function = file.named_function_of(call.scope);
            let mut given = file.outline.bindings.iter().filter(|one| {
                one.path.len() == 1 && one.path[0] == *name && file.named_function_of(one.scope) == function
            });
            let first = given.next()?;
            match (&first.value.as_ref()?.kind, given.next()) {
                (ExprKind::Record(entries), None) => Some(entries),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The quoted key in front of a value.
fn key_span(file: &FileFacts, value: &Expr, key: &str) -> Option<Span> {
    let from = value.span.start.saturating_sub(key.len() as u32 + 24);
    let strings = &file.outline.strings;
    let until = strings.partition_point(|string| string.start < value.span.start);
    let last = strings[..until].last().filter(|string| string.start >= from)?;
    let text = file.text(*last);
    (text.len() == key.len() + 2 && text[1..].starts_with(key)).then_some(*last)
}

/// `user.name` under the key `name` becomes `user_name`; anything else says that it is an extra.
fn renamed(key: &str, value: &Expr) -> String {
    let owner = match value.as_path() {
        Some([.., owner, last])
            if last == key && owner != "self" && owner.chars().all(|c| c.is_alphanumeric() || c == '_') =>
        {
            owner
        }
        _ => "extra",
    };
    format!("{}_{key}", owner.to_ascii_lowercase())
}
