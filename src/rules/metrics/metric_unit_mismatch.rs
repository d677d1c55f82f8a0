//! A value in another unit than the metric says: dashboards and alerts are wrong by a factor of a thousand.

use crate::facts::code::{Call, Expr, ExprKind, ScopeId};
use crate::facts::{FileFacts, MetricDecl, MetricUse, Tier, Unit};
use crate::model::{Confidence, Language, Span};
use crate::rules::rule::{Change, Draft, Report, Rule, rule};
use crate::rules::seen::resolved_as;

pub const RULE: Rule = rule!("metrics/metric-unit-mismatch", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for used in &file.facts.telemetry.metric_uses {
            let call = file.facts.call(used.call);
            let Some(value) = used.value.as_ref().filter(|value| file.pair.touches(value.span)) else { continue };
            if used.tier == Tier::Lexical || file.facts.in_test(call.scope) || !file.pair.touches(call.span) {
                continue;
            }
            let Some((home, decl)) = declaration(change, file.facts, used) else { continue };
            let Some(declared) = decl.unit() else { continue };
            let Some(recorded) = unit_of(file.facts, call.scope, value, 0) else { continue };
            if differ(declared, recorded) {
                say(out, file.facts, used, value, (home, decl), (declared, recorded));
            }
        }
    }
}

fn differ(declared: Unit, recorded: Unit) -> bool {
    declared != recorded
        && (declared.is_time() && recorded.is_time() || !declared.is_time() && !recorded.is_time())
        && declared != Unit::Count
        && recorded != Unit::Count
}

/// The one declaration this use can mean. A name that several share is no evidence.
fn declaration<'a>(
    change: &Change<'a>,
    file: &'a FileFacts,
    used: &MetricUse,
) -> Option<(&'a FileFacts, &'a MetricDecl)> {
    let name = used.receiver.last()?;
    let fits = |decl: &&MetricDecl| {
        decl.tier > Tier::Lexical && decl.bound.as_ref().and_then(|path| path.last()) == Some(name)
    };
    let here: Vec<_> = file.telemetry.metrics.iter().filter(fits).map(|decl| (file, decl)).collect();
    let all = if here.is_empty() {
        let others =
            change.delta.head.files().filter(|other| other.path != file.path && other.language == file.language);
        others.flat_map(|other| other.telemetry.metrics.iter().filter(fits).map(move |decl| (other, decl))).collect()
    } else {
        here
    };
    let first = *all.first()?;
    all.iter().all(|(_, decl)| decl.unit() == first.1.unit()).then_some(first)
}

/// Calls that say in what they answer.
fn unit_of_call(name: &str) -> Option<Unit> {
    Some(match name {
        "Seconds" | "as_secs" | "as_secs_f64" | "as_secs_f32" | "toSeconds" | "getSeconds" | "total_seconds" => {
            Unit::Seconds
        }
        "Milliseconds" | "as_millis" | "toMillis" | "currentTimeMillis" | "UnixMilli" | "subsec_millis" => {
            Unit::Milliseconds
        }
        "Microseconds" | "as_micros" | "toMicros" | "UnixMicro" => Unit::Microseconds,
        "Nanoseconds" | "as_nanos" | "toNanos" | "nanoTime" | "UnixNano" | "perf_counter_ns" | "time_ns"
        | "monotonic_ns" => Unit::Nanoseconds,
        _ => return None,
    })
}

/// The unit of an expression, where its text leaves no doubt.
fn unit_of(file: &FileFacts, scope: ScopeId, value: &Expr, depth: u32) -> Option<Unit> {
    if depth > 4 {
        return None;
    }
    match &value.kind {
        ExprKind::Call(id) => of_call(file, file.call(*id), depth),
        ExprKind::Path(path) => {
            let name = path.last()?;
            // What was assigned here knows better than the name.
            if let [name] = path.as_slice()
                && let Some(bound) = bound_value(file, scope, name, value.span)
            {
                return unit_of(file, scope, bound, depth + 1);
            }
            Unit::of_name(name)
        }
        ExprKind::Compound(parts) => of_operands(file, scope, value, parts, depth),
        _ => None,
    }
}

fn of_call(file: &FileFacts, call: &Call, depth: u32) -> Option<Unit> {
    let name = call.path.last()?;
    let joined = call.path.join(".");
    match joined.as_str() {
        "Date.now" | "performance.now" => return Some(Unit::Milliseconds),
        "time.time" | "time.perf_counter" | "time.monotonic" | "perf_counter" | "monotonic" => {
            return Some(Unit::Seconds);
        }
        _ => {}
    }
    // Conversions of the number keep its unit.
    let keeps = matches!(
        name.as_str(),
        "float64" | "int64" | "float" | "int" | "Number" | "from" | "round" | "into" | "doubleValue" | "longValue"
    );
    if keeps && call.args.len() == 1 {
        return unit_of(file, call.scope, &call.args[0].value, depth + 1);
    }
    unit_of_call(name)
}

/// A difference of two times keeps their unit; a product or quotient does not.
fn of_operands(file: &FileFacts, scope: ScopeId, value: &Expr, parts: &[Expr], depth: u32) -> Option<Unit> {
    match parts {
        [one] => {
            let text = file.text(value.span);
            let plain = !text.contains(['/', '*', '[']);
            plain.then(|| unit_of(file, scope, one, depth + 1)).flatten()
        }
        [left, right] => {
            let between = Span { start: left.span.end, end: right.span.start.max(left.span.end) };
            let operator = file.text(between).trim_matches(|one: char| one.is_whitespace() || matches!(one, '(' | ')'));
            if operator != "-" && operator != "+" {
                return None;
            }
            // `Date.now() - start`: one side is enough, unless the other contradicts.
            match (unit_of(file, scope, left, depth + 1), unit_of(file, scope, right, depth + 1)) {
                (Some(one), Some(other)) => (one == other).then_some(one),
                (one, _) => one.filter(|_| operator == "-"),
            }
        }
        _ => None,
    }
}

/// The value of a variable of the same function that is bound exactly once.
fn bound_value<'a>(file: &'a FileFacts, scope: ScopeId, name: &str, at: Span) -> Option<&'a Expr> {
    let around: Vec<ScopeId> = file.scopes_around(scope).map(|(id, _)| id).filter(|id| *id != ScopeId::FILE).collect();
    let own =
        |one: &&crate::facts::code::Binding| one.path.len() == 1 && one.path[0] == name && around.contains(&one.scope);
    let mut bound = file.outline.bindings.iter().filter(own);
    let first = bound.next()?;
    let once = bound.next().is_none() && first.arity == 1 && first.span.start < at.start;
    first.value.as_ref().filter(|_| once)
}

fn say(
    out: &mut Report,
    file: &FileFacts,
    used: &MetricUse,
    value: &Expr,
    (home, decl): (&FileFacts, &MetricDecl),
    (declared, recorded): (Unit, Unit),
) {
    let name = decl.name.exact().unwrap_or("this metric");
    let call = file.call(used.call);
    let place = home.location(decl.name_span, crate::model::Side::Right);
    let draft = out
        .at(file, value.span)
        .confidence(Confidence::Certain)
        .evidence(resolved_as(file, used.call, "a metric", &used.library), Some(call.name_span))
        .evidence_in(format!("declared in {}", declared.name()), place)
        .help(format!("record {}", declared.name()));
    repaired(draft, file, value, declared, recorded).say(format!(
        "`{name}` is in {}, this records {}: its dashboards and alerts are wrong by orders of magnitude",
        declared.name(),
        recorded.name()
    ));
}

/// The same value in the right unit, where one method more or less is all it takes.
fn repaired<'r>(draft: Draft<'r>, file: &FileFacts, value: &Expr, declared: Unit, recorded: Unit) -> Draft<'r> {
    let text = file.text(value.span);
    if declared != Unit::Seconds {
        return draft;
    }
    let replacement = match (file.language, recorded) {
        (Language::Go, Unit::Milliseconds | Unit::Microseconds | Unit::Nanoseconds) => {
            let inner = text.strip_prefix("float64(").and_then(|rest| rest.strip_suffix(')'));
            let methods = [".Milliseconds()", ".Microseconds()", ".Nanoseconds()"];
            let receiver = methods.iter().find_map(|method| inner?.strip_suffix(method));
            receiver.map(|receiver| format!("{receiver}.Seconds()"))
        }
        (Language::Rust, Unit::Milliseconds | Unit::Microseconds | Unit::Nanoseconds) => {
            let inner = text.strip_suffix(" as f64");
            let methods = [".as_millis()", ".as_micros()", ".as_nanos()"];
            let receiver = methods.iter().find_map(|method| inner?.strip_suffix(method));
            receiver.map(|receiver| format!("{receiver}.as_secs_f64()"))
        }
        (language, Unit::Milliseconds) if language.is_script() => Some(format!("({text}) / 1000")),
        _ => None,
    };
    match replacement {
        Some(replacement) => draft.fix(&format!("record {}", declared.name()), value.span, &replacement),
        None => draft,
    }
}
