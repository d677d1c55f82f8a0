//! A metric label whose values have no bound: every new value is a new time series, until the metrics store gives in.

use crate::facts::code::{CallId, Expr, ExprKind};
use crate::facts::{FileFacts, MetricUse, Tier};
use crate::model::Confidence;
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::resolved_as;

pub const RULE: Rule = rule!("cost/metric-label-unbounded", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for used in &file.facts.telemetry.metric_uses {
            let call = file.facts.call(used.call);
            if used.tier == Tier::Lexical || !file.pair.touches(call.span) || file.facts.in_test(call.scope) {
                continue;
            }
            let found = used.labels.iter().enumerate().find_map(|(at, (key, value))| {
                let key = if key.is_empty() { declared_key(change, file.facts, used, at) } else { Some(key.clone()) };
                Some((origin(file.facts, key.as_deref(), value)?, value.span, key))
            });
            let Some((origin, span, key)) = found else { continue };
            if !file.pair.is_new(span) {
                continue;
            }
            let label = key.map_or_else(|| "this label".to_owned(), |key| format!("label `{key}`"));
            out.at(file.facts, span)
                .confidence(Confidence::Likely)
                .evidence(resolved_as(file.facts, used.call, "a metric", &used.library), Some(call.name_span))
                .evidence(format!("its value is {origin}"), None)
                .help("use a bounded value (a route template, an error class), or put it on the span or log instead")
                .say(format!("{label} has no bound: every new value is a new time series, kept and paid for"));
        }
    }
}

/// The name of a positional label, when the declaration is known.
fn declared_key(change: &Change<'_>, file: &FileFacts, used: &MetricUse, at: usize) -> Option<String> {
    let name = used.receiver.last()?;
    let mut files = std::iter::once(file).chain(change.delta.head.files().filter(|other| other.path != file.path));
    files.find_map(|file| {
        let decl = file
            .telemetry
            .metrics
            .iter()
            .find(|decl| decl.bound.as_ref().and_then(|path| path.last()) == Some(name))?;
        match &decl.labels {
            crate::facts::MetricLabels::Known(labels) => labels.get(at).cloned(),
            crate::facts::MetricLabels::Unknown => None,
        }
    })
}

/// Labels that multi-tenant infrastructure keeps on purpose, and templates that are bounded by the code.
fn is_bounded_key(key: &str) -> bool {
    matches!(
        key,
        "tenant"
            | "tenant_id"
            | "org"
            | "org_id"
            | "organization"
            | "namespace"
            | "cluster"
            | "route"
            | "http.route"
            | "http_route"
            | "handler"
            | "method"
    )
}

/// Where an unbounded value comes from, in words.
fn origin(file: &FileFacts, key: Option<&str>, value: &Expr) -> Option<String> {
    if key.is_some_and(is_bounded_key) {
        return None;
    }
    match &value.kind {
        ExprKind::Call(id) => from_call(file, *id, key),
        ExprKind::Path(path) => by_path(path, key),
        ExprKind::Str { holes, .. } => holes.iter().find_map(|hole| origin(file, None, hole)),
        ExprKind::Compound(parts) if parts.len() == 1 => origin(file, key, &parts[0]),
        _ => None,
    }
}

fn from_call(file: &FileFacts, id: CallId, key: Option<&str>) -> Option<String> {
    const FRESH: [&str; 10] = [
        "uuid.New",
        "uuid.NewString",
        "uuid.uuid4",
        "uuidv4",
        "crypto.randomUUID",
        "randomUUID",
        "UUID.randomUUID",
        "Uuid.new_v4",
        "time.Now",
        "Date.now",
    ];
    let call = file.call(id);
    let (last, receiver) = call.path.split_last()?;
    let text = call.path.join(".");
    if FRESH.contains(&text.as_str()) && call.base.is_none() {
        return Some(format!("different on every call (`{text}`)"));
    }
    if matches!(last.as_str(), "getRequestURI" | "getRequestURL" | "getPathInfo") {
        return Some(format!("the raw URL (`{text}`)"));
    }
    let lone_error = |path: &[String]| path.len() == 1 && is_error_name(&path[0]);
    let of_error = call.args.iter().any(|arg| arg.value.as_path().is_some_and(lone_error));
    let on_error = call.args.is_empty() && lone_error(receiver);
    if last == "Error" && on_error || is_conversion(last) && (of_error || on_error) {
        return Some(format!("the text of an error (`{}`)", file.text(call.span)));
    }
    if !is_conversion(last) {
        return None;
    }
    // Turning it into a string does not bound it.
    let argument = call.args.first().filter(|_| call.args.len() == 1).and_then(|arg| origin(file, key, &arg.value));
    let base = || call.base.filter(|_| receiver.is_empty()).and_then(|base| from_call(file, base, key));
    let named = || by_path(receiver, key).filter(|_| call.args.is_empty() && call.base.is_none());
    argument.or_else(base).or_else(named)
}

/// Calls that give the same value another type.
fn is_conversion(name: &str) -> bool {
    matches!(
        name,
        "str"
            | "String"
            | "toString"
            | "to_string"
            | "to_owned"
            | "clone"
            | "into"
            | "as_str"
            | "repr"
            | "getMessage"
            | "message"
            | "from"
    )
}

fn is_error_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(lower.as_str(), "e" | "err" | "error" | "ex" | "exc" | "exception")
        || lower.ends_with("err")
        || lower.ends_with("error")
}

fn by_path(path: &[String], key: Option<&str>) -> Option<String> {
    let joined = path.join(".");
    let last = path.last()?;
    if last.len() > 2 && !last.contains(char::is_lowercase) {
        return None;
    }
    let raw = [
        "r.URL.Path",
        "req.URL.Path",
        "request.URL.Path",
        "r.RequestURI",
        "req.RequestURI",
        "req.url",
        "req.originalUrl",
        "request.url",
        "req.path",
        "request.path",
        "ctx.path",
        "request.full_path",
    ];
    if raw.contains(&joined.as_str()) {
        return Some(format!("the raw path of the request (`{joined}`)"));
    }
    if path.len() == 2 && is_error_name(&path[0]) && matches!(last.as_str(), "message" | "stack" | "msg") {
        return Some(format!("the text of an error (`{joined}`)"));
    }
    let identifies = |name: &str| {
        let flat: String = name.to_ascii_lowercase().chars().filter(|one| *one != '_').collect();
        [
            "userid",
            "sessionid",
            "requestid",
            "traceid",
            "spanid",
            "orderid",
            "customerid",
            "email",
            "useremail",
            "uuid",
            "ipaddress",
            "remoteaddr",
            "transactionid",
        ]
        .contains(&flat.as_str())
    };
    let by_key = key.is_some_and(identifies);
    (identifies(last) || by_key).then(|| format!("an identifier (`{joined}`)"))
}
