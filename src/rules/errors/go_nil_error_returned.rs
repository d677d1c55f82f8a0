//! `err != nil` holds, and the function returns `nil` for its error: the caller believes that it worked.

use crate::facts::code::{Exit, ExitKind, Failure, FailureKind};
use crate::facts::{Breadth, FileFacts};
use crate::model::{Confidence, Span};
use crate::rules::expected::{is_cleanup, is_expected, is_probe};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};

pub const RULE: Rule = rule!("errors/go-nil-error-returned", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for failure in &file.facts.outline.failures {
            let Some((exit, value)) = nil_return(file, failure) else { continue };
            let error = failure.error.as_deref().unwrap_or("the error");
            let mut draft = out
                .at(file.facts, exit.span)
                .confidence(Confidence::Likely)
                .evidence(format!("`{error}` is known not to be nil here and is not used"), Some(failure.header))
                .help("return the error, wrapped with what was attempted; if the failure is meant to be ignored, say so in a comment");
            if is_plain(error) {
                draft = draft.fix("return the error", value, error);
            }
            draft.say(format!("`{error}` is set and `nil` is returned: the caller goes on as if nothing had failed, and nothing is logged"));
        }
    }
}

fn is_plain(error: &str) -> bool {
    error.chars().all(|character| character.is_alphanumeric() || character == '_')
}

/// The `return` of a failure branch whose error is `nil`, and that `nil`.
fn nil_return<'a>(file: HeadFile<'a>, failure: &Failure) -> Option<(&'a Exit, Span)> {
    let facts = file.facts;
    if failure.kind != FailureKind::IfErr
        || !file.pair.is_changed(failure.header, failure.span)
        || exempt(facts, failure)
    {
        return None;
    }
    let function = facts.function_of(failure.scope);
    let returns = facts.scope(function).returns.as_deref()?.trim_end_matches([')', ' ']);
    if !returns.ends_with("error") || returns.matches("error").count() != 1 {
        return None;
    }
    let exit = facts.exits_in(failure.body).find(|exit| exit.kind == ExitKind::Return && exit.scope == function)?;
    let last = exit.values.last()?;
    (facts.text(last.span) == "nil").then_some((exit, last.span))
}

fn exempt(file: &FileFacts, failure: &Failure) -> bool {
    let name = file.scope(file.named_function_of(failure.scope)).name.as_deref().unwrap_or_default();
    let used = failure.error.as_deref().is_some_and(|error| file.uses(failure.body, error));
    let works = file.calls_in(failure.protected).next().is_some();
    file.in_test(failure.scope)
        || !works
        || used
        || file.breadth(failure) == Breadth::Typed
        || file.calls_in(failure.body).next().is_some()
        || file.explained(failure)
        || file.text(file.source.line_span(file.source.line_of(failure.header.start))).contains("recover()")
        || is_expected(file, failure)
        || is_cleanup(name)
        || is_probe(name)
}
