//! What can fail, and how it says so (`rules/libraries/failing.toml`).

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::facts::code::{CallId, Failure};
use crate::facts::{FileFacts, OutboundKind, Tier};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failing {
    fallible: Vec<String>,
    emitters: Vec<String>,
    streams: Vec<String>,
    io_errors: Vec<String>,
}

/// # Panics
/// When the table is not valid: a defect of this build that the first test meets.
static TABLE: LazyLock<HashMap<String, Failing>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../rules/libraries/failing.toml")).expect("failing.toml is valid")
});

fn table(file: &FileFacts) -> &'static Failing {
    let name = if file.language.is_script() { "javascript".to_owned() } else { file.language.name().to_lowercase() };
    &TABLE[&name]
}

fn lists(list: &[String], name: &str) -> bool {
    list.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => known == name,
    })
}

/// Whether a call's last result is an error that nobody should drop: by the declaration of a function of this repository,
/// or because the table knows the library's.
pub(super) fn can_fail(file: &FileFacts, id: CallId) -> Option<String> {
    let written = file.call(id).path.join(".");
    if file.telemetry.callees.get(&id).is_some_and(|callee| callee.fails) {
        return Some(format!("`{written}` is declared in this repository and returns an error"));
    }
    let (name, tier) = file.telemetry.names.get(&id)?;
    let known = *tier > Tier::Lexical && lists(&table(file).fallible, name);
    known.then(|| format!("`{written}` is `{name}`, which returns an error"))
}

/// What announces its failures as an `error` event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Emitter {
    /// A client or process that lives on: nobody else listens for it.
    Client,
    /// A stream that is handed on; whoever takes it may listen.
    Stream,
}

pub(super) fn emitter(file: &FileFacts, id: CallId) -> Option<Emitter> {
    let name = file.canonical(id)?;
    let table = table(file);
    if lists(&table.emitters, name) {
        Some(Emitter::Client)
    } else {
        lists(&table.streams, name).then_some(Emitter::Stream)
    }
}

/// Whether a handler catches the base type under which a library reports all failures of its input and output.
pub(super) fn catches_io(file: &FileFacts, failure: &Failure) -> bool {
    let table = table(file);
    let last = |name: &String| name.rsplit('.').next().unwrap_or(name).to_owned();
    failure.types.iter().any(|name| table.io_errors.contains(name) || table.io_errors.contains(&last(name)))
}

/// Whether an operation that leaves the machine is protected by a handler.
pub(super) fn protects_remote(file: &FileFacts, failure: &Failure) -> bool {
    let local = |kind| matches!(kind, OutboundKind::File | OutboundKind::Process);
    file.protected_io(failure).any(|op| op.tier > Tier::Lexical && !local(op.kind))
}

/// `err`, `closeErr`, `errRead`: names that Go gives to errors.
pub(super) fn is_error_name(name: &str) -> bool {
    let upper = name.strip_prefix("err").and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase);
    name == "err" || name.ends_with("Err") || name.ends_with("err") || upper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_a_table() {
        for name in ["go", "python", "javascript", "java", "rust"] {
            assert!(TABLE.contains_key(name), "{name}");
        }
        assert!(lists(&["a.b*".to_owned()], "a.bc") && !lists(&["a.b".to_owned()], "a.bc"));
        assert!(is_error_name("closeErr") && is_error_name("errRead") && !is_error_name("errand"));
    }
}
