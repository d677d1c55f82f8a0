//! All operations of a change, or of everything that was read.

use std::collections::HashSet;

use super::candidate::Candidate;
use super::moved::Moved;
use super::required::{Counted, is_required, is_service};
use super::sight;
use crate::facts::{Delta, FactSet, FileFacts, FilePair, Outbound, OutboundKind};
use crate::model::{FilePath, Operation, Side};

/// More operations than this are bulk, and nobody reads their list.
const MAX_OPERATIONS: usize = 2_000;

/// The operations that a change adds or rewrites. Deletions and moves touch none.
pub fn touched(delta: &Delta<'_>) -> Vec<Operation> {
    let mut moved = Moved::of(delta);
    let mut found: Vec<(&FileFacts, Candidate<'_>)> = Vec::new();
    for pair in delta.pairs() {
        let Some(file) = pair.head.filter(|file| is_service(file)) else { continue };
        let here = Candidate::all(file).filter(|one| is_touched(&pair, file, *one));
        let counted = Counted::of(file);
        let here: Vec<_> = here.filter(|one| !moved.take(file, *one) && is_required(file, *one, &counted)).collect();
        found.extend(here.into_iter().map(|one| (file, one)));
    }
    let counted: HashSet<(FilePath, u32)> = found.iter().filter_map(|(file, one)| outbound_at(file, *one)).collect();
    found.retain(|(file, one)| !wraps_counted(delta.head, file, *one, &counted));
    judged(delta.head, found)
}

/// Every operation of the files that were read as changed. A function of the project that sends something out is counted
/// where it does so.
pub fn everything(delta: &Delta<'_>) -> Vec<Operation> {
    let files = delta.pairs().filter_map(|pair| pair.head).filter(|file| is_service(file));
    let wrapper = |one: &Candidate<'_>| matches!(one, Candidate::Outbound(op) if op.kind == OutboundKind::Wrapper);
    let all = files.flat_map(|file| {
        let counted = Counted::of(file);
        let here = Candidate::all(file).filter(move |one| !wrapper(one) && is_required(file, *one, &counted));
        here.map(move |one| operation(delta.head, file, one))
    });
    all.collect()
}

fn judged(set: &FactSet, found: Vec<(&FileFacts, Candidate<'_>)>) -> Vec<Operation> {
    let mut out: Vec<Operation> =
        found.into_iter().take(MAX_OPERATIONS).map(|(file, one)| operation(set, file, one)).collect();
    out.sort_by(|one, other| {
        let place = |operation: &Operation| (operation.location.path.clone(), operation.location.line, operation.kind);
        place(one).cmp(&place(other))
    });
    out
}

fn operation(set: &FactSet, file: &FileFacts, candidate: Candidate<'_>) -> Operation {
    let seen = sight::of(set, file, candidate);
    let marker = seen.marker.map(|place| crate::model::Location {
        path: place.path,
        side: Side::Right,
        line: place.line,
        end_line: place.line,
        columns: (1, 1),
    });
    Operation {
        kind: candidate.kind(),
        location: file.location(candidate.anchor(file), Side::Right),
        name: candidate.name(file),
        sight: seen.sight,
        reason: seen.reason,
        marker,
        unit: set.coverage(&file.path).map(|unit| unit.root.clone()),
    }
}

fn is_touched(pair: &FilePair<'_>, file: &FileFacts, candidate: Candidate<'_>) -> bool {
    match candidate {
        // The signature or the line it is registered on.
        Candidate::Entry(entry) => {
            let scope = file.scope(entry.scope);
            pair.touches(crate::model::Span {
                start: scope.span.start,
                end: scope.body.start.max(scope.span.start + 1),
            })
        }
        Candidate::Failure(failure) => {
            let protected = file.protected_io(failure).any(|op| pair.touches(file.call(op.call).span));
            pair.is_new(candidate.anchor(file)) || pair.touches(failure.body) || protected
        }
        Candidate::Outbound(_) | Candidate::Boundary(_) => pair.is_new(candidate.anchor(file)),
    }
}

fn outbound_at(file: &FileFacts, candidate: Candidate<'_>) -> Option<(FilePath, u32)> {
    let Candidate::Outbound(op) = candidate else { return None };
    (op.kind != OutboundKind::Wrapper).then(|| (file.path.clone(), file.call(op.call).span.start))
}

/// A call of a function whose own operations are counted already would count them twice.
fn wraps_counted(set: &FactSet, file: &FileFacts, one: Candidate<'_>, counted: &HashSet<(FilePath, u32)>) -> bool {
    match one {
        Candidate::Outbound(op) if op.kind == OutboundKind::Wrapper => reaches(set, file, op, counted, 0),
        _ => false,
    }
}

fn reaches(set: &FactSet, file: &FileFacts, op: &Outbound, counted: &HashSet<(FilePath, u32)>, depth: u32) -> bool {
    let Some(target) = file.telemetry.targets.get(&op.call).filter(|_| depth < 3) else { return false };
    let Some(other) = set.file(&target.path) else { return false };
    let span = other.scope(target.scope).span;
    other.telemetry.outbound.iter().filter(|one| span.contains(other.call(one.call).span)).take(16).any(|one| {
        counted.contains(&(other.path.clone(), other.call(one.call).span.start))
            || one.kind == OutboundKind::Wrapper && reaches(set, other, one, counted, depth + 1)
    })
}
