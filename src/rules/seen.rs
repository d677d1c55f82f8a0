//! Questions that several rules ask of a failure or an expression.

use crate::facts::code::{Binding, Call, CallId, Expr, ExprKind, Failure, FailureKind, ScopeId};
use crate::facts::{FileFacts, Tier};
use crate::model::Span;

/// What a failure should be anchored at: the clause that handles it.
pub(super) fn anchor(failure: &Failure) -> Span {
    failure.header
}

/// What a finding about a piece of code points at: all of it while it is short, else its first line.
pub(super) fn place(file: &FileFacts, span: Span) -> Span {
    let (first, last) = file.source.lines(span);
    let line = file.source.line_span(first);
    if last - first < 12 { span } else { Span { start: span.start, end: span.end.min(line.end).max(span.start) } }
}

/// The error variable of a check lives on after it: joined, returned at the end, sent away, until it receives another value.
pub(super) fn used_later(file: &FileFacts, failure: &Failure) -> bool {
    let Some(error) = failure.error.as_deref().filter(|_| failure.kind == FailureKind::IfErr) else { return false };
    let function = file.scope(file.function_of(failure.scope)).span;
    let from = file.outline.bindings.partition_point(|binding| binding.span.start < failure.span.end);
    let rebound =
        file.outline.bindings[from..].iter().find(|binding| binding.path.len() == 1 && binding.path[0] == error);
    let until = rebound.map_or(function.end, |binding| binding.statement.start).min(function.end);
    file.uses(Span { start: failure.span.end, end: until.max(failure.span.end) }, error)
}

/// The name people call what they handle: `catch`, `if err != nil`, `Err(_)`.
pub(super) fn handler_name(failure: &Failure) -> &'static str {
    match failure.kind {
        FailureKind::Catch => "this handler",
        FailureKind::IfErr => "this branch",
        FailureKind::ErrArm => "this arm",
        FailureKind::Handler | FailureKind::Callback => "this callback",
        FailureKind::Discard | FailureKind::Blank => "this statement",
    }
}

/// Whether an expression is exactly one name.
pub(super) fn is_name(expr: &Expr, name: &str) -> bool {
    match &expr.kind {
        ExprKind::Path(path) => path.len() == 1 && path[0] == name,
        ExprKind::Compound(parts) => parts.len() == 1 && is_name(&parts[0], name),
        _ => false,
    }
}

/// The innermost failure whose body contains a span.
pub(super) fn failure_around(file: &FileFacts, span: Span) -> Option<&Failure> {
    file.outline.failures.iter().filter(|failure| failure.body.contains(span)).min_by_key(|failure| failure.body.len())
}

/// The declared type of a name, as written, where a scope around has a parameter or variable of that name: `Some(None)` when
/// it is declared without one.
pub(super) fn declared_type<'a>(file: &'a FileFacts, scope: ScopeId, name: &str) -> Option<Option<&'a str>> {
    file.scopes_around(scope).find_map(|(id, scope)| {
        let param = scope.params.iter().find(|param| param.name == name).map(|param| param.type_text.as_deref());
        let own = |one: &&Binding| one.scope == id && one.path.len() == 1 && one.path[0] == name;
        param.or_else(|| file.outline.bindings.iter().rfind(own).map(|one| one.type_text.as_deref()))
    })
}

/// Whether a value may be several, for calls that take a list in place of arguments: `args`, `new Object[] {…}`,
/// `list.toArray()`.
pub(super) fn may_be_list(file: &FileFacts, scope: ScopeId, value: &Expr) -> bool {
    let Some(path) = value.as_path() else {
        let text = file.text(value.span);
        return text.contains('[') || text.contains("toArray");
    };
    let [name] = path else { return true };
    match declared_type(file, scope, name) {
        Some(Some(ty)) => ["[", "...", "var", "Object", "any", "List", "Array"].iter().any(|word| ty.contains(word)),
        _ => true,
    }
}

/// The part of a call that a person would point at: of a chain its last link, which may stand on a line of its own.
pub(super) fn link(call: &Call) -> Span {
    if call.base.is_some() { Span { start: call.name_span.start, end: call.span.end } } else { call.span }
}

/// How a call was recognised, for the evidence of a finding.
pub(super) fn resolved_as(file: &FileFacts, call: CallId, what: &str, library: &str) -> String {
    let text = file.call(call).path.join(".");
    if library.is_empty() {
        return format!("`{text}` is {what} of this repository");
    }
    match file.telemetry.names.get(&call) {
        Some((_, Tier::Flow)) => format!("`{text}` is {what} of {library}, by its declaration"),
        Some((_, Tier::Imported)) => format!("`{text}` is {what} of {library}, by this file's imports"),
        _ => format!("`{text}` looks like {what}"),
    }
}
