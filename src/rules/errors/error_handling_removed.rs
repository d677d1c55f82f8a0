//! Base checked, propagated or awaited the failure of an operation; head throws it away.
//!
//! An operation is found again by what it calls: in the same function, else anywhere in the file's base when it occurs once
//! on either side (the function was renamed, or a helper extracted), else in another file of the change that lost it (moved).

use crate::facts::code::{Call, CallId, Expr, Failure, FailureKind, ResultUse};
use crate::facts::{Breadth, FileFacts, Tier};
use crate::model::{Confidence, Language};
use crate::rules::expected::{is_closing, is_expected, is_probe};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::used_later;

pub const RULE: Rule = rule!("errors/error-handling-removed", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for failure in &file.facts.outline.failures {
            if !silent(file, failure) {
                continue;
            }
            let Some(call) = outermost(file.facts, failure) else { continue };
            let Some((base, old)) = counterpart(change, file, call) else { continue };
            let Some(before) = handled_before(base, old, file.facts.language) else { continue };
            // A handler that does something else instead is handling.
            let instead = failure.kind == FailureKind::Catch
                && (file.facts.calls_in(failure.body).next().is_some() || falls_back(file.facts, failure));
            if instead || !can_fail(file.facts, call, old) {
                continue;
            }
            if !silenced_before(change, base, old, file.facts, failure) {
                say(out, file.facts, failure, call, before);
            }
        }
        let Some(base) = file.pair.base else { continue };
        let floating: Vec<&Call> =
            file.facts.outline.calls.iter().filter(|call| floats_now(file, base, call)).collect();
        for call in &floating {
            let kin = floating.iter().filter(|other| other.path[0] == call.path[0]).count();
            // Several methods of one object that are not awaited: the object is, or has become, synchronous.
            let alone = kin == 1 && !company(file.facts, call);
            if alone || known_async(file.facts, call) == Some(true) {
                say_floating(out, file.facts, call);
            }
        }
    }
}

/// Whether the same function calls another method of the same object without waiting for it.
fn company(file: &FileFacts, call: &Call) -> bool {
    let Some((_, object)) = call.path.split_last().filter(|(_, object)| !object.is_empty()) else { return false };
    file.outline.calls.iter().any(|other| {
        let beside = other.scope == call.scope && other.span != call.span && !other.awaited;
        beside && other.result == ResultUse::Discarded && other.path.split_last().is_some_and(|(_, own)| own == object)
    })
}

fn silent(file: HeadFile<'_>, failure: &Failure) -> bool {
    let facts = file.facts;
    file.pair.touches(failure.span)
        && !facts.in_test(failure.scope)
        && facts.signal(failure).is_none()
        && facts.breadth(failure) == Breadth::Broad
        && !facts.explained(failure)
        && !is_expected(facts, failure)
        && !used_later(facts, failure)
        && !asks(facts, failure)
}

/// `parseToken`, `isAlive`: in a function that asks a question, failure is an answer.
fn asks(file: &FileFacts, failure: &Failure) -> bool {
    let function = file.named_function_of(failure.scope);
    file.scope(function).name.as_deref().is_some_and(is_probe)
}

/// The operation whose failure is thrown away: the first call that is not part of another one.
fn outermost<'a>(file: &'a FileFacts, failure: &Failure) -> Option<&'a Call> {
    let (_, found) = file.calls_in(failure.protected).next()?;
    let name = found.path.last()?;
    // `.ok()` and its kin sit on the operation they silence.
    let inner = matches!(name.as_str(), "ok" | "unwrap_or_default" | "unwrap_or" | "catch" | "await");
    let call = match found.base {
        Some(base) if inner => file.call(base),
        _ => found,
    };
    let name = call.path.last()?;
    // `f()?.unwrap_or(x)`: the failure has left already, and what is replaced is an answer.
    (!is_closing(name) && !is_timer(name) && !is_probe(name) && call.result != ResultUse::Propagated).then_some(call)
}

/// Waiting fails only when what was waited for is gone.
fn is_timer(name: &str) -> bool {
    matches!(name, "poll" | "tick" | "delay" | "sleep" | "timeout" | "recv" | "next" | "changed" | "notified")
}

/// The same operation in the base, and the file it stood in.
fn counterpart<'a>(change: &Change<'a>, file: HeadFile<'a>, call: &Call) -> Option<(&'a FileFacts, &'a Call)> {
    let head = file.facts;
    let Some(base) = file.pair.base else { return moved(change, head, call) };
    let scope = head.scope_path(call.scope);
    let mut here = same(base, call).filter(|old| base.scope_path(old.scope) == scope);
    match (here.next(), here.next()) {
        // Two calls of one name: which is which would be a guess.
        (Some(_), Some(_)) => None,
        (Some(old), None) => {
            let twins = same(head, call).filter(|other| head.scope_path(other.scope) == scope).count();
            (twins == 1).then_some((base, old))
        }
        (None, _) => {
            let mut all = same(base, call);
            let once = same(head, call).count() == 1;
            match (all.next(), all.next()) {
                (Some(old), None) if once => Some((base, old)),
                (None, _) => moved(change, head, call),
                _ => None,
            }
        }
    }
}

fn same<'a>(file: &'a FileFacts, call: &Call) -> impl Iterator<Item = &'a Call> {
    let path = call.path.clone();
    file.outline.calls.iter().filter(move |other| other.path == path && other.kind == call.kind)
}

/// The one place in another file of the change that had the operation, and has it no more.
fn moved<'a>(change: &Change<'a>, head: &FileFacts, call: &Call) -> Option<(&'a FileFacts, &'a Call)> {
    // `save(…)` and `x.get(…)` occur everywhere; a longer path is a name of its own.
    if call.path.len() < 3 || same(head, call).count() != 1 {
        return None;
    }
    let lost = change.delta.pairs().filter(|pair| pair.change.path != head.path).filter_map(|pair| {
        let base = pair.base?;
        let old = same(base, call).next()?;
        let gone = pair.head.is_none_or(|now| same(now, call).next().is_none());
        (gone && same(base, call).count() == 1).then_some((base, old))
    });
    let mut lost = lost.take(2);
    let found = lost.next()?;
    lost.next().is_none().then_some(found)
}

/// A handler that returns something else than nothing: an alternative, and no silence.
fn falls_back(file: &FileFacts, failure: &Failure) -> bool {
    const NOTHING: [&str; 12] =
        ["nil", "null", "None", "undefined", "false", "False", "0", "-1", "[]", "{}", "\"\"", "''"];
    let something = |value: &Expr| !NOTHING.contains(&file.text(value.span));
    file.exits_in(failure.body).any(|exit| exit.values.iter().any(something))
}

/// Whether the operation may do something that fails: I/O, or work of functions that no library is known for.
fn can_fail(file: &FileFacts, call: &Call, old: &Call) -> bool {
    let propagated = matches!(old.result, ResultUse::Propagated | ResultUse::Returned);
    let Some(id) = id_of(file, call) else { return propagated };
    let telemetry = &file.telemetry;
    let outbound = telemetry.outbound.iter().any(|op| op.call == id && op.tier > Tier::Lexical);
    // A library's call that is not in the tables is a calculation: `Collections.singletonList`.
    let calculates = telemetry.names.contains_key(&id) && !outbound;
    propagated || call.awaited || !calculates
}

fn id_of(file: &FileFacts, call: &Call) -> Option<CallId> {
    let from = file.outline.calls.partition_point(|other| other.span.start < call.span.start);
    let at = file.outline.calls[from..].iter().take(64).position(|other| other.span == call.span)?;
    Some(CallId((from + at) as u32))
}

/// How the base treated an operation, if it treated it better.
fn handled_before(base: &FileFacts, old: &Call, language: Language) -> Option<&'static str> {
    let handlers = || base.outline.failures.iter().filter(|failure| failure.protected.contains(old.span));
    if let Some(handler) = handlers().next() {
        let spoke = handlers().any(|handler| base.signal(handler).is_some());
        let checked = !matches!(handler.kind, FailureKind::Discard | FailureKind::Blank);
        return (spoke && checked).then_some("the base handled its failure");
    }
    match old.result {
        ResultUse::Propagated => Some("the base propagated its failure with `?`"),
        ResultUse::Returned if language == Language::Go || language == Language::Rust => {
            Some("the base returned its failure to the caller")
        }
        // Languages with exceptions: no handler means that the caller learned of it.
        _ if base.throws() => Some("in the base its failure reached the caller"),
        _ => None,
    }
}

/// Code that only moved: the base has the same silent handling already, in the file of the head or where the operation was.
fn silenced_before(change: &Change<'_>, base: &FileFacts, old: &Call, head: &FileFacts, failure: &Failure) -> bool {
    let text = |file: &FileFacts, one: &Failure| -> String { file.text(one.span).split_whitespace().collect() };
    let wanted = text(head, failure);
    let own = change.delta.pairs().find(|pair| pair.change.path == head.path).and_then(|pair| pair.base);
    let had = |file: &FileFacts| {
        let alike = |one: &&Failure| one.kind == failure.kind && one.span.len().abs_diff(failure.span.len()) < 64;
        let mut same = file.outline.failures.iter().filter(alike);
        same.any(|one| !one.protected.contains(old.span) && text(file, one) == wanted)
    };
    had(base) || own.is_some_and(had)
}

/// JavaScript: a promise that was awaited is now started and forgotten.
fn floats_now(file: HeadFile<'_>, base: &FileFacts, call: &Call) -> bool {
    let head = file.facts;
    if !head.language.is_script()
        || call.awaited
        || call.base.is_some()
        || call.result != ResultUse::Discarded
        || !file.pair.is_new(call.name_span)
        || head.in_test(call.scope)
        || head.has_comment_above(call.statement)
        || head.text(call.statement).starts_with("void ")
    {
        return false;
    }
    let scope = head.scope_path(call.scope);
    let matching = |facts: &FileFacts| -> Vec<(bool, bool)> {
        let here = same(facts, call).filter(|other| facts.scope_path(other.scope) == scope && other.base.is_none());
        here.map(|other| (other.awaited, facts.scope(facts.function_of(other.scope)).is_async)).collect()
    };
    let (before, now) = (matching(base), matching(head));
    let is_async = known_async(head, call);
    match (before.as_slice(), now.as_slice()) {
        // The function has become synchronous, so the operation probably has as well.
        ([(true, was)], [(false, is)]) => is_async.unwrap_or(!was || *is),
        _ => false,
    }
}

/// Whether the callee is asynchronous, where its declaration is known.
fn known_async(file: &FileFacts, call: &Call) -> Option<bool> {
    let id = id_of(file, call)?;
    let declared = file.telemetry.callees.get(&id).map(|callee| callee.is_async);
    let outbound = || file.telemetry.outbound.iter().any(|op| op.call == id && op.tier > Tier::Lexical).then_some(true);
    declared.or_else(outbound)
}

fn say(out: &mut Report, file: &FileFacts, failure: &Failure, call: &Call, before: &str) {
    let name = call.path.join(".");
    let place = if failure.header.is_empty() { failure.span } else { failure.header };
    out.at(file, place)
        .confidence(Confidence::Likely)
        .evidence(before.to_owned(), None)
        .evidence(format!("now nothing learns when `{name}` fails"), Some(call.span))
        .help("restore the handling, or say in a comment why this failure does not matter")
        .say(format!("this change stops handling the failure of `{name}`"));
}

fn say_floating(out: &mut Report, file: &FileFacts, call: &Call) {
    let name = call.path.join(".");
    out.at(file, call.span)
        .confidence(Confidence::Likely)
        .evidence("the base awaited it, so its rejection reached a handler", None)
        .help("await it, or attach a `.catch` that logs")
        .say(format!("`{name}` is no longer awaited: when it rejects, no handler of this function sees it"));
}
