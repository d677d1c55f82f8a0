//! Operations of one file before anyone asks whether they matter.

use crate::facts::code::{Failure, ScopeId};
use crate::facts::{Boundary, EntryKind, EntryPoint, FileFacts, Outbound, OutboundKind, Tier};
use crate::model::{OperationKind, Span};

/// A fact that may be an operation.
#[derive(Clone, Copy)]
pub(super) enum Candidate<'a> {
    Entry(&'a EntryPoint),
    Outbound(&'a Outbound),
    Failure(&'a Failure),
    Boundary(&'a Boundary),
}

impl<'a> Candidate<'a> {
    pub(super) fn all(file: &'a FileFacts) -> impl Iterator<Item = Self> {
        let telemetry = &file.telemetry;
        let entries = telemetry.entries.iter().map(Candidate::Entry);
        let outbound = telemetry.outbound.iter().map(Candidate::Outbound);
        let failures = file.outline.failures.iter().map(Candidate::Failure);
        entries.chain(outbound).chain(failures).chain(telemetry.boundaries.iter().map(Candidate::Boundary))
    }

    pub(super) fn kind(self) -> OperationKind {
        match self {
            Self::Entry(entry) => match entry.kind {
                EntryKind::Consumer | EntryKind::Schedule => OperationKind::Job,
                _ => OperationKind::Entry,
            },
            Self::Outbound(_) => OperationKind::Outbound,
            Self::Failure(_) => OperationKind::Failure,
            Self::Boundary(_) => OperationKind::Boundary,
        }
    }

    pub(super) fn scope(self, file: &FileFacts) -> ScopeId {
        match self {
            Self::Entry(entry) => entry.scope,
            Self::Outbound(op) => file.call(op.call).scope,
            Self::Failure(failure) => failure.scope,
            Self::Boundary(boundary) => file.call(boundary.call).scope,
        }
    }

    /// Where a person would point.
    pub(super) fn anchor(self, file: &FileFacts) -> Span {
        match self {
            Self::Entry(entry) => {
                let scope = file.scope(entry.scope);
                let line = file.source.line_span(file.source.line_of(scope.span.start));
                Span { start: scope.span.start, end: line.end.max(scope.span.start) }
            }
            Self::Outbound(op) => file.call(op.call).name_span,
            Self::Failure(failure) if failure.header.is_empty() => failure.span,
            Self::Failure(failure) => failure.header,
            Self::Boundary(boundary) => file.call(boundary.call).name_span,
        }
    }

    /// What it is, in few words.
    pub(super) fn name(self, file: &FileFacts) -> String {
        match self {
            Self::Entry(entry) => {
                let path = file.scope_path(entry.scope);
                match entry.route.as_deref() {
                    Some(route) if path.is_empty() => route.to_owned(),
                    Some(route) => format!("{route} ({path})"),
                    None if path.is_empty() => format!("{} handler", entry.framework),
                    None => path,
                }
            }
            Self::Outbound(op) => outbound_name(file, op),
            Self::Failure(failure) => match protected_name(file, failure) {
                Some(name) => format!("failure of {name}"),
                None => "failure".to_owned(),
            },
            Self::Boundary(boundary) => written(&file.call(boundary.work.unwrap_or(boundary.call)).path),
        }
    }

    pub(super) fn is_sure(self) -> bool {
        match self {
            Self::Entry(entry) => entry.tier > Tier::Lexical,
            Self::Outbound(op) => op.tier > Tier::Lexical,
            Self::Failure(_) => true,
            Self::Boundary(boundary) => boundary.tier > Tier::Lexical,
        }
    }
}

/// The last link of a chain says little; what it is a chain of says more.
fn outbound_name(file: &FileFacts, op: &Outbound) -> String {
    let path = &file.call(op.call).path;
    match path.as_slice() {
        [.., last] if file.call(op.call).base.is_some() && op.kind != OutboundKind::Wrapper => {
            format!("{} {last}", op.library)
        }
        _ => written(path),
    }
}

fn written(path: &[String]) -> String {
    let known: Vec<&str> = path.iter().map(String::as_str).filter(|part| *part != "?").collect();
    if known.is_empty() { "this call".to_owned() } else { known.join(".") }
}

/// The operation that a failure is about: the last one that leaves the process.
fn protected_name(file: &FileFacts, failure: &Failure) -> Option<String> {
    let remote = |op: &&Outbound| !matches!(op.kind, OutboundKind::File | OutboundKind::Process);
    let op = file.protected_io(failure).filter(remote).last()?;
    Some(outbound_name(file, op))
}
