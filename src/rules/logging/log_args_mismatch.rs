//! Placeholders and arguments of a log call do not fit: what was to be logged is missing, or the logger itself fails.

use crate::facts::code::{Arg, Call, Expr, ExprKind};
use crate::facts::{FileFacts, LogCall, LogStyle, Tier};
use crate::model::{Confidence, Language, Span};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::{declared_type, failure_around, is_name, may_be_list, resolved_as};

pub const RULE: Rule = rule!("logging/log-args-mismatch", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        for log in &file.facts.telemetry.logs {
            if log.tier == Tier::Lexical || !file.pair.touches(log.span) || file.facts.in_test(log.scope) {
                continue;
            }
            if let Some(mismatch) = mismatch(file, log) {
                say(out, file.facts, log, mismatch);
            }
        }
    }
}

struct Mismatch {
    span: Span,
    message: String,
    help: &'static str,
    fix: Option<(&'static str, Span, String)>,
}

fn mismatch(file: HeadFile<'_>, log: &LogCall) -> Option<Mismatch> {
    let call = file.facts.call(log.call);
    let positional: Vec<&Arg> = call.args.iter().filter(|arg| arg.name.is_none()).collect();
    if positional.iter().any(|arg| matches!(arg.value.kind, ExprKind::Spread(_))) {
        return None;
    }
    let message = positional.get(log.message as usize)?;
    let rest = &positional[log.message as usize + 1..];
    match log.style {
        LogStyle::Braces => braces(file.facts, call, message, rest),
        LogStyle::Percent => percent(message, rest),
        LogStyle::Printf => printf(message, rest),
        LogStyle::Values if file.facts.language == Language::Go => unformatted(message, rest),
        LogStyle::KeyValue => key_values(file.facts, log, rest),
        _ => None,
    }
}

fn say(out: &mut Report, file: &FileFacts, log: &LogCall, mismatch: Mismatch) {
    let call = file.call(log.call);
    let mut draft = out
        .at(file, mismatch.span)
        .confidence(Confidence::Certain)
        .evidence(resolved_as(file, log.call, "a logger", &log.library), Some(call.name_span))
        .help(mismatch.help);
    if let Some((title, span, text)) = &mismatch.fix {
        draft = draft.fix(title, *span, text);
    }
    draft.say(mismatch.message);
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn counted(message: &Arg, wanted: usize, given: usize, placeholder: &str) -> Mismatch {
    let missing = if given < wanted {
        "the placeholders without an argument are printed as they stand"
    } else {
        "the arguments without a placeholder are not in the message"
    };
    Mismatch {
        span: message.span,
        message: format!(
            "this message has {} but {}: {missing}",
            plural(wanted, &format!("`{placeholder}` placeholder")),
            plural(given, "argument")
        ),
        help: "give each placeholder one argument",
        fix: None,
    }
}

/// slf4j and log4j2: `{}` per argument; a throwable may follow.
fn braces(file: &FileFacts, call: &Call, message: &Arg, rest: &[&Arg]) -> Option<Mismatch> {
    let text = message.value.literal()?;
    let wanted = text.replace("\\\\{}", "{}").matches("{}").count()
        - text.matches("\\{}").count().min(text.matches("{}").count());
    let given = rest.len();
    // One argument for several placeholders may be an array of them.
    let array = given == 1 && wanted > 1 && may_be_list(file, call.scope, &rest[0].value);
    if given == wanted || array {
        return None;
    }
    if given == wanted + 1 && may_be_throwable(file, call, &rest[given - 1].value) {
        return None;
    }
    // A throwable takes the place of the last placeholder: "failed for {}" with only `e`.
    Some(counted(message, wanted, given, "{}"))
}

/// Decided by what binds the name, not by the name: a parameter of a catch or lambda may be a throwable, and so may
/// anything whose type is not known.
fn may_be_throwable(file: &FileFacts, call: &Call, value: &Expr) -> bool {
    let throwable =
        |text: &str| ["Exception", "Error", "Throwable", "Failure"].iter().any(|end| text.trim().ends_with(end));
    match &value.kind {
        ExprKind::Path(path) if path.len() == 1 => {
            let name = &path[0];
            let caught = file
                .outline
                .failures
                .iter()
                .any(|failure| failure.body.contains(call.span) && failure.error.as_deref() == Some(name));
            match declared_type(file, call.scope, name) {
                _ if caught => true,
                Some(Some(ty)) => ty == "var" || throwable(ty) || ty.len() <= 2,
                Some(None) | None => true,
            }
        }
        ExprKind::Str { .. } | ExprKind::Literal(_) => false,
        _ => true,
    }
}

/// Python logging: `%` placeholders, checked only when arguments are given.
fn percent(message: &Arg, rest: &[&Arg]) -> Option<Mismatch> {
    let text = message.value.literal()?;
    let verbs = percent_verbs(text, "diouxXeEfFgGcrsa")?;
    if rest.is_empty() || text.contains("%(") {
        return None;
    }
    if verbs == rest.len() {
        return None;
    }
    let mut found = counted(message, verbs, rest.len(), "%");
    // A mapping without a placeholder for it is legal and lost; anything else is an error inside the logger.
    let mapping = rest.len() == 1 && matches!(rest[0].value.kind, ExprKind::Record(_));
    if verbs > 0 || !mapping {
        let counts = found.message.split(':').next().unwrap_or_default();
        found.message = format!("{counts}; Python prints a logging error instead of this line");
    }
    if verbs == 0 && rest.len() == 1 {
        let at = Span { start: message.span.end - 1, end: message.span.end };
        let quote = text_quote(message);
        found.fix = quote.map(|quote| ("print the argument", at, format!(": %s{quote}")));
    }
    Some(found)
}

/// The closing quote of a plain one-line literal.
fn text_quote(message: &Arg) -> Option<char> {
    let literal = message.value.literal()?;
    let plain = message.span.len() as usize == literal.len() + 2;
    plain.then_some('"').filter(|_| !literal.contains('"'))
}

/// Go `…f` functions.
fn printf(message: &Arg, rest: &[&Arg]) -> Option<Mismatch> {
    let text = message.value.literal()?;
    let verbs = percent_verbs(text, "vTtbcdoOqxXUeEfFgGspw")?;
    (verbs != rest.len()).then(|| {
        let mut found = counted(message, verbs, rest.len(), "%");
        found.message =
            format!("{}; Go prints `%!` noise instead", found.message.split(':').next().unwrap_or_default());
        found
    })
}

/// A format string given to a function that does not format.
fn unformatted(message: &Arg, rest: &[&Arg]) -> Option<Mismatch> {
    let text = message.value.literal()?;
    let verbs = percent_verbs(text, "vTtdqxsfw")?;
    (verbs > 0 && verbs == rest.len()).then(|| Mismatch {
        span: message.span,
        message: "this function does not format: the verbs are printed as they stand".to_owned(),
        help: "call the `…f` variant",
        fix: None,
    })
}

/// How many arguments a printf format takes; `None` for what this does not count (`%[1]d`, `%*d`).
fn percent_verbs(text: &str, verbs: &str) -> Option<usize> {
    let mut count = 0;
    let mut chars = text.chars().peekable();
    while let Some(character) = chars.next() {
        if character != '%' {
            continue;
        }
        if chars.peek() == Some(&'%') {
            chars.next();
            continue;
        }
        while chars.peek().is_some_and(|next| "+-# 0123456789.".contains(*next)) {
            chars.next();
        }
        match chars.next() {
            Some('[' | '*') => return None,
            Some(verb) if verbs.contains(verb) => count += 1,
            // `100%` at the end, `5% of`: a percent sign, not a verb.
            _ => {}
        }
    }
    Some(count)
}

/// slog, zap sugar, logr, klog: keys and values by turns.
fn key_values(file: &FileFacts, log: &LogCall, rest: &[&Arg]) -> Option<Mismatch> {
    let error = failure_around(file, log.span).and_then(|failure| failure.error.as_deref());
    let mut at = 0;
    while at < rest.len() {
        let key = rest[at];
        match &key.value.kind {
            ExprKind::Str { .. } => {
                if at + 1 == rest.len() {
                    return Some(odd(key, "this key has no value"));
                }
                at += 2;
            }
            // An attribute (`slog.Int(…)`) stands alone.
            ExprKind::Call(_) => at += 1,
            ExprKind::Path(_) if error.is_some_and(|error| is_name(&key.value, error)) => {
                let error = error.unwrap_or_default();
                let mut found = odd(key, &format!("`{error}` stands where a key belongs"));
                found.fix = Some(("give the error a key", key.span, format!("\"error\", {error}")));
                return Some(found);
            }
            ExprKind::Literal(_) => return Some(odd(key, "a key must be a string")),
            // A constant or an attribute held in a variable: not known.
            _ => return None,
        }
    }
    None
}

fn odd(key: &Arg, what: &str) -> Mismatch {
    Mismatch {
        span: key.span,
        message: format!("{what}: the logger writes `!BADKEY` or drops it, and queries on the field find nothing"),
        help: "give keys and values in pairs",
        fix: None,
    }
}

#[cfg(test)]
mod tests {
    use super::percent_verbs;

    #[test]
    fn verbs_are_counted_as_printf_does() {
        assert_eq!(percent_verbs("%d of %5.2f%% at %s", "dfs"), Some(3));
        assert_eq!(percent_verbs("over 10% of", "dfs"), Some(0));
        assert_eq!(percent_verbs("%[1]d", "d"), None);
    }
}
