//! Whose context is at hand where a call stands.

use crate::facts::code::{BindingKind, Call, ScopeId};
use crate::facts::{ContextOrigin, FileFacts, GivenContext, words};
use crate::model::Span;

/// Names of functions whose work goes on when the request is over, or begins before there is one.
const DETACHED: [&str; 22] = [
    "shutdown",
    "close",
    "stop",
    "cleanup",
    "drain",
    "teardown",
    "release",
    "rollback",
    "unlock",
    "background",
    "async",
    "detach",
    "detached",
    "flush",
    "gc",
    "finalize",
    "dispose",
    "terminate",
    "cancel",
    "abort",
    "main",
    "init",
];

/// The context that the function around a call was given and that still holds there.
///
/// None where the work is meant to outlive the request, or where nobody can tell: in a `go` statement, in what is
/// deferred, in functions that clean up, after the context is done.
pub(super) fn at_hand<'a>(file: &'a FileFacts, call: &Call) -> Option<&'a GivenContext> {
    let outline = &file.outline;
    if file.in_any(&outline.deferred, call.span) || file.in_any(&outline.spawned, call.span) {
        return None;
    }
    let (scope, given) = file.scopes_around(call.scope).find_map(|(id, _)| Some((id, given_to(file, id)?)))?;
    let function = file.scope(file.named_function_of(scope));
    let detached = words(function.name.as_deref().unwrap_or_default()).any(|word| DETACHED.contains(&word.as_str()));
    let before = Span { start: file.scope(scope).body.start, end: call.span.start };
    let done = file.text(before).contains(".Done()");
    // A closure between the context and the call may be kept and run later.
    let kept = file.scopes_around(call.scope).take_while(|(id, _)| *id != scope).any(|(id, _)| outlives(file, id));
    (!detached && !done && !kept).then_some(given)
}

fn given_to(file: &FileFacts, scope: ScopeId) -> Option<&GivenContext> {
    let given = &file.telemetry.given_contexts;
    given.binary_search_by_key(&scope, |one| one.scope).ok().map(|index| &given[index])
}

/// Whether a closure is given to something that runs it when it likes, rather than called here.
fn outlives(file: &FileFacts, closure: ScopeId) -> bool {
    let span = file.scope(closure).span;
    let starts = file.telemetry.boundaries.iter().any(|boundary| boundary.body == Some(closure));
    let stored = file.outline.bindings.iter().any(|binding| {
        let value = binding.value.as_ref().map(|value| value.span);
        value == Some(span) && (binding.path.len() > 1 || binding.kind == BindingKind::Assigned)
    });
    let returned = file.outline.exits.iter().any(|exit| exit.values.iter().any(|value| value.span == span));
    starts || stored || returned
}

/// How the code at a place would name the context: what a request gives may have a name already.
pub(super) fn name_at(file: &FileFacts, given: &GivenContext, call: &Call) -> String {
    if given.origin == ContextOrigin::Request {
        let body = file.scope(given.scope).body;
        let named = file.outline.bindings.iter().any(|binding| {
            binding.path == ["ctx"] && body.contains(binding.statement) && binding.statement.end < call.span.start
        });
        if named {
            return "ctx".to_owned();
        }
    }
    given.name.clone()
}

/// Whether a comment on or above the lines of a span says why.
pub(super) fn explained(file: &FileFacts, span: Span) -> bool {
    let (first, last) = file.source.lines(span);
    let whole = file.source.line_span(first).cover(file.source.line_span(last));
    file.has_comment_in(whole) || file.has_comment_above(span)
}
