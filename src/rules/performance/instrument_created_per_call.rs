//! A metric instrument is created on every request: the second creation throws, or every call pays for it and leaks memory.

use crate::facts::code::{CallId, ScopeId, ScopeKind};
use crate::facts::{EntryKind, EntryPoint, FileFacts, MetricDecl, Tier};
use crate::model::Confidence;
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::resolved_as;

pub const RULE: Rule = rule!("performance/instrument-created-per-call", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for declared in &file.facts.telemetry.metrics {
            let call = file.facts.call(declared.call);
            if declared.tier == Tier::Lexical || declared.idempotent || !file.pair.is_new(call.name_span) {
                continue;
            }
            if file.facts.in_test(call.scope) || created_once(file.facts, call.scope) {
                continue;
            }
            let Some(why) = per_call(file.facts, declared) else { continue };
            out.at(file.facts, call.name_span.cover(call.span))
                .confidence(Confidence::Likely)
                .evidence(resolved_as(file.facts, declared.call, "an instrument", &declared.library), Some(call.name_span))
                .evidence(why, None)
                .help("create it once, at module level or in a constructor, and keep it")
                .say("this instrument is created again on every call: registering it twice fails, and each copy costs memory");
        }
    }
}

/// Code that runs once: file level, constructors, `init`, lazy statics, functions whose name says that they set things up.
fn created_once(file: &FileFacts, scope: ScopeId) -> bool {
    let sets_up = [
        "init",
        "setup",
        "register",
        "new",
        "create",
        "build",
        "make",
        "configure",
        "with",
        "get",
        "provide",
        "load",
        "ensure",
        "main",
        "start",
        "bootstrap",
        "define",
    ];
    let mut function = false;
    for (id, scope) in file.scopes_around(scope) {
        // Whatever a handler is called, it runs for every request.
        if handler(file, id).is_some() {
            return false;
        }
        let name = scope.name.as_deref().unwrap_or_default().trim_start_matches('_').to_ascii_lowercase();
        // The body of a class runs once, its methods do not.
        let outer = matches!(scope.kind, ScopeKind::File | ScopeKind::Class) && function;
        if scope.once && scope.kind != ScopeKind::File && !outer || scope.kind == ScopeKind::Constructor {
            return true;
        }
        if matches!(scope.kind, ScopeKind::Function | ScopeKind::Method | ScopeKind::Closure) {
            function = true;
            if sets_up.iter().any(|word| name.starts_with(word)) {
                return true;
            }
        }
    }
    !function
}

/// The entry point that a scope is, when it is one that runs per request.
fn handler(file: &FileFacts, scope: ScopeId) -> Option<&EntryPoint> {
    let per_request =
        |entry: &&EntryPoint| matches!(entry.kind, EntryKind::Http | EntryKind::Rpc | EntryKind::Consumer);
    file.telemetry.entries.iter().filter(per_request).find(|entry| entry.scope == scope)
}

/// Why this code runs again and again; `None` when that is not known.
fn per_call(file: &FileFacts, declared: &MetricDecl) -> Option<String> {
    let call = file.call(declared.call);
    let around: Vec<ScopeId> = file.scopes_around(call.scope).map(|(id, _)| id).collect();
    if let Some(entry) = around.iter().find_map(|scope| handler(file, *scope)) {
        let path = file.scope_path(entry.scope);
        let name = if path.is_empty() { "this handler".to_owned() } else { format!("`{path}`") };
        return Some(format!("{name} runs for every request ({})", entry.framework));
    }
    used_at_once(file, declared.call).then(|| "it is used in the same expression and not kept".to_owned())
}

/// `new Counter({…}).inc()`.
fn used_at_once(file: &FileFacts, call: CallId) -> bool {
    file.outline.calls.iter().any(|outer| {
        let uses = ["inc", "Inc", "add", "Add", "observe", "Observe", "record", "Record", "set", "Set", "increment"];
        outer.base == Some(call) && outer.path.len() == 1 && uses.contains(&outer.path[0].as_str())
    })
}
