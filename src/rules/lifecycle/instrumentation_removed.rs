//! The base was instrumented for certain, and the head is not: an agent, a wrapper or middleware went, and nothing that
//! covers the same took its place.

use std::collections::BTreeSet;

use crate::facts::code::{Call, ScopeId};
use crate::facts::coverage::Place;
use crate::facts::{Bit, Delta, DocumentKind, FileFacts, Marker, Reach, UnitCoverage};
use crate::model::{Confidence, Evidence, FileChange, FileStatus, Location, Side};
use crate::rules::rule::{Change, Report, Rule, Said, rule};

pub const RULE: Rule = rule!("lifecycle/instrumentation-removed", check);

fn check(change: &Change<'_>, out: &mut Report) {
    let delta = change.delta;
    for before in delta.base.units() {
        let after = delta.head.units().iter().find(|unit| unit.root == before.root && unit.language == before.language);
        // A unit that is gone needs no instrumentation.
        let Some(after) = after else { continue };
        let mut told: BTreeSet<Bit> = BTreeSet::new();
        for marker in before.own.iter().filter(|marker| !marker.half) {
            let Some(file) = removed_from(delta, marker) else { continue };
            // Two markers that went together are one loss.
            let lost: Vec<Bit> = lost(marker, before, after).into_iter().filter(|bit| !told.contains(bit)).collect();
            if lost.is_empty() || is_borrowed(delta, before, marker) || !is_still_there(delta, file, marker) {
                continue;
            }
            told.extend(&lost);
            say(out, marker, &lost, before);
        }
    }
}

/// The changed file a marker stood in, when its line is gone and the file is not.
fn removed_from<'a>(delta: &Delta<'a>, marker: &Marker) -> Option<&'a FileChange> {
    let file = delta.change.files.iter().find(|file| *file.base_path() == marker.place.path)?;
    (file.status != FileStatus::Removed && file.is_removed(marker.place.line)).then_some(file)
}

/// A library may require what its users run, and a dependency that another manifest of the change gains has only moved.
fn is_borrowed(delta: &Delta<'_>, before: &UnitCoverage, marker: &Marker) -> bool {
    let path = &marker.place.path;
    let manifest = delta.base.document(path).filter(|document| document.kind == DocumentKind::Manifest);
    let Some(manifest) = manifest.filter(|_| path.file_name() != "package.json") else { return false };
    let deployed = before.deployed.built || before.deployed.run;
    let line = manifest.source.line_text(marker.place.line).trim();
    let gained = delta.change.files.iter().filter(|file| file.path != *path).any(|file| {
        let head = delta.head.document(&file.path).filter(|document| document.kind == DocumentKind::Manifest);
        head.is_some_and(|head| {
            let lines = file.hunks.iter().flat_map(|hunk| &hunk.added);
            lines.into_iter().any(|added| head.source.line_text(*added).trim() == line)
        })
    });
    !deployed || gained
}

/// What it covered and nothing covers now: another marker of the same bit, proven or likely, replaces it. An agent whose
/// place another one took is replaced as a whole, whatever else the two cover.
fn lost(marker: &Marker, before: &UnitCoverage, after: &UnitCoverage) -> Vec<Bit> {
    let covers = |other: &Marker, bit| other.covers.iter().any(|cover| cover.bit == bit);
    let replaced = |bit| after.own.iter().chain(after.elsewhere.iter()).any(|other| covers(other, bit));
    let bits: BTreeSet<Bit> = marker.covers.iter().map(|cover| cover.bit).collect();
    let off = |bit| {
        let switched = |off: &crate::facts::coverage::Off| off.vendor == marker.vendor && off.covers.is_empty();
        before.off.iter().any(switched) || before.own.iter().all(|one| !covers(one, bit))
    };
    let entries = [Bit::HttpServer, Bit::RpcServer, Bit::QueueConsume, Bit::Faas];
    let enters = |bit: &Bit| entries.contains(bit);
    if marker.reach == Reach::Unit && bits.iter().filter(|bit| enters(bit)).any(|bit| replaced(*bit)) {
        return Vec::new();
    }
    bits.into_iter().filter(|bit| !replaced(*bit) && !off(*bit) && !after.external.contains(bit)).collect()
}

/// Whether what it observed is still there. In a manifest or deployment file that is the unit itself; in code it is the
/// function, and what the removed statement worked on.
fn is_still_there(delta: &Delta<'_>, file: &FileChange, marker: &Marker) -> bool {
    let Some(base) = delta.base.file(&marker.place.path) else { return delta.head.document(&file.path).is_some() };
    let Some(head) = delta.head.file(&file.path) else { return false };
    let scope = base.named_function_of(base.scope_around(marker.place.span));
    let Some(body) = same_function(base, scope, head) else { return false };
    let statement =
        base.outline.calls.iter().filter(|call| call.span.contains(marker.place.span)).map(|call| call.statement);
    let Some(statement) = statement.max_by_key(|statement| statement.len()) else {
        // An import for its effect: whatever it patched is patched no more.
        return true;
    };
    let subjects: BTreeSet<&str> = base.calls_in(statement).flat_map(|(_, call)| subjects(base, call)).collect();
    subjects.is_empty() || subjects.iter().any(|name| head.mentions(body, name))
}

fn same_function(base: &FileFacts, scope: ScopeId, head: &FileFacts) -> Option<crate::model::Span> {
    if scope == ScopeId::FILE {
        return Some(head.scope(ScopeId::FILE).span);
    }
    let wanted = base.scope_path(scope);
    let mut ids = (0..head.outline.scopes.len()).map(|index| ScopeId(index as u32));
    ids.find(|id| head.scope(*id).name.is_some() && head.scope_path(*id) == wanted).map(|id| head.scope(id).span)
}

/// Names that a call works on: its receiver and its arguments, imported modules left out.
fn subjects<'a>(file: &'a FileFacts, call: &'a Call) -> Vec<&'a str> {
    let imported = |name: &str| file.outline.imports.iter().any(|import| import.alias == name);
    let receiver = (call.path.len() > 1 && call.base.is_none()).then(|| call.path[0].as_str());
    let given = call.args.iter().flat_map(|arg| arg.value.paths()).filter_map(|(path, _)| path.first());
    let names = receiver.into_iter().chain(given.map(String::as_str));
    names.filter(|name| name.len() > 1 && *name != "this" && *name != "self" && !imported(name)).collect()
}

fn say(out: &mut Report, marker: &Marker, lost: &[Bit], unit: &UnitCoverage) {
    let what: Vec<&str> = lost.iter().take(3).map(|bit| bit.in_words()).collect();
    let more = lost.len().saturating_sub(what.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let of = if unit.root.is_empty() { String::new() } else { format!(" of `{}`", unit.root) };
    let evidence = vec![
        Evidence { text: format!("{} covered this before the change", marker.name), location: Some(at(&marker.place)) },
        Evidence { text: format!("no other marker{of} covers the same now"), location: None },
    ];
    out.push(
        at(&marker.place),
        Said {
            scope: marker.row.clone(),
            message: format!("{} is removed: production no longer sees {}{more}", marker.name, what.join(", ")),
            help: "keep it, or bring its replacement in the same change".to_owned(),
            evidence,
            confidence: Confidence::Certain,
        },
    );
}

fn at(place: &Place) -> Location {
    Location { path: place.path.clone(), side: Side::Left, line: place.line, end_line: place.line, columns: (1, 1) }
}
