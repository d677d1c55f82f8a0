//! Base checked, propagated or awaited the failure of an operation; head throws it away.

use crate::facts::code::{Call, CallId, Failure, FailureKind, ResultUse};
use crate::facts::{Breadth, FileFacts};
use crate::model::{Confidence, Language};
use crate::rules::expected::{is_closing, is_expected};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};

pub const RULE: Rule = rule!("errors/error-handling-removed", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        let Some(base) = file.pair.base else { continue };
        for failure in &file.facts.outline.failures {
            if !silent(file, failure) {
                continue;
            }
            let Some((id, call)) = outermost(file.facts, failure) else { continue };
            let Some(before) = handled_before(base, file.facts, call) else { continue };
            say(out, file.facts, failure, id, call, before);
        }
        for (index, call) in file.facts.outline.calls.iter().enumerate() {
            if floats_now(file, base, call) {
                let id = CallId(index as u32);
                say_floating(out, file.facts, id, call);
            }
        }
    }
}

fn silent(file: HeadFile<'_>, failure: &Failure) -> bool {
    let facts = file.facts;
    file.pair.touches(failure.span)
        && !facts.in_test(failure.scope)
        && facts.signal(failure).is_none()
        && facts.breadth(failure) == Breadth::Broad
        && !facts.explained(failure)
        && !is_expected(facts, failure)
}

/// The operation whose failure is thrown away: the first call that is not part of another one.
fn outermost<'a>(file: &'a FileFacts, failure: &Failure) -> Option<(CallId, &'a Call)> {
    let found = file.calls_in(failure.protected).next()?;
    let name = found.1.path.last()?;
    // `.ok()` and its kin sit on the operation they silence.
    let inner = matches!(name.as_str(), "ok" | "unwrap_or_default" | "unwrap_or" | "catch" | "await");
    let (id, call) = match found.1.base {
        Some(base) if inner => (base, file.call(base)),
        _ => found,
    };
    let name = call.path.last()?;
    (!is_closing(name)).then_some((id, call))
}

/// How the base treated the same operation in the same function, if it treated it better.
fn handled_before(base: &FileFacts, head: &FileFacts, call: &Call) -> Option<&'static str> {
    let scope = head.scope_path(call.scope);
    let same = |other: &&Call| {
        other.path == call.path && other.path.len() == call.path.len() && base.scope_path(other.scope) == scope
    };
    let mut before = base.outline.calls.iter().filter(same);
    let old = before.next()?;
    // Two calls of one name: which is which would be a guess.
    if before.next().is_some()
        || head
            .outline
            .calls
            .iter()
            .filter(|other| other.path == call.path && head.scope_path(other.scope) == scope)
            .count()
            > 1
    {
        return None;
    }
    let protects = |failure: &&Failure| failure.protected.contains(old.span);
    let handlers: Vec<&Failure> = base.outline.failures.iter().filter(protects).collect();
    if let Some(handler) = handlers.first() {
        let spoke = handlers.iter().any(|handler| base.signal(handler).is_some());
        let checked = !matches!(handler.kind, FailureKind::Discard | FailureKind::Blank);
        return (spoke && checked).then_some("the base handled its failure");
    }
    match old.result {
        ResultUse::Propagated => Some("the base propagated its failure with `?`"),
        ResultUse::Returned if head.language == Language::Go || head.language == Language::Rust => {
            Some("the base returned its failure to the caller")
        }
        // Languages with exceptions: no handler means that the caller learned of it.
        _ if throws(head.language) => Some("in the base its failure reached the caller"),
        _ => None,
    }
}

fn throws(language: Language) -> bool {
    language.is_script() || matches!(language, Language::Python | Language::Java)
}

/// JavaScript: a promise that was awaited is now started and forgotten.
fn floats_now(file: HeadFile<'_>, base: &FileFacts, call: &Call) -> bool {
    let head = file.facts;
    if !head.language.is_script()
        || call.awaited
        || call.result != ResultUse::Discarded
        || !file.pair.is_new(call.name_span)
    {
        return false;
    }
    if head.in_test(call.scope)
        || head.has_comment_above(call.statement)
        || head.text(call.statement).starts_with("void ")
    {
        return false;
    }
    let scope = head.scope_path(call.scope);
    let matching = |facts: &FileFacts| -> Vec<bool> {
        let same =
            |other: &&Call| other.path == call.path && facts.scope_path(other.scope) == scope && other.base.is_none();
        facts.outline.calls.iter().filter(same).map(|other| other.awaited).collect()
    };
    call.base.is_none() && matching(base) == [true] && matching(head) == [false]
}

fn say(out: &mut Report, file: &FileFacts, failure: &Failure, _id: CallId, call: &Call, before: &str) {
    let name = call.path.join(".");
    let place = if failure.header.is_empty() { failure.span } else { failure.header };
    out.at(file, place)
        .confidence(Confidence::Likely)
        .evidence(before.to_owned(), None)
        .evidence(format!("now nothing learns when `{name}` fails"), Some(call.span))
        .help("restore the handling, or say in a comment why this failure does not matter")
        .say(format!("this change stops handling the failure of `{name}`"));
}

fn say_floating(out: &mut Report, file: &FileFacts, _id: CallId, call: &Call) {
    let name = call.path.join(".");
    out.at(file, call.span)
        .confidence(Confidence::Likely)
        .evidence("the base awaited it, so its rejection reached a handler", None)
        .help("await it, or attach a `.catch` that logs")
        .say(format!("`{name}` is no longer awaited: when it rejects, no handler of this function sees it"));
}
