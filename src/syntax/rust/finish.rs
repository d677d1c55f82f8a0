//! What only the whole file can tell: methods and their owners, closures with names, code that runs once, exits by macro.

use super::super::reader::Reader;
use super::{attributes, failures};
use crate::facts::code::{Call, CallKind, Exit, ExitKind, ExprKind, Outline, Scope, ScopeId, ScopeKind};

const PANICS: [&str; 4] = ["panic", "unreachable", "todo", "unimplemented"];
/// Macros that wait for what they are given.
const WAITING: [&str; 4] = ["select", "select_biased", "join", "try_join"];

pub(super) fn complete(reader: &Reader<'_, '_>, outline: &mut Outline) {
    methods(reader, outline);
    closures(outline);
    calls(outline);
    failures::of_methods(reader, outline);
    if attributes::file_is_a_test(reader) {
        outline.scopes.iter_mut().for_each(|scope| scope.is_test = true);
    }
}

/// A function of an `impl` or `trait` is a method; one of a `mod` belongs to no type.
fn methods(reader: &Reader<'_, '_>, outline: &mut Outline) {
    let is_mod = |scope: &Scope| {
        let head = reader.source.slice(scope.span).split(['{', '<']).next().unwrap_or_default();
        scope.kind == ScopeKind::Class && head.split_whitespace().any(|word| word == "mod")
    };
    for index in 1..outline.scopes.len() {
        let Some(parent) = outline.scopes[index].parent.map(|id| &outline.scopes[id.index()]) else { continue };
        let in_type = parent.kind == ScopeKind::Class && !is_mod(parent);
        let owner = match parent.kind {
            ScopeKind::File => None,
            ScopeKind::Class => parent.name.clone().filter(|_| in_type),
            _ => parent.owner.clone(),
        };
        let exported = in_type && (!parent.bases.is_empty() || parent.exported);
        let scope = &mut outline.scopes[index];
        if scope.kind == ScopeKind::Function && in_type {
            scope.kind =
                if builds_itself(scope, owner.as_deref()) { ScopeKind::Constructor } else { ScopeKind::Method };
            // What a trait promises is as visible as the trait.
            scope.exported |= exported;
        }
        scope.owner = owner;
    }
}

/// `fn new(…) -> Self`, `-> Result<Self, E>`, `-> Arc<Pool>` in `impl Pool`, without a receiver.
fn builds_itself(scope: &Scope, owner: Option<&str>) -> bool {
    let has_receiver = scope.params.first().is_some_and(|param| param.name == "self");
    let returns = scope.returns.as_deref().unwrap_or_default();
    let mut words = returns.split(|other: char| !other.is_alphanumeric() && other != '_');
    !has_receiver && words.any(|word| word == "Self" || Some(word) == owner)
}

/// A closure bound to a name has it; one given to a lazy cell runs once.
fn closures(outline: &mut Outline) {
    for binding in &outline.bindings {
        if let Some(ExprKind::Closure(id)) = binding.value.as_ref().map(|value| &value.kind)
            && let [name] = binding.path.as_slice()
        {
            outline.scopes[id.index()].name = Some(name.clone());
        }
    }
    let once: Vec<ScopeId> = outline.calls.iter().filter(|call| runs_once(call)).flat_map(closure_args).collect();
    for id in once {
        outline.scopes[id.index()].once = true;
    }
}

fn closure_args(call: &Call) -> impl Iterator<Item = ScopeId> {
    call.args.iter().filter_map(|arg| match arg.value.kind {
        ExprKind::Closure(id) => Some(id),
        _ => None,
    })
}

fn runs_once(call: &Call) -> bool {
    let of = call.path.iter().rev().nth(1).map_or("", String::as_str);
    match call.path.last().map_or("", String::as_str) {
        "new" => matches!(of, "LazyLock" | "LazyCell" | "Lazy"),
        "get_or_init" | "get_or_try_init" | "call_once" | "call_once_force" => true,
        _ => false,
    }
}

/// Exits and awaits that are calls by their looks.
fn calls(outline: &mut Outline) {
    let exit_is_imported =
        outline.imports.iter().any(|import| import.module == "std::process" && import.alias == "exit");
    for call in &mut outline.calls {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        let ends = match (call.kind, path.as_slice()) {
            (CallKind::Macro, [.., name]) => {
                if WAITING.contains(name) {
                    call.awaited |= !path.contains(&"std");
                    outline.awaits.push(call.span);
                }
                PANICS.contains(name)
            }
            (CallKind::Plain, [.., "process", "exit" | "abort"]) => true,
            (CallKind::Plain, ["exit"]) => exit_is_imported,
            _ => false,
        };
        if ends {
            outline.exits.push(Exit {
                kind: ExitKind::Terminate,
                span: call.span,
                scope: call.scope,
                values: Vec::new(),
            });
        }
    }
    outline.awaits.sort_by_key(|span| (span.start, u32::MAX - span.end));
}
