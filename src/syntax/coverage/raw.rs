//! Clients made without instrumentation, and calls that go out without a client of one's own.

use super::set_up::{place, table_of};
use super::table::{RawRow, TABLES};
use super::version::matched;
use crate::facts::code::{Call, CallId, CallKind, ExprKind};
use crate::facts::{FileClass, FileFacts, RawClient, Tier};

/// More plain clients than this in one file are data.
const MAX_CLIENTS: usize = 100;

pub(super) fn clients(file: &FileFacts) -> Vec<RawClient> {
    let Some(table) = TABLES.languages.get(table_of(file.language)) else { return Vec::new() };
    if table.raw.is_empty() || file.class != FileClass::Production {
        return Vec::new();
    }
    let calls = file.outline.calls.iter().enumerate();
    let found = calls.filter_map(|(index, call)| {
        let id = CallId(index as u32);
        let row = table.raw.iter().find(|row| is_raw(file, id, call, row))?;
        Some(RawClient {
            library: row.library.clone(),
            bit: row.bit,
            place: place(file, call.span),
            instead: row.instead.clone(),
        })
    });
    found.take(MAX_CLIENTS).collect()
}

fn is_raw(file: &FileFacts, id: CallId, call: &Call, row: &RawRow) -> bool {
    let named = || {
        let (name, tier) = file.telemetry.names.get(&id)?;
        let known = *tier > Tier::Lexical && row.calls.iter().any(|wanted| matched(wanted, name).is_some());
        known.then_some(())
    };
    let sent = !row.path.is_empty() && call.path.len() > row.path.len() && call.path.starts_with(&row.path);
    if !sent && (row.made && call.kind != CallKind::New || named().is_none()) {
        return false;
    }
    let text = file.text(call.span);
    let excused = row.unless.as_ref().is_some_and(|unless| unless.is_match(text))
        || row.only.as_ref().is_some_and(|only| !only.is_match(text))
        || row
            .unless_imports
            .as_deref()
            .is_some_and(|module| file.outline.imports.iter().any(|import| import.module.starts_with(module)))
        || is_bound(file, row)
        || is_given(file, id, call, row);
    !excused && !file.in_test(call.scope)
}

/// `http.DefaultTransport = …`: the plain client is not plain any more.
fn is_bound(file: &FileFacts, row: &RawRow) -> bool {
    let rebound = |name: &String| row.unless_bound.contains(name);
    !row.unless_bound.is_empty()
        && file.outline.bindings.iter().any(|one| one.path.len() > 1 && one.path.last().is_some_and(rebound))
}

/// Whether the client, or the name it is bound to, is given to what instruments it.
fn is_given(file: &FileFacts, id: CallId, call: &Call, row: &RawRow) -> bool {
    if row.unless_given.is_empty() {
        return false;
    }
    let name =
        file.outline.bindings.iter().find(|one| one.statement.contains(call.span)).and_then(|one| one.path.last());
    let is_it = |kind: &ExprKind| match kind {
        ExprKind::Call(given) => *given == id,
        ExprKind::Path(path) => path.last() == name && name.is_some(),
        _ => false,
    };
    file.outline.calls.iter().any(|other| {
        let instruments = other.path.last().is_some_and(|last| row.unless_given.contains(last));
        instruments && other.args.iter().any(|arg| is_it(&arg.value.kind))
    })
}
