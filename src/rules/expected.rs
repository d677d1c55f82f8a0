//! Failures that are part of normal work (`rules/libraries/expected.toml`), and code that may fail in silence by design.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::facts::code::{Call, CallId, Failure, FailureKind};
use crate::facts::{FileFacts, OutboundKind, Tier};
use crate::model::Language;

#[derive(Deserialize)]
struct Expected {
    types: Vec<String>,
    callees: Vec<String>,
}

/// # Panics
/// When the table is not valid: a defect of this build that the first test meets.
static TABLE: LazyLock<HashMap<String, Expected>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../rules/libraries/expected.toml")).expect("expected.toml is valid")
});

fn table(language: Language) -> &'static Expected {
    let name = match language {
        Language::Go => "go",
        Language::Python => "python",
        Language::JavaScript | Language::TypeScript | Language::Tsx => "javascript",
        Language::Java => "java",
        Language::Rust => "rust",
    };
    &TABLE[name]
}

/// `*` at either end matches the rest.
fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(rest), Some(_)) => text.contains(rest.trim_end_matches('*')),
        (Some(end), None) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (None, None) => text == pattern,
    }
}

/// Whether a failure is one that everybody expects: by its type, its variable's name, or what failed.
pub(super) fn is_expected(file: &FileFacts, failure: &Failure) -> bool {
    let table = table(file.language);
    let last = |name: &str| name.rsplit(['.', ':']).next().unwrap_or(name).trim_end_matches(['(', ')', '_']).to_owned();
    let by_type = failure.types.iter().any(|name| {
        let pattern_text = last(name.split('(').next().unwrap_or(name));
        table
            .types
            .iter()
            .any(|pattern| matches(pattern, &pattern_text) || pattern.starts_with('*') && matches(pattern, name))
    });
    let by_name = failure.error.as_deref().is_some_and(|name| {
        name == "_"
            || matches!(name.trim_start_matches('_'), "ignored" | "ignore" | "expected")
            || name.starts_with("unused")
    });
    by_type || by_name || expected_operation(file, failure, table)
}

/// Whether a name is one of a failure that clients cause, or that ends by itself: `ErrNotFound`, `AbortError`, `CLIENT_ERROR`.
pub(super) fn is_ordinary(name: &str) -> bool {
    const NAMES: [&str; 21] = [
        "notfound",
        "norows",
        "nodocuments",
        "doesnotexist",
        "canceled",
        "cancelled",
        "aborterror",
        "conflict",
        "alreadyexists",
        "duplicate",
        "validationerror",
        "badrequest",
        "unauthorized",
        "forbidden",
        "ratelimit",
        "toomanyrequests",
        "unprocessable",
        "clienterrorstatus",
        "permissiondenied",
        "is4xx",
        "validationexception",
    ];
    const STATUSES: [&str; 9] = ["400", "401", "403", "404", "405", "409", "410", "422", "429"];
    let compact: String =
        name.chars().filter(|character| character.is_alphanumeric()).collect::<String>().to_lowercase();
    // The kind stands last: `MergeConflict` is one, `merge_conflicts` is a module.
    let bare = ["error", "exception", "err", "status"]
        .iter()
        .fold(compact.as_str(), |name, end| name.strip_suffix(end).filter(|rest| !rest.is_empty()).unwrap_or(name));
    let named = NAMES.iter().any(|word| compact.ends_with(word) || bare.ends_with(word)) || bare.starts_with("skip");
    named || name == "CLIENT_ERROR" || name == "isClientError" || STATUSES.contains(&name)
}

/// Whether what failed is an operation whose failure is an answer. A call that leaves the machine never is, whatever it is
/// called, and a `try` around one is about it.
fn expected_operation(file: &FileFacts, failure: &Failure, table: &Expected) -> bool {
    let local = |kind| matches!(kind, OutboundKind::File | OutboundKind::Process);
    let remote: Vec<CallId> =
        file.protected_io(failure).filter(|op| op.tier > Tier::Lexical && !local(op.kind)).map(|op| op.call).collect();
    let answers =
        file.calls_in(failure.protected).any(|(id, call)| !remote.contains(&id) && expected_callee(table, call));
    answers && (failure.kind != FailureKind::Catch || remote.is_empty())
}

fn expected_callee(table: &Expected, call: &Call) -> bool {
    let Some(last) = call.path.last() else { return false };
    let two = call.path.len().checked_sub(2).map(|at| format!("{}.{last}", call.path[at]));
    table
        .callees
        .iter()
        .any(|pattern| matches(pattern, last) || two.as_deref().is_some_and(|two| matches(pattern, two)))
}

const CLOSING: [&str; 23] = [
    "close",
    "disconnect",
    "unlink",
    "rollback",
    "cancel",
    "shutdown",
    "stop",
    "dispose",
    "drain",
    "release",
    "unbind",
    "cleanup",
    "teardown",
    "destroy",
    "abort",
    "kill",
    "sleep",
    "wait",
    "flush",
    "unsubscribe",
    "quit",
    "terminate",
    "finalize",
];
const DELETING: [&str; 4] = ["delete", "remove", "reset", "clear"];
const PROBES: [&str; 22] = [
    "is",
    "has",
    "can",
    "check",
    "try",
    "exists",
    "ping",
    "parse",
    "supports",
    "maybe",
    "probe",
    "detect",
    "should",
    "verify",
    "validate",
    "test",
    "health",
    "healthz",
    "readyz",
    "livez",
    "readiness",
    "liveness",
];

/// The first word of a name, in lower case: `is` of `isAlive`, `try` of `try_lock`.
fn first_word(name: &str) -> String {
    let name = name.trim_start_matches('_');
    let end = name
        .char_indices()
        .skip(1)
        .find(|(_, character)| *character == '_' || character.is_uppercase() || !character.is_alphanumeric())
        .map_or(name.len(), |(at, _)| at);
    name[..end].to_ascii_lowercase()
}

/// `close`, `tearDown`, `stopWorkers`: what fails while cleaning up is rarely anybody's news.
pub(super) fn is_cleanup(name: &str) -> bool {
    is_closing(name) || DELETING.contains(&first_word(name).as_str())
}

/// The same without operations that may be the very work: `delete`, `remove`.
pub(super) fn is_closing(name: &str) -> bool {
    CLOSING.contains(&first_word(name).as_str())
}

/// `isAlive`, `has_access`, `tryParse`: functions whose failure is their answer.
pub(super) fn is_probe(name: &str) -> bool {
    PROBES.contains(&first_word(name).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_first_words() {
        assert!(matches("strconv.*", "strconv.Atoi"));
        assert!(matches("*NotFound*", "Error::NotFound"));
        assert!(!matches("NotFound", "NotFoundHere"));
        assert!(is_cleanup("closeAll") && is_cleanup("_teardown_db") && !is_cleanup("closest"));
        assert!(is_probe("isAlive") && is_probe("try_lock") && !is_probe("issue"));
    }
}
