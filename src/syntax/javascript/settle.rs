//! What only the whole file tells: who owns a function, what is visible outside, the types behind classes, process exits.

use super::module::{Exports, is_field};
use super::words::OBJECT;
use crate::facts::code::{CallId, Decorator, Exit, ExitKind, Expr, ExprKind, FieldDecl, Outline, ResultUse};
use crate::facts::code::{Scope, ScopeId, ScopeKind, TypeDecl};
use crate::model::Language;
use crate::syntax::reader::Reader;

pub(super) fn settle(reader: &Reader<'_, '_>, exports: &Exports, outline: &mut Outline) {
    if reader.dialect.language != Language::JavaScript {
        attach_decorators(reader, outline);
    }
    settle_scopes(reader, exports, &mut outline.scopes);
    destructured_results(outline);
    await_whole_chain(reader, outline);
    let types = class_types(outline);
    outline.types.extend(types);
    outline.exits.extend(outline.calls.iter().filter(|call| ends_process(&call.path)).map(|call| Exit {
        kind: ExitKind::Terminate,
        span: call.span,
        scope: call.scope,
        values: call.args.iter().map(|arg| arg.value.clone()).collect(),
    }));
}

fn ends_process(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(path[..], ["process", "exit" | "abort"] | ["Deno", "exit"])
}

fn settle_scopes(reader: &Reader<'_, '_>, exports: &Exports, scopes: &mut [Scope]) {
    for index in 1..scopes.len() {
        let (before, from) = scopes.split_at_mut(index);
        let scope = &mut from[0];
        let Some(around) = scope.parent.and_then(|parent| before.get(parent.index())) else { continue };
        let in_class = around.kind == ScopeKind::Class;
        let inherited = if in_class { around.name.clone() } else { around.owner.clone() };
        if scope.owner.as_deref() == Some(OBJECT) && !has_own_this(reader, scope) {
            // An arrow function in an object sees the `this` around it.
            scope.owner = inherited.or_else(|| scope.owner.take());
        }
        let listed = exports.scopes.contains(&ScopeId(index as u32))
            || scope.name.as_ref().is_some_and(|name| exports.names.contains(name));
        scope.exported = match around.kind {
            ScopeKind::File => listed,
            // Members are visible with their class, unless they say otherwise.
            ScopeKind::Class => scope.exported && around.exported && scope.name.is_some(),
            _ => exports.scopes.contains(&ScopeId(index as u32)),
        };
        scope.once &= around.kind == ScopeKind::Class && around.parent == Some(ScopeId::FILE);
    }
}

fn has_own_this(reader: &Reader<'_, '_>, scope: &Scope) -> bool {
    let text = reader.source.slice(scope.span);
    scope.kind == ScopeKind::Method || text.trim_start_matches("async").trim_start().starts_with("function")
}

/// TypeScript's grammar has the decorators of a method beside it.
fn attach_decorators(reader: &Reader<'_, '_>, outline: &mut Outline) {
    let classes = outline.scopes.iter().filter(|scope| scope.kind == ScopeKind::Class);
    let bodies: Vec<_> = classes.map(|scope| scope.body).collect();
    for body in bodies {
        let Some(node) = reader.root.descendant_for_byte_range(body.start as usize, body.end as usize) else {
            continue;
        };
        let mut waiting: Vec<Decorator> = Vec::new();
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor).filter(|child| !child.is_extra()) {
            if child.kind() == "decorator" {
                waiting.extend(reader.decorator(child));
            } else if let Some(scope) = reader.scopes.get(&child.id()) {
                outline.scopes[scope.index()].decorators.append(&mut waiting);
            } else {
                waiting.clear();
            }
        }
    }
}

/// `const { a } = f()`: the result of `f` goes to a name, by way of its member.
fn destructured_results(outline: &mut Outline) {
    for binding in &outline.bindings {
        if let Some(id) = binding.value.as_ref().and_then(innermost_call) {
            let result = &mut outline.calls[id.index()].result;
            if *result == ResultUse::Used && binding.arity > 0 && !is_field(binding) {
                *result = ResultUse::Bound;
            }
        }
    }
}

/// `await a<T>(x).b()` waits for `b`, though the grammar binds `await` to `a`; `(await a<T>(x)).b()` is another matter.
fn await_whole_chain(reader: &Reader<'_, '_>, outline: &mut Outline) {
    let text = reader.source.as_str().as_bytes();
    for call in outline.calls.iter_mut().filter(|call| call.awaited && call.result == ResultUse::Chained) {
        let closed = text[call.span.end as usize..].iter().find(|byte| !byte.is_ascii_whitespace());
        call.awaited = closed == Some(&b')');
    }
}

fn innermost_call(value: &Expr) -> Option<CallId> {
    let mut at = value;
    // Destructuring keeps the span of the whole value; a written-out member has its own.
    while let ExprKind::Member(inner, _) = &at.kind {
        if inner.span != value.span {
            return None;
        }
        at = inner;
    }
    match at.kind {
        ExprKind::Call(id) => Some(id),
        _ => None,
    }
}

/// Every class, with its fields and the constructor parameters that declare some.
fn class_types(outline: &Outline) -> Vec<TypeDecl> {
    let mut types: Vec<(ScopeId, TypeDecl)> = Vec::new();
    for (index, scope) in outline.scopes.iter().enumerate().filter(|(_, scope)| scope.kind == ScopeKind::Class) {
        let Some(name) = scope.name.clone() else { continue };
        let markers = scope.decorators.iter().map(|decorator| decorator.path.join(".")).collect();
        let decl = TypeDecl { name, span: scope.span, bases: scope.bases.clone(), fields: Vec::new(), markers };
        types.push((ScopeId(index as u32), decl));
    }
    for binding in outline.bindings.iter().filter(|binding| is_field(binding)) {
        let Ok(at) = types.binary_search_by_key(&binding.scope, |(id, _)| *id) else { continue };
        types[at].1.fields.push(FieldDecl {
            name: binding.path[1].clone(),
            span: binding.span,
            type_text: binding.type_text.clone(),
            value: binding.value.clone(),
        });
    }
    types.into_iter().map(|(_, decl)| decl).collect()
}
