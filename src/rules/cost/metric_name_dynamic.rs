//! A metric whose name is computed from values at run time: nobody can list, query or alert on it, and each value is a metric.

use crate::facts::code::{Expr, ExprKind, ScopeId};
use crate::facts::{FileFacts, MetricDecl, MetricName, Tier};
use crate::model::Confidence;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::resolved_as;

pub const RULE: Rule = rule!("cost/metric-name-dynamic", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for decl in &file.facts.telemetry.metrics {
            let call = file.facts.call(decl.call);
            if decl.tier == Tier::Lexical || !file.pair.is_new(decl.name_span) || file.facts.in_test(call.scope) {
                continue;
            }
            if bridges(file.facts, call.scope) {
                continue;
            }
            if let Some(hole) = variable_part(file, decl) {
                say(out, file.facts, decl, hole);
            }
        }
    }
}

/// The first computed part that is a value of the moment and not configuration.
fn variable_part<'a>(file: HeadFile<'_>, decl: &'a MetricDecl) -> Option<&'a Expr> {
    let MetricName::Computed { literals, holes } = &decl.name else { return None };
    let said: usize = literals.iter().map(String::len).sum();
    let prefixed = literals.first().is_some_and(String::is_empty);
    holes.iter().enumerate().find_map(|(at, hole)| {
        // What stands first is a prefix: a namespace, the name of the service.
        let prefix = at == 0 && prefixed;
        (said > 1 && !prefix && varies(file.facts, file.facts.call(decl.call).scope, hole)).then_some(hole)
    })
}

/// Whether a value may differ from call to call: it comes from a parameter, a loop or a field of one.
fn varies(file: &FileFacts, scope: ScopeId, hole: &Expr) -> bool {
    match &hole.kind {
        ExprKind::Path(path) => path.first().is_some_and(|first| {
            !is_setting(path) && (is_parameter(file, scope, first) || path.len() == 1 && is_local(file, scope, first))
        }),
        ExprKind::Compound(parts) => parts.iter().any(|part| varies(file, scope, part)),
        ExprKind::Call(id) => {
            let call = file.call(*id);
            let on = call.path.first().filter(|_| call.path.len() > 1);
            let args = call.args.iter().any(|arg| varies(file, scope, &arg.value));
            args || on.is_some_and(|first| is_parameter(file, scope, first) && !is_setting(&call.path))
        }
        ExprKind::Member(inner, _) => varies(file, scope, inner),
        _ => false,
    }
}

/// Prefixes, namespaces and names of components are set once.
fn is_setting(path: &[String]) -> bool {
    let words = [
        "prefix",
        "namespace",
        "subsystem",
        "config",
        "cfg",
        "conf",
        "settings",
        "options",
        "opts",
        "env",
        "const",
        "suffix",
        "component",
        "service",
        "app",
        "unit",
        "base",
        "metricname",
        "metric",
        "name",
        "const",
    ];
    path.iter().any(|part| {
        let lower = part.to_ascii_lowercase();
        part.len() > 1 && !part.contains(char::is_lowercase) || words.iter().any(|word| lower.ends_with(word))
    })
}

fn is_parameter(file: &FileFacts, scope: ScopeId, name: &str) -> bool {
    let named =
        |(id, _): &(ScopeId, &crate::facts::code::Scope)| file.scope(*id).params.iter().any(|param| param.name == name);
    !matches!(name, "self" | "this" | "cls") && file.scopes_around(scope).any(|around| named(&around))
}

/// A variable of the function that is computed there.
fn is_local(file: &FileFacts, scope: ScopeId, name: &str) -> bool {
    let own: Vec<ScopeId> = file.scopes_around(scope).map(|(id, _)| id).filter(|id| *id != ScopeId::FILE).collect();
    file.outline.bindings.iter().any(|one| {
        let here = one.path.len() == 1 && one.path[0] == name && own.contains(&one.scope) && !one.constant;
        here && one
            .value
            .as_ref()
            .is_some_and(|value| matches!(&value.kind, ExprKind::Str { holes, .. } if !holes.is_empty()))
    })
}

/// Code that carries other people's metrics has to name them as they come.
fn bridges(file: &FileFacts, scope: ScopeId) -> bool {
    let path = file.path.as_str().to_ascii_lowercase();
    let words =
        ["bridge", "proxy", "adapter", "exporter", "statsd", "metric", "telemetry", "stats", "instrument", "monitor"];
    let wraps = file.scopes_around(scope).any(|(_, scope)| {
        let name = scope.name.as_deref().unwrap_or_default().to_ascii_lowercase();
        scope.owner.as_deref().is_some_and(|owner| words.iter().any(|word| owner.to_ascii_lowercase().contains(word)))
            || words.iter().any(|word| name.contains(word))
    });
    wraps || words.iter().any(|word| path.rsplit('/').next().unwrap_or_default().contains(word))
}

fn say(out: &mut Report, file: &FileFacts, decl: &MetricDecl, hole: &Expr) {
    let call = file.call(decl.call);
    out.at(file, decl.name_span)
        .confidence(Confidence::Likely)
        .evidence(resolved_as(file, decl.call, "a metric", &decl.library), Some(call.name_span))
        .evidence(format!("`{}` is part of the name", file.text(hole.span)), None)
        .help("use one name, and a label with few values for what varies")
        .say(
            "this metric's name is computed from a value: each value is a metric of its own, which no query can sum up",
        );
}
