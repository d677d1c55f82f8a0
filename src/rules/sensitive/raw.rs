//! Raw data of a request or of the process: headers, bodies, cookies, the environment, by the chain of members that reads
//! them or by their declared type.

use super::words::{self, handler};
use crate::facts::code::{Param, Scope, ScopeId};
use crate::facts::{EntryKind, FileFacts};
use crate::model::Span;

/// What a chain of members reads, if all of something: `req.headers`, `process.env`.
pub(super) fn by_path(file: &FileFacts, path: &[String]) -> Option<&'static str> {
    lookup(&words::raw(file.language).paths, path)
}

/// The same for a call without arguments: `os.Environ()`, `request.get_json()`.
pub(super) fn by_call(file: &FileFacts, path: &[String]) -> Option<&'static str> {
    lookup(&words::raw(file.language).calls, path)
}

/// `req|request.headers = the headers of the request`: alternatives by segment, matched against the end of the chain.
fn lookup(lines: &'static [String], path: &[String]) -> Option<&'static str> {
    lines.iter().find_map(|line| {
        let (pattern, what) = line.split_once(" = ")?;
        let segments: Vec<&str> = pattern.split('.').collect();
        let from = path.len().checked_sub(segments.len())?;
        let fits = |(segment, pattern): (&String, &&str)| pattern.split('|').any(|one| one == segment);
        path[from..].iter().zip(&segments).all(fits).then_some(what)
    })
}

/// What a value of a declared type holds, if it is printed with all of it.
pub(super) fn by_type(file: &FileFacts, type_text: &str) -> Option<&'static str> {
    let bare = bare_type(type_text);
    words::raw(file.language).types.iter().find_map(|line| {
        let (pattern, what) = line.split_once(" = ")?;
        (pattern == bare || pattern == type_text.trim()).then_some(what)
    })
}

/// The last segment of a type without references and generics; a pointer keeps its star.
fn bare_type(type_text: &str) -> &str {
    let text = type_text.trim().trim_start_matches([':', '&', ' ']).trim_start_matches("mut ");
    let text = text.split(['<', '[', '|']).next().unwrap_or(text).trim();
    text.rsplit("::").next().unwrap_or(text)
}

/// A parameter that holds all that a client sent: `req` of `(req, res)`, `event` of a Lambda, the entity of a JAX-RS method.
pub(super) fn by_parameter(file: &FileFacts, scope: ScopeId, name: &str) -> Option<&'static str> {
    let (id, scope, at) = file.scopes_around(scope).find_map(|(id, scope)| {
        let at = scope.params.iter().position(|param| param.name == name)?;
        Some((id, scope, at))
    })?;
    let param = &scope.params[at];
    if file.language.is_script() {
        return by_convention(scope, param, at);
    }
    let entry = file.telemetry.entries.iter().any(|entry| entry.scope == id && entry.kind == EntryKind::Http);
    is_entity(file, scope, param, entry).then_some("the body of the request")
}

/// Script functions rarely declare types; handlers are known by how their parameters are called together.
fn by_convention(scope: &Scope, param: &Param, at: usize) -> Option<&'static str> {
    let next = scope.params.get(at + 1).map_or("", |next| next.name.trim_start_matches('_'));
    let untyped = param.type_text.is_none();
    match param.name.as_str() {
        "req" | "request" if untyped && matches!(next, "res" | "reply" | "response" | "resp") => {
            Some("the whole request")
        }
        "event" if untyped && at == 0 && next == "context" => Some("the whole event, its headers and body included"),
        _ => None,
    }
}

/// A parameter of a method that writes, without an annotation that says where else it comes from.
fn is_entity(file: &FileFacts, scope: &Scope, param: &Param, entry: bool) -> bool {
    let table = handler();
    let writes =
        scope.decorators.iter().any(|one| one.path.last().is_some_and(|name| table.java_writes.contains(name)));
    let Some(type_text) = param.type_text.as_deref() else { return false };
    let body = table.java_bodies.iter().any(|body| type_text.contains(body.as_str()));
    let written = declaration(file, scope, &param.name);
    let marked = written.contains("@RequestBody") || written.contains("@Body");
    (writes && !written.contains('@') || (writes || entry) && marked) && body
}

/// A parameter as it is written, with its annotations.
fn declaration<'f>(file: &'f FileFacts, scope: &Scope, name: &str) -> &'f str {
    let header = file.text(Span { start: scope.span.start, end: scope.body.start.max(scope.span.start) });
    let end = header.rfind(&format!(" {name}")).unwrap_or(header.len());
    let mut depth = 0;
    let start = header[..end].char_indices().rev().find(|(_, character)| {
        match character {
            ')' | '>' => depth += 1,
            '(' | '<' if depth > 0 => depth -= 1,
            '(' => return true,
            ',' => return depth == 0,
            _ => {}
        }
        false
    });
    &header[start.map_or(0, |(at, _)| at)..end]
}
