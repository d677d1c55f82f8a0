//! An error variable receives the next error, or its sibling is used, before anybody has looked at it.

use crate::facts::FileFacts;
use crate::facts::code::{Binding, ExprKind, Failure, FailureKind, ScopeKind};
use crate::model::{Confidence, Span};
use crate::rules::failing::is_error_name;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::place;

pub const RULE: Rule = rule!("errors/error-overwritten", check);

/// A look or a second value farther away than so many bindings, failures or bytes is not searched for.
const MAX_NEAR: usize = 256;
const MAX_BYTES: u32 = 4096;

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files().filter(|file| file.facts.returns_errors()) {
        for (index, binding) in file.facts.outline.bindings.iter().enumerate() {
            if !error_of_call(file, binding) {
                continue;
            }
            let facts = file.facts;
            let within = facts.scope(facts.function_of(binding.scope)).body;
            let later = &facts.outline.bindings[index + 1..];
            if let Some(handler) = handler_of(facts, binding) {
                if let Some(next) = overwritten(facts, binding, handler.span, later) {
                    say(
                        out,
                        facts,
                        handler.header,
                        binding,
                        next,
                        "this branch gives the error a new value and does not leave",
                    );
                }
            } else if let Some(next) = overwritten(facts, binding, binding.statement, later) {
                say(out, facts, binding.statement, binding, next, "the error receives its value here");
            } else if let Some(name) = used_unchecked(facts, binding, within) {
                say_used(out, facts, binding, name);
            }
        }
    }
}

/// The last value of a call, given to a name for errors on a new line.
fn error_of_call(file: HeadFile<'_>, binding: &Binding) -> bool {
    let [name] = binding.path.as_slice() else { return false };
    let call = matches!(binding.value.as_ref().map(|value| &value.kind), Some(ExprKind::Call(_)));
    call && is_error_name(name)
        && binding.position + 1 == binding.arity
        && file.pair.touches(binding.statement)
        && !file.facts.in_test(binding.scope)
        && file.facts.scope(binding.scope).kind != ScopeKind::File
}

/// The failure branch that a binding stands in, when it handles the same name and goes on after it.
fn handler_of<'a>(file: &'a FileFacts, binding: &Binding) -> Option<&'a Failure> {
    let until = file.outline.failures.partition_point(|failure| failure.span.start <= binding.statement.start);
    let near = file.outline.failures[..until].iter().rev().take(MAX_NEAR);
    let around = near.filter(|failure| failure.kind == FailureKind::IfErr && failure.body.contains(binding.statement));
    let handler = around.min_by_key(|failure| failure.body.len())?;
    let same = handler.error.as_deref() == binding.path.first().map(String::as_str);
    let direct = file.block_around(binding.statement) == Some(handler.body);
    (same && direct && file.exits_in(handler.body).next().is_none()).then_some(handler)
}

/// The next binding of the same name in the same block, when nothing between has read the name.
fn overwritten<'a>(file: &FileFacts, binding: &Binding, from: Span, later: &'a [Binding]) -> Option<&'a Binding> {
    let block = file.block_around(from)?;
    let name = &binding.path[0];
    let next = later
        .iter()
        .take(MAX_NEAR)
        .take_while(|next| next.span.start < block.end)
        .find(|next| next.span.start >= from.end && next.path == binding.path)?;
    let value = next.value.as_ref()?;
    let same_block = file.block_around(next.statement) == Some(block) && next.scope == binding.scope;
    let between = Span { start: from.end, end: next.statement.start };
    let naked = file.exits_in(between).any(|exit| exit.values.is_empty());
    // A check of the name between, in any form, is a look at it.
    (same_block && !naked && !file.uses(between, name) && !file.uses(value.span, name)).then_some(next)
}

/// A value that came with the error and is dereferenced before the error is looked at.
fn used_unchecked<'b>(file: &'b FileFacts, binding: &Binding, within: Span) -> Option<&'b str> {
    let error = &binding.path[0];
    let block = file.block_around(binding.statement)?;
    // `if v, err := f(); err == nil` looks in its own header.
    let header = file.outline.failures.iter().any(|failure| failure.header.contains(binding.statement));
    let start = binding.statement.end;
    let rest = Span { start, end: block.end.min(within.end).min(start.saturating_add(MAX_BYTES)).max(start) };
    let look = file.first_use(rest, error)?;
    let before = Span { start: rest.start, end: look.start };
    let siblings = file.outline.bindings.iter().filter(|one| one.statement == binding.statement && one.path.len() == 1);
    siblings
        .filter(|one| one.path[0] != *error && one.path[0] != "_")
        .map(|one| one.path[0].as_str())
        .find(|name| !header && dereferences(file, before, name))
}

/// `v.Field`, `v.Method()` without a word about `nil`, in statements that end before the look.
fn dereferences(file: &FileFacts, span: Span, name: &str) -> bool {
    let text = file.text(span);
    let member = format!("{name}.");
    let statements = file.source.line_of(span.start) < file.source.line_of(span.end);
    let closure = text.contains("func(");
    let compared = ["==", "!="].iter().any(|sign| text.contains(&format!("{name} {sign}")));
    statements && !closure && !compared && file.uses(span, name) && text.contains(&member)
}

fn say(out: &mut Report, file: &FileFacts, at: Span, binding: &Binding, next: &Binding, what: &str) {
    let name = &binding.path[0];
    let line = file.source.line_of(next.statement.start);
    out.at(file, place(file, at))
        .confidence(Confidence::Likely)
        .evidence(what.to_owned(), Some(binding.statement))
        .evidence(format!("line {line} overwrites it, and nothing between reads it"), Some(next.statement))
        .help("check the error before the next call, and return or log it")
        .say(format!("`{name}` is overwritten on line {line} before anybody looks at it: this failure is lost"));
}

fn say_used(out: &mut Report, file: &FileFacts, binding: &Binding, used: &str) {
    let name = &binding.path[0];
    out.at(file, place(file, binding.statement))
        .confidence(Confidence::Likely)
        .evidence(format!("`{used}` is used before `{name}` is looked at"), None)
        .help("check the error directly after the call")
        .say(format!(
            "when this call fails, `{used}` is used all the same: the failure shows as a panic elsewhere, or not at all"
        ));
}
