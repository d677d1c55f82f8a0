//! Wrapper summaries: a project's own `logError` counts as a log, its `fetchUser` as I/O. Bottom-up, three rounds deep.

use std::collections::HashMap;

use rayon::prelude::*;

use super::callees::{declared, talks};
use super::meaning::redacts;
use super::project::Project;
use super::resolve::Resolver;
use crate::facts::code::{CallId, ExitKind, ScopeId, ScopeKind};
use crate::facts::{Level, Outbound, OutboundKind, SpanOpKind, Summary, Target, Telemetry, Tier};

const ROUNDS: usize = 3;

/// Which call in which function calls which function of the project.
struct Edge {
    caller: (usize, ScopeId),
    call: (usize, CallId),
    callee: (usize, ScopeId),
}

/// Adds what the project's own functions amount to to the telemetry of every file.
pub(super) fn link(project: &Project, telemetry: &mut [Telemetry]) {
    let mut summaries: HashMap<(usize, ScopeId), Summary> = HashMap::new();
    for (file, facts) in telemetry.iter().enumerate() {
        own(project, file, facts, &mut summaries);
    }
    let edges = edges(project);
    for _ in 0..ROUNDS {
        let before = summaries.clone();
        for edge in &edges {
            let Some(callee) = before.get(&edge.callee) else { continue };
            let entry = summaries.entry(edge.caller).or_default();
            *entry = entry.with(*callee);
        }
    }
    for edge in edges {
        let declared = declared(project, edge.callee.0, edge.callee.1);
        telemetry[edge.call.0].callees.insert(edge.call.1, declared);
        let Some(summary) = summaries.get(&edge.callee) else { continue };
        let (file, call) = edge.call;
        let facts = &mut telemetry[file];
        facts.summaries.insert(call, *summary);
        if summary.redacts {
            facts.redactions.push(call);
        }
        if summary.performs_io {
            let path = project.files[edge.callee.0].path.clone();
            facts.targets.insert(call, Target { path, scope: edge.callee.1 });
        }
        if summary.performs_io && !facts.outbound.iter().any(|op| op.call == call) {
            let name = project.files[file].outline.calls[call.index()].path.join(".");
            facts.outbound.push(Outbound { call, kind: OutboundKind::Wrapper, library: name, tier: Tier::Flow });
        }
    }
    through_interfaces(project, telemetry);
}

/// Adds what calls through interfaces say.
fn through_interfaces(project: &Project, telemetry: &mut [Telemetry]) {
    telemetry.par_iter_mut().enumerate().for_each(|(file, facts)| {
        let resolver = Resolver::new(project);
        for index in 0..project.files[file].outline.calls.len() {
            let id = CallId(index as u32);
            if facts.names.contains_key(&id) || facts.callees.contains_key(&id) {
                continue;
            }
            let Some(callee) = resolver.interface_method(file, id) else { continue };
            facts.callees.insert(id, callee);
            if let Some(kind) = talks(callee) {
                let name = project.files[file].outline.calls[index].path.join(".");
                facts.outbound.push(Outbound { call: id, kind, library: name, tier: Tier::Flow });
            }
        }
    });
}

/// The function a place belongs to: closures count towards the function that makes them.
fn home(project: &Project, file: usize, scope: ScopeId) -> ScopeId {
    let scopes = &project.files[file].outline.scopes;
    let mut at = scope;
    while let Some(parent) = scopes[at.index()].parent {
        let here = &scopes[at.index()];
        if here.name.is_some() && here.kind != ScopeKind::Class {
            break;
        }
        at = parent;
    }
    at
}

fn own(project: &Project, file: usize, facts: &Telemetry, out: &mut HashMap<(usize, ScopeId), Summary>) {
    let outline = &project.files[file].outline;
    let at = |call: CallId| (file, home(project, file, outline.calls[call.index()].scope));
    let mut add = |key: (usize, ScopeId), summary: Summary| {
        if key.1 != ScopeId::FILE {
            let entry = out.entry(key).or_default();
            *entry = entry.with(summary);
        }
    };
    for log in &facts.logs {
        let logs_error = log.level >= Level::Warn;
        add(at(log.call), Summary { logs: true, logs_error, ..Summary::default() });
    }
    for used in &facts.metric_uses {
        add(at(used.call), Summary { counts: true, ..Summary::default() });
    }
    for op in &facts.span_ops {
        let marks_span = matches!(op.kind, SpanOpKind::SetStatus | SpanOpKind::RecordError);
        add(at(op.call), Summary { marks_span, ends_span: op.kind == SpanOpKind::End, ..Summary::default() });
    }
    for call in &facts.reports {
        add(at(*call), Summary { reports: true, ..Summary::default() });
    }
    // Only imported or typed symbols perform I/O (a lexical guess must not make a wrapper), and only what leaves the machine.
    let remote = |op: &&Outbound| !matches!(op.kind, OutboundKind::File | OutboundKind::Process);
    for op in facts.outbound.iter().filter(|op| op.tier > Tier::Lexical).filter(remote) {
        add(at(op.call), Summary { performs_io: true, ..Summary::default() });
    }
    for exit in outline.exits.iter().filter(|exit| exit.kind == ExitKind::Terminate) {
        let key = (file, home(project, file, exit.scope));
        // A function that ends the process on one of its paths is not one that never returns.
        let whole = outline.scopes[key.1.index()].body.len() < 400;
        add(key, Summary { terminates: whole, ..Summary::default() });
    }
    for (index, scope) in outline.scopes.iter().enumerate() {
        if scope.name.as_deref().is_some_and(redacts) {
            add((file, ScopeId(index as u32)), Summary { redacts: true, ..Summary::default() });
        }
    }
}

fn edges(project: &Project) -> Vec<Edge> {
    let files = 0..project.files.len();
    files
        .into_par_iter()
        .flat_map_iter(|file| {
            let resolver = Resolver::new(project);
            let outline = &project.files[file].outline;
            let ids = (0..outline.calls.len()).map(|index| CallId(index as u32));
            ids.filter_map(move |id| {
                let callee = resolver.function(file, id)?;
                let caller = (file, home(project, file, project.files[file].outline.calls[id.index()].scope));
                (caller != callee).then_some(Edge { caller, call: (file, id), callee })
            })
            .collect::<Vec<_>>()
        })
        .collect()
}
