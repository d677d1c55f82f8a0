//! The handler of a failure is a note to write one.

use crate::facts::FileFacts;
use crate::facts::code::{Exit, ExitKind, Failure, FailureKind};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::handler_name;

pub const RULE: Rule = rule!("errors/error-handler-todo", check);

const MARKS: [&str; 4] = ["TODO", "FIXME", "XXX", "HACK"];

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for failure in &file.facts.outline.failures {
            let facts = file.facts;
            if matches!(failure.kind, FailureKind::Discard | FailureKind::Blank)
                || !file.pair.touches(failure.span)
                || facts.in_test(failure.scope)
                || is_abstract(facts, failure)
            {
                continue;
            }
            let Some(mark) =
                mark(facts, failure).filter(|mark| file.pair.touches(*mark) && !does_something(facts, failure))
            else {
                continue;
            };
            out.at(facts, failure.header)
                .confidence(Confidence::Likely)
                .evidence(format!("{} holds only a note", handler_name(failure)), Some(mark))
                .help("handle the failure, or at least log it and return it")
                .say("this failure is handled by a note to handle it: in production it is not handled at all");
        }
    }
}

/// The comment or macro that says that the handler is still to be written.
fn mark(file: &FileFacts, failure: &Failure) -> Option<Span> {
    let comments = file.outline.comments.iter().filter(|comment| failure.span.contains(**comment));
    let noted = comments.copied().find(|comment| {
        let text = file.text(*comment);
        text.split(|character: char| !character.is_alphanumeric()).any(|word| MARKS.contains(&word))
    });
    let unwritten = || {
        let call = file.calls_in(failure.body).find(|(_, call)| is_unwritten(call.path.last()))?;
        Some(call.1.span)
    };
    noted.or_else(unwritten)
}

fn is_unwritten(name: Option<&String>) -> bool {
    matches!(name.map(String::as_str), Some("todo" | "unimplemented" | "NotImplementedError"))
}

/// Whether anything happens besides notes: logs and prints are notes as well.
fn does_something(file: &FileFacts, failure: &Failure) -> bool {
    // A note that comes with many calls is not all there is.
    if file.calls_in(failure.body).nth(32).is_some() {
        return true;
    }
    let acts = file.calls_in(failure.body).any(|(id, call)| {
        let note = file.telemetry.logs.iter().any(|log| log.span.contains(call.span))
            || is_unwritten(call.path.last())
            || call.path.last().is_some_and(|name| name.to_ascii_lowercase().contains("print"));
        let inside = file.calls_in(failure.body).any(|(other, outer)| {
            other != id
                && outer.span.contains(call.span)
                && (is_unwritten(outer.path.last()) || is_print(outer.path.last()))
        });
        !note && !inside
    });
    let leaves = file.exits_in(failure.body).any(|exit| !is_empty(file, exit));
    let binds = file.outline.bindings.iter().any(|binding| failure.body.contains(binding.statement));
    acts || leaves || binds
}

fn is_print(name: Option<&String>) -> bool {
    name.is_some_and(|name| name.to_ascii_lowercase().contains("print"))
}

/// `return`, `return nil`, `continue`: a way out that says nothing about the failure.
fn is_empty(file: &FileFacts, exit: &Exit) -> bool {
    let blank = |text: &str| matches!(text, "nil" | "null" | "None" | "undefined" | "false" | "False" | "()");
    match exit.kind {
        ExitKind::Break | ExitKind::Continue => true,
        ExitKind::Return => exit.values.iter().all(|value| blank(file.text(value.span))),
        ExitKind::Throw | ExitKind::Terminate => {
            file.text(exit.span).contains("NotImplemented") || ends_with_note(file, exit)
        }
        ExitKind::Propagate => false,
    }
}

/// `todo!()` ends the process, and is a note.
fn ends_with_note(file: &FileFacts, exit: &Exit) -> bool {
    let text = file.text(exit.span);
    text.starts_with("todo!") || text.starts_with("unimplemented!")
}

/// What a class leaves to its children.
fn is_abstract(file: &FileFacts, failure: &Failure) -> bool {
    file.scopes_around(failure.scope).any(|(_, scope)| {
        scope.decorators.iter().any(|decorator| decorator.path.last().is_some_and(|name| name == "abstractmethod"))
            || scope.bases.iter().any(|base| base == "ABC")
    })
}
