//! A credential is written to a log, a span or a metric: everyone who can read telemetry can use it.

use crate::facts::code::{Call, CallId, Expr, ExprKind};
use crate::facts::{FileFacts, SpanOpKind, Tier};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::resolved_as;

pub const RULE: Rule = rule!("privacy/secret-in-telemetry", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        for sink in sinks(file.facts) {
            let call = file.facts.call(sink.call);
            if !file.pair.touches(call.span) || file.facts.in_test(call.scope) {
                continue;
            }
            if let Some(leak) = leak(file.facts, call) {
                say(out, file, &sink, leak);
            }
        }
    }
}

/// A call that writes telemetry.
struct Sink {
    call: CallId,
    what: &'static str,
    library: String,
    tier: Tier,
}

fn sinks(file: &FileFacts) -> Vec<Sink> {
    let telemetry = &file.telemetry;
    let logs = telemetry.logs.iter().map(|log| Sink {
        call: log.call,
        what: "a logger",
        library: log.library.clone(),
        tier: log.tier,
    });
    let attributes = telemetry.span_ops.iter().filter(|op| {
        let writes = matches!(op.kind, SpanOpKind::SetAttribute | SpanOpKind::AddEvent);
        writes && op.tier > Tier::Lexical
    });
    let attributes = attributes.map(|op| Sink {
        call: op.call,
        what: "a span attribute",
        library: "OpenTelemetry".to_owned(),
        tier: op.tier,
    });
    let metrics = telemetry.metric_uses.iter().map(|one| Sink {
        call: one.call,
        what: "a metric",
        library: one.library.clone(),
        tier: one.tier,
    });
    logs.chain(attributes).chain(metrics).collect()
}

struct Leak {
    span: Span,
    name: String,
    strength: Strength,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strength {
    /// The name says that it is a credential.
    Sure,
    /// It often is one.
    Probable,
}

fn say(out: &mut Report, file: HeadFile<'_>, sink: &Sink, leak: Leak) {
    if !file.pair.is_new(leak.span) {
        return;
    }
    let confidence = match (sink.tier, leak.strength) {
        (Tier::Lexical, _) => Confidence::Likely,
        (_, Strength::Sure) => Confidence::Certain,
        (_, Strength::Probable) => Confidence::Likely,
    };
    out.at(file.facts, leak.span)
        .confidence(confidence)
        .evidence(
            resolved_as(file.facts, sink.call, sink.what, &sink.library),
            Some(file.facts.call(sink.call).name_span),
        )
        .evidence(format!("`{}` is written as it is: nothing masks, hashes or shortens it on the way", leak.name), None)
        .help("leave it out, or log whether it is present, its length or a hash")
        .say(format!("`{}` ends up in telemetry, where everyone who can read logs can use it", leak.name));
}

fn leak(file: &FileFacts, call: &Call) -> Option<Leak> {
    let mut found = None;
    let mut key: Option<&str> = None;
    for arg in &call.args {
        let named = arg.name.as_deref();
        let leaks = in_value(file, &arg.value, 0);
        let by_key = named.or(key).filter(|key| is_secret(key).is_some() && is_plain(&arg.value));
        found = found
            .or(leaks)
            .or_else(|| by_key.map(|key| Leak { span: arg.span, name: key.to_owned(), strength: Strength::Sure }));
        // A message is no key, even one that ends in "password".
        key = arg.value.literal().filter(|text| !text.contains(char::is_whitespace));
    }
    found
}

/// A value that could be anything: a name, not a constant, a boolean or a number.
fn is_plain(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Path(path) => !constant(path) && !path.last().is_some_and(|last| neutral(last)),
        _ => false,
    }
}

fn in_value(file: &FileFacts, value: &Expr, depth: u32) -> Option<Leak> {
    if depth > 6 {
        return None;
    }
    let inner = |expr: &Expr| in_value(file, expr, depth + 1);
    match &value.kind {
        ExprKind::Path(path) => by_path(file, path, value.span),
        ExprKind::Str { holes, .. } => holes.iter().find_map(inner),
        ExprKind::Record(entries) => entries.iter().find_map(|(key, value)| {
            let keyed = is_secret(key).filter(|_| is_plain(value));
            inner(value).or_else(|| keyed.map(|strength| Leak { span: value.span, name: key.clone(), strength }))
        }),
        ExprKind::List(items) => items.iter().find_map(inner),
        // A comparison, a negation or a slice of it is not the secret.
        ExprKind::Compound(parts) => (!computes(file.text(value.span))).then(|| parts.iter().find_map(inner)).flatten(),
        ExprKind::Call(id) => in_call(file, *id, depth),
        ExprKind::Member(..) | ExprKind::Closure(_) | ExprKind::Literal(_) | ExprKind::Spread(_) => None,
    }
}

fn computes(text: &str) -> bool {
    const OPERATORS: [&str; 13] = ["==", "!=", "<", ">", "!", " ? ", " and ", " or ", " in ", "&&", "||", "[", " if "];
    OPERATORS.iter().any(|operator| text.contains(operator))
}

/// Formatting calls pass the secret on, getters are it; any other function may do what it likes with it.
fn in_call(file: &FileFacts, id: CallId, depth: u32) -> Option<Leak> {
    const FORMATS: [&str; 20] = [
        "Sprintf",
        "Sprint",
        "format",
        "String",
        "Any",
        "Stringer",
        "Str",
        "str",
        "toString",
        "stringify",
        "concat",
        "Field",
        "kv",
        "Bytes",
        "field",
        "Reflect",
        "Interface",
        "attribute",
        "group",
        "Attr",
    ];
    if file.telemetry.redactions.contains(&id) {
        return None;
    }
    let call = file.call(id);
    let last = call.path.last()?;
    if call.args.is_empty() {
        let getter = last.strip_prefix("get").or_else(|| last.strip_prefix("Get")).unwrap_or(last);
        let strength = is_secret(getter)?;
        return Some(Leak { span: call.span, name: last.clone(), strength });
    }
    if !FORMATS.contains(&last.as_str()) {
        return None;
    }
    leak(file, call).or_else(|| call.args.iter().find_map(|arg| in_value(file, &arg.value, depth + 1)))
}

fn by_path(file: &FileFacts, path: &[String], span: Span) -> Option<Leak> {
    let joined = path.join(".");
    let whole_environment = joined == "process.env" || joined == "os.environ";
    let headers = matches!(path, [.., owner, last] if last == "headers" && matches!(owner.as_str(), "req" | "request"));
    if whole_environment || headers {
        let strength = if whole_environment { Strength::Sure } else { Strength::Probable };
        return Some(Leak { span, name: joined, strength });
    }
    let last = path.last()?;
    if constant(path) {
        return None;
    }
    let strength = is_secret(last).or_else(|| bare_token(file, last))?;
    Some(Leak { span, name: joined, strength })
}

/// `SECRET_KEY`: the name of a setting as often as its value.
fn constant(path: &[String]) -> bool {
    path.last().is_some_and(|last| last.len() > 2 && !last.contains(char::is_lowercase))
}

/// A bare `token` is a credential where code talks to others, and a lexeme where it parses.
fn bare_token(file: &FileFacts, last: &str) -> Option<Strength> {
    let path = file.path.as_str().to_ascii_lowercase();
    let parsing =
        ["lex", "pars", "token", "scan", "llm", "prompt", "ast", "grammar", "page", "cursor", "completion", "model"];
    let talks = ["auth", "login", "session", "user", "account", "client", "api", "oauth", "jwt", "webhook"];
    let credential = talks.iter().any(|word| path.contains(word)) && !parsing.iter().any(|word| path.contains(word));
    (matches!(last, "token" | "jwt") && credential).then_some(Strength::Probable)
}

/// Whether a name ends in the name of a credential.
fn is_secret(name: &str) -> Option<Strength> {
    let words = words_of(name);
    let (last, before) = words.split_last()?;
    let previous = before.last().map_or("", String::as_str);
    let negated = words.first().is_some_and(|first| {
        matches!(
            first.as_str(),
            "is" | "has"
                | "should"
                | "no"
                | "num"
                | "masked"
                | "redacted"
                | "hashed"
                | "encrypted"
                | "public"
                | "invalid"
                | "max"
                | "min"
                | "use"
                | "with"
        )
    });
    if negated {
        return None;
    }
    match last.as_str() {
        "password" | "passwd" | "passphrase" | "apikey" | "authtoken" | "accesstoken" | "cvv" | "cvc" | "ssn"
        | "clientsecret" => Some(Strength::Sure),
        "secret" => (!matches!(previous, "k8s" | "kube" | "kubernetes" | "image" | "pull" | "sealed"))
            .then_some(Strength::Probable),
        "key" if matches!(previous, "api" | "private" | "signing" | "encryption") => Some(Strength::Sure),
        "token"
            if matches!(
                previous,
                "access"
                    | "auth"
                    | "refresh"
                    | "bearer"
                    | "id"
                    | "api"
                    | "session"
                    | "oauth"
                    | "jwt"
                    | "reset"
                    | "secret"
            ) =>
        {
            Some(Strength::Sure)
        }
        "number" if previous == "card" => Some(Strength::Sure),
        "authorization" => Some(Strength::Probable),
        "cookie" | "cookies" if previous == "session" || previous == "auth" => Some(Strength::Sure),
        "credentials" => Some(Strength::Probable),
        _ => None,
    }
}

fn neutral(name: &str) -> bool {
    const ENDS: [&str; 22] = [
        "id", "name", "type", "count", "ms", "url", "path", "expiry", "ttl", "length", "len", "exists", "present",
        "enabled", "set", "file", "field", "version", "status", "valid", "err", "error",
    ];
    words_of(name).last().is_some_and(|last| ENDS.contains(&last.as_str()))
}

fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous_lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            words.push(String::new());
        } else {
            if words.is_empty() || character.is_uppercase() && previous_lower {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        previous_lower = character.is_lowercase() || character.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials_and_names_about_them() {
        for name in ["password", "userPassword", "api_key", "accessToken", "card_number", "CardNumber", "stripeApiKey"]
        {
            assert!(is_secret(name).is_some(), "{name}");
        }
        for name in [
            "password_reset_url",
            "secretName",
            "tokenCount",
            "hasPassword",
            "nextPageToken",
            "secretWaitMs",
            "pin",
            "public_key",
        ] {
            assert!(is_secret(name).is_none(), "{name}");
        }
    }
}
