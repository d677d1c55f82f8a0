//! What only the whole file tells: methods, constants, first assignments, test markers, types, process exits.

use std::collections::HashSet;

use crate::facts::code::{Binding, BindingKind, Exit, ExitKind, ExprKind, FieldDecl, Outline, Scope, ScopeId};
use crate::facts::code::{ScopeKind, TypeDecl};

pub(super) fn settle(outline: &mut Outline) {
    settle_scopes(&mut outline.scopes);
    settle_bindings(outline);
    name_closures(outline);
    outline.types.extend(types(outline));
    outline.exits.extend(outline.calls.iter().filter(|call| ends_process(&call.path)).map(|call| Exit {
        kind: ExitKind::Terminate,
        span: call.span,
        scope: call.scope,
        values: call.args.iter().map(|arg| arg.value.clone()).collect(),
    }));
}

fn ends_process(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(path[..], ["sys", "exit"] | ["os", "_exit" | "abort"] | ["exit" | "quit" | "_exit"])
}

fn settle_scopes(scopes: &mut [Scope]) {
    for index in 1..scopes.len() {
        let (before, from) = scopes.split_at_mut(index);
        let scope = &mut from[0];
        let Some(around) = scope.parent.and_then(|parent| before.get(parent.index())) else { continue };
        let in_class = around.kind == ScopeKind::Class;
        let name = scope.name.as_deref().unwrap_or_default();
        let special = name.starts_with("__") && name.ends_with("__");
        // What a function defines inside itself cannot be reached from outside.
        let reachable = matches!(around.kind, ScopeKind::File | ScopeKind::Class) && around.exported;
        scope.exported = reachable && scope.name.is_some() && (special || !name.starts_with('_'));
        scope.once = scope.kind == ScopeKind::Class && around.once;
        let marked = match scope.kind {
            ScopeKind::Class => name.starts_with("Test") || scope.bases.iter().any(|base| base.ends_with("TestCase")),
            // A method named `test_connection` is a test only in a class of tests.
            ScopeKind::Function => (!in_class && name.starts_with("test_")) || from_pytest(scope),
            _ => false,
        };
        scope.is_test |= marked || around.is_test;
        if in_class && scope.kind == ScopeKind::Function {
            let constructs = matches!(name, "__init__" | "__new__");
            scope.kind = if constructs { ScopeKind::Constructor } else { ScopeKind::Method };
        }
    }
}

fn from_pytest(scope: &Scope) -> bool {
    scope.decorators.iter().any(|decorator| decorator.path.first().is_some_and(|root| root == "pytest"))
}

/// The first assignment of a name in its scope declares it, unless it came in as a parameter.
fn settle_bindings(outline: &mut Outline) {
    let mut seen: HashSet<(ScopeId, String)> = HashSet::new();
    for (index, scope) in outline.scopes.iter().enumerate() {
        seen.extend(scope.params.iter().map(|param| (ScopeId(index as u32), param.name.clone())));
    }
    for binding in &mut outline.bindings {
        let new = match binding.path.as_slice() {
            [name] => seen.insert((binding.scope, name.clone())),
            _ => false,
        };
        if binding.kind == BindingKind::Declared && !new {
            binding.kind = BindingKind::Assigned;
        }
        binding.constant = is_constant(binding, outline.scopes[binding.scope.index()].kind);
    }
}

fn is_constant(binding: &Binding, scope: ScopeKind) -> bool {
    let fixed = binding.type_text.as_deref().is_some_and(|text| text.contains("Final"));
    let [name] = binding.path.as_slice() else { return fixed };
    let capital = name.bytes().any(|byte| byte.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    fixed || (capital && matches!(scope, ScopeKind::File | ScopeKind::Class))
}

/// `load = lambda: …` is called `load`.
fn name_closures(outline: &mut Outline) {
    for binding in &outline.bindings {
        if let Some(ExprKind::Closure(id)) = binding.value.as_ref().map(|value| &value.kind) {
            outline.scopes[id.index()].name = binding.path.last().cloned();
        }
    }
}

/// Every class, with what its body assigns as its fields.
fn types(outline: &Outline) -> Vec<TypeDecl> {
    let mut types: Vec<(ScopeId, TypeDecl)> = Vec::new();
    for (index, scope) in outline.scopes.iter().enumerate().filter(|(_, scope)| scope.kind == ScopeKind::Class) {
        let Some(name) = scope.name.clone() else { continue };
        let markers = scope.decorators.iter().map(|decorator| decorator.path.join(".")).collect();
        let decl = TypeDecl { name, span: scope.span, bases: scope.bases.clone(), fields: Vec::new(), markers };
        types.push((ScopeId(index as u32), decl));
    }
    for binding in &outline.bindings {
        let [name] = binding.path.as_slice() else { continue };
        let Ok(at) = types.binary_search_by_key(&binding.scope, |(id, _)| *id) else { continue };
        types[at].1.fields.push(FieldDecl {
            name: name.clone(),
            span: binding.span,
            type_text: binding.type_text.clone(),
            value: binding.value.clone(),
        });
    }
    types.into_iter().map(|(_, decl)| decl).collect()
}
