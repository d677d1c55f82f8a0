//! A handler that catches everything, acts on some failures, and lets all others pass without a word.

use crate::facts::code::{ExitKind, Failure, FailureKind};
use crate::facts::{Breadth, FileFacts};
use crate::model::{Confidence, Span};
use crate::rules::expected::{is_cleanup, is_probe};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::anchor;

pub const RULE: Rule = rule!("errors/handler-ignores-other-errors", check);

/// Handlers with more branches are programs of their own.
const MAX_BRANCHES: usize = 64;

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for failure in &file.facts.outline.failures {
            if !catches_all(file, failure) || exempt(file.facts, failure) {
                continue;
            }
            let Some(branch) = last_branch(file.facts, failure) else { continue };
            // Where the handler lets go: the end of the last branch.
            out.at(file.facts, Span { start: branch.end.saturating_sub(1), end: branch.end })
                .confidence(Confidence::Likely)
                .evidence("the handler acts on the failures its conditions name", Some(anchor(failure)))
                .evidence("behind them nothing logs, rethrows or answers", None)
                .help("rethrow or log what the conditions do not name")
                .say("this handler catches every failure and acts on some: all others vanish here, and the caller goes on as if it had worked");
        }
    }
}

fn catches_all(file: HeadFile<'_>, failure: &Failure) -> bool {
    failure.kind == FailureKind::Catch
        && (file.pair.is_changed(failure.header, failure.span) || file.pair.is_changed(failure.body, failure.body))
        && !file.facts.in_test(failure.scope)
        && file.facts.breadth(failure) == Breadth::Broad
}

fn exempt(file: &FileFacts, failure: &Failure) -> bool {
    let name = file.scope(file.named_function_of(failure.scope)).name.as_deref().unwrap_or_default();
    let works = file.outline.awaits.iter().any(|wait| failure.protected.contains(*wait))
        || file.protected_io(failure).next().is_some();
    let plain = file.unconditional(failure.body);
    let explained = plain.iter().any(|part| file.has_comment_in(*part)) || file.has_comment_above(failure.header);
    !works || explained || is_cleanup(name) || is_probe(name) || goes_on(file, failure)
}

/// The last of the branches that make up the handler, when there is nothing but branches and no `else`; at least one of
/// them throws: the author knows how to fail.
fn last_branch(file: &FileFacts, failure: &Failure) -> Option<Span> {
    let body = failure.body;
    let from = file.outline.branches.partition_point(|branch| branch.start <= body.start);
    let inside = || file.outline.branches[from..].iter().take_while(|branch| branch.start < body.end);
    if inside().nth(MAX_BRANCHES).is_some() {
        return None;
    }
    let top: Vec<Span> = inside()
        .filter(|branch| !inside().any(|other| other != *branch && other.contains(**branch)))
        .copied()
        .collect();
    let chain = top.iter().all(|branch| file.condition(*branch).is_some());
    let plain = file.unconditional(body);
    let silent = plain.iter().all(|part| file.exits_in(*part).next().is_none() && only_conditions(file, *part));
    let throws = file.exits_in(body).any(|exit| exit.kind == ExitKind::Throw);
    (chain && silent && throws).then(|| top.last().copied())?
}

/// What stands outside the branches says nothing about the failure: conditions, and what closes the blocks.
fn only_conditions(file: &FileFacts, part: Span) -> bool {
    let text = file.text(part).trim();
    let text = text.trim_matches(['{', '}', ' ', '\n', '\t', '\r']);
    let text = text.strip_prefix("else").map_or(text, str::trim_start);
    let condition = text.starts_with("if") || text.starts_with("elif");
    text.is_empty() || condition && !text.contains(';') && file.logs_in(part).next().is_none()
}

/// A loop that tries again, or a last `return` behind the handler that answers for the failure.
fn goes_on(file: &FileFacts, failure: &Failure) -> bool {
    let function = file.scope(file.function_of(failure.scope));
    let in_loop = file.outline.loops.iter().any(|body| function.span.contains(*body) && body.contains(failure.span));
    let after = Span { start: failure.span.end, end: function.body.end.max(failure.span.end) };
    let answered = file.exits_in(after).any(|exit| file.function_of(exit.scope) == file.function_of(failure.scope));
    in_loop || answered
}
