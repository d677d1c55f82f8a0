//! A handler builds an exception and returns it: to the caller it looks like a result.

use crate::facts::FileFacts;
use crate::facts::code::{Exit, ExitKind, ExprKind, FailureKind};
use crate::model::Confidence;
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::place;

pub const RULE: Rule = rule!("errors/exception-not-raised", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        let facts = file.facts;
        for exit in facts.outline.exits.iter().filter(|exit| exit.kind == ExitKind::Return) {
            let Some(name) = exception(facts, exit).filter(|_| file.pair.is_changed(exit.span, exit.span)) else {
                continue;
            };
            let caught = facts
                .outline
                .failures
                .iter()
                .find(|failure| failure.kind == FailureKind::Catch && failure.body.contains(exit.span));
            let (Some(handler), false) = (caught, facts.in_test(exit.scope)) else { continue };
            let Some(raised) = raised_elsewhere(facts, exit, name) else { continue };
            if facts.explained(handler) || makes_errors(facts, exit) {
                continue;
            }
            out.at(facts, place(facts, exit.span))
                .confidence(Confidence::Likely)
                .evidence(format!("the same function raises `{name}` elsewhere"), Some(raised.span))
                .help("raise it instead of returning it")
                .say(format!(
                    "this handler returns a `{name}` instead of raising it: callers take the failure for a result"
                ));
        }
    }
}

fn call_of(exit: &Exit) -> Option<crate::facts::code::CallId> {
    match exit.values.as_slice() {
        [value] => match value.kind {
            ExprKind::Call(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

/// The name of the exception type that an exit builds.
fn exception<'a>(file: &'a FileFacts, exit: &Exit) -> Option<&'a str> {
    let name = file.call(call_of(exit)?).path.last()?.as_str();
    let typed = name.starts_with(char::is_uppercase) && (name.ends_with("Error") || name.ends_with("Exception"));
    typed.then_some(name)
}

/// A `raise` of the same type in the same function: there it is no value.
fn raised_elsewhere<'a>(file: &'a FileFacts, exit: &Exit, name: &str) -> Option<&'a Exit> {
    let function = file.named_function_of(exit.scope);
    let span = file.scope(function).span;
    file.exits_in(span).find(|other| {
        other.kind == ExitKind::Throw
            && exception(file, other) == Some(name)
            && file.named_function_of(other.scope) == function
    })
}

/// Functions whose result is an error by name or declaration.
fn makes_errors(file: &FileFacts, exit: &Exit) -> bool {
    let scope = file.scope(file.function_of(exit.scope));
    let speaks = |text: &str| {
        let lower = text.to_ascii_lowercase();
        ["error", "exception", "result"].iter().any(|word| lower.contains(word))
    };
    scope.returns.as_deref().is_some_and(speaks) || scope.name.as_deref().is_some_and(speaks)
}
