//! Whether anybody hears what happens in work that nobody waits for.

use super::failure;
use crate::facts::code::{FailureKind, ScopeId};
use crate::facts::{Bit, Boundary, BoundaryKind, FileFacts, Known, UnitCoverage};
use crate::model::{Language, Sight, Span};

/// Result observed, and context carried wherever the work has telemetry of its own.
pub(super) fn sight(file: &FileFacts, unit: Option<&UnitCoverage>, boundary: &Boundary) -> (Sight, String) {
    let (heard, speaks) = match (boundary.body, boundary.work) {
        (Some(body), _) => (closure_is_heard(file, body), has_telemetry(file, file.scope(body).span)),
        (None, Some(work)) => {
            let summary = file.telemetry.summaries.get(&work).copied();
            let callee = file.telemetry.callees.get(&work).copied();
            let heard = match (summary, callee) {
                (Some(summary), _) if summary.logs_error || summary.counts || summary.reports => Some(true),
                (_, Some(callee)) if callee.fails => Some(false),
                (Some(summary), _) => Some(!summary.performs_io),
                (None, _) => None,
            };
            (heard, summary.is_some_and(|summary| summary.logs || summary.counts || summary.marks_span))
        }
        (None, None) => (None, false),
    };
    let carried = carries_context(file, unit, boundary);
    match (heard, speaks, carried) {
        (Some(false), ..) => (Sight::Unseen, "what fails in it is lost".to_owned()),
        (None, ..) => (Sight::Unknown, "what it does about failures is not known".to_owned()),
        (Some(true), true, Some(false)) => {
            (Sight::Unseen, "its telemetry has no link to the request: no context is handed over".to_owned())
        }
        (Some(true), true, None) => (Sight::Unknown, "whether the context reaches it is not known".to_owned()),
        (Some(true), ..) => (Sight::Seen, "it tells of its failures itself".to_owned()),
    }
}

/// Everything that fails in a closure shows.
fn closure_is_heard(file: &FileFacts, body: ScopeId) -> Option<bool> {
    let span = file.scope(body).span;
    let mut failures = file
        .failures_in(span)
        .filter(|one| !matches!(one.kind, FailureKind::Discard | FailureKind::Blank))
        .filter(|one| file.protected_io(one).next().is_some())
        .peekable();
    if failures.peek().is_none() {
        return Some(false);
    }
    let all: Vec<Sight> = failures.map(|one| failure::sight(file, one).0).collect();
    match () {
        () if all.contains(&Sight::Unseen) => Some(false),
        () if all.contains(&Sight::Unknown) => None,
        () => Some(true),
    }
}

fn has_telemetry(file: &FileFacts, span: Span) -> bool {
    let telemetry = &file.telemetry;
    file.logs_in(span).next().is_some() || telemetry.spans.iter().any(|one| span.contains(file.call(one.call).span))
}

/// Whether the work knows the request it is for; nothing when that is decided elsewhere.
fn carries_context(file: &FileFacts, unit: Option<&UnitCoverage>, boundary: &Boundary) -> Option<bool> {
    let proven = |bit| unit.map(|unit| unit.answer(bit, "").known) == Some(Known::Proven);
    let text = file.text(file.call(boundary.call).statement);
    match (file.language, boundary.kind) {
        // Asynchronous context follows promises, timers and tasks by itself.
        (Language::JavaScript | Language::TypeScript | Language::Tsx, _) => Some(true),
        (Language::Python, BoundaryKind::Task) => Some(true),
        (Language::Go, _) => {
            let given = file.telemetry.given_contexts.iter().any(|one| text.contains(one.name.as_str()));
            Some(given || text.contains("ctx") || text.contains("context."))
        }
        (Language::Rust, _) => {
            let carries = [".instrument(", "in_current_span", "with_context", "with_current_subscriber"];
            Some(carries.iter().any(|word| text.contains(word)))
        }
        (Language::Python | Language::Java, _) if proven(Bit::CtxExecutors) => Some(true),
        _ => None,
    }
}
