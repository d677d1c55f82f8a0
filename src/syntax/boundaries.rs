//! Work that leaves its function: `go` statements, calls the tables know to spawn, promises that a statement starts and
//! forgets.

use std::collections::HashMap;

use super::project::Read;
use super::tables::{self, Role};
use crate::facts::code::{Call, CallId, ExprKind, ResultUse, ScopeId};
use crate::facts::{Boundary, BoundaryKind, Outcome, Telemetry, Tier};
use crate::model::Span;

/// Every place of one file where work leaves its function, once names and callees are known.
pub(super) fn of(read: &Read, facts: &Telemetry) -> Vec<Boundary> {
    let mut out = goroutines(read);
    let tables = tables::of(read.language);
    for (index, call) in read.outline.calls.iter().enumerate() {
        let id = CallId(index as u32);
        let role = facts.names.get(&id).and_then(|(name, tier)| Some((tables.role(name)?, *tier)));
        match role {
            Some((Role::Spawn { library, kind }, tier)) => out.push(spawn(id, call, library, *kind, tier)),
            _ => out.extend(promise(read, facts, id, call)),
        }
    }
    out.sort_by_key(|boundary| boundary.call);
    out
}

fn goroutines(read: &Read) -> Vec<Boundary> {
    let outline = &read.outline;
    if outline.spawned.is_empty() {
        return Vec::new();
    }
    let mut closures: HashMap<u32, ScopeId> = HashMap::new();
    for (index, scope) in outline.scopes.iter().enumerate() {
        closures.insert(scope.span.start, ScopeId(index as u32));
    }
    let started = |spawned: &Span| {
        let from = outline.calls.partition_point(|call| call.span.start < spawned.start);
        let inside = outline.calls[from..].iter().enumerate().take_while(|(_, call)| call.span.start < spawned.end);
        // What the statement runs is the call that reaches to its end.
        let (at, call) =
            inside.filter(|(_, call)| spawned.contains(call.span)).max_by_key(|(_, call)| call.span.len())?;
        let id = CallId((from + at) as u32);
        let body = closures.get(&call.span.start).copied().filter(|_| call.path.last().is_none_or(|name| name == "?"));
        Some(Boundary {
            call: id,
            kind: BoundaryKind::Goroutine,
            outcome: Outcome::Dropped,
            body,
            work: body.is_none().then_some(id),
            library: "go".to_owned(),
            tier: Tier::Imported,
        })
    };
    outline.spawned.iter().filter_map(started).collect()
}

fn spawn(id: CallId, call: &Call, library: &str, kind: BoundaryKind, tier: Tier) -> Boundary {
    let given = call.args.iter().map(|arg| &arg.value.kind);
    let body = given.clone().find_map(|value| if let ExprKind::Closure(scope) = value { Some(*scope) } else { None });
    let work = given.clone().find_map(|value| if let ExprKind::Call(work) = value { Some(*work) } else { None });
    let outcome = match call.result {
        _ if call.awaited => Outcome::Handed,
        ResultUse::Discarded | ResultUse::Blank => Outcome::Dropped,
        ResultUse::Bound => Outcome::Stored,
        ResultUse::Returned | ResultUse::Propagated | ResultUse::Chained | ResultUse::Used => Outcome::Handed,
    };
    let work = work.filter(|_| body.is_none());
    Boundary { call: id, kind, outcome, body, work, library: library.to_owned(), tier }
}

/// A statement that calls what is known to be asynchronous, and does not wait for it.
fn promise(read: &Read, facts: &Telemetry, id: CallId, call: &Call) -> Option<Boundary> {
    let dropped = call.result == ResultUse::Discarded && !call.awaited && read.language.is_script();
    let declared = facts.callees.get(&id).is_some_and(|callee| callee.is_async);
    // `fs.promises.rm(…)`, `Manager.promises.sync(…)`: the name of the namespace is the promise.
    let named = call.path.len() > 2 && call.path[1..call.path.len() - 1].iter().any(|segment| segment == "promises");
    (dropped && (declared || named)).then(|| Boundary {
        call: id,
        kind: BoundaryKind::Promise,
        outcome: Outcome::Dropped,
        body: None,
        work: Some(id),
        library: String::new(),
        tier: if declared { Tier::Flow } else { Tier::Imported },
    })
}
