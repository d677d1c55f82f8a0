//! Spans that are exported one by one while the request waits, or printed: set-up for a laptop that reaches production.

use crate::facts::code::{Call, ExprKind, ScopeKind};
use crate::facts::{EntryKind, FileFacts, Lifecycle, LifecycleKind, words};
use crate::model::{Confidence, Language, Span};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::{link, resolved_as};

pub const RULE: Rule = rule!("performance/simple-processor-or-console-exporter", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for step in &file.facts.telemetry.lifecycle {
            if matches!(step.kind, LifecycleKind::Simple | LifecycleKind::Console) && speaks(file, step) {
                say(out, file.facts, step);
            }
        }
    }
}

fn speaks(file: HeadFile<'_>, step: &Lifecycle) -> bool {
    let facts = file.facts;
    let call = facts.call(step.call);
    file.pair.is_new(call.name_span)
        && !facts.in_test(call.scope)
        && !chosen(facts, call)
        && !explained(facts, call)
        // The exporter inside the processor is the same finding.
        && (step.kind == LifecycleKind::Simple || !inside_simple(facts, call))
}

/// Only on one of several ways: in a branch, in a conditional, in a function that is named for it.
fn chosen(file: &FileFacts, call: &Call) -> bool {
    const MEANT: [&str; 12] = [
        "console",
        "stdout",
        "debug",
        "dev",
        "development",
        "local",
        "simple",
        "sync",
        "test",
        "stderr",
        "noop",
        "memory",
    ];
    let body = file.scope(file.named_function_of(call.scope)).span;
    let branch = file.branches_around(call.span, body).next().is_some();
    let statement = file.text(call.statement);
    let conditional = [" ? ", " if ", "&&", "||"].iter().any(|sign| statement.contains(sign));
    let named = file.scopes_around(call.scope).any(|(_, scope)| {
        scope.kind != ScopeKind::File
            && words(scope.name.as_deref().unwrap_or_default()).any(|word| MEANT.contains(&word.as_str()))
    });
    // A function that may be frozen between two requests has to send at once.
    let frozen = file.telemetry.entries.iter().any(|entry| entry.kind == EntryKind::Lambda);
    branch || conditional || named || frozen || returns_early(file, call)
}

/// `if !debug { return … }` before it: what follows is the other way.
fn returns_early(file: &FileFacts, call: &Call) -> bool {
    let function = file.scope(file.named_function_of(call.scope));
    let before = Span { start: function.body.start, end: call.span.start.max(function.body.start) };
    let conditional = |exit: &&crate::facts::code::Exit| {
        let failure = file.outline.failures.iter().any(|failure| failure.body.contains(exit.span));
        !failure && file.branches_around(exit.span, function.span).next().is_some()
    };
    function.kind != ScopeKind::File && file.exits_in(before).find(conditional).is_some()
}

fn explained(file: &FileFacts, call: &Call) -> bool {
    let (first, last) = file.source.lines(call.span);
    let lines = file.source.line_span(first).cover(file.source.line_span(last));
    file.has_comment_in(lines) || file.has_comment_above(call.span)
}

fn inside_simple(file: &FileFacts, call: &Call) -> bool {
    let steps = file.telemetry.lifecycle.iter().filter(|step| step.kind == LifecycleKind::Simple);
    steps.map(|step| file.call(step.call).span).any(|span| span.contains(call.span) && span != call.span)
}

fn say(out: &mut Report, file: &FileFacts, step: &Lifecycle) {
    let call = file.call(step.call);
    let draft = out
        .at(file, link(call))
        .confidence(Confidence::Likely)
        .evidence(resolved_as(file, step.call, "a step of the set-up", &step.library), Some(call.name_span));
    if step.kind == LifecycleKind::Console {
        draft
            .help("export over OTLP to a collector; keep the console for a branch that only development takes")
            .say("this writes telemetry to the standard output: no backend receives it, and it mixes with the logs");
        return;
    }
    let draft = draft.help("use the batching processor: it exports in the background and drops rather than waits");
    let draft = match batching(file, call) {
        Some((span, name)) => draft.fix("export in batches", span, &name),
        None => draft,
    };
    draft.say("every span is exported by itself while the code that ends it waits: when the collector is slow, so is each request");
}

/// The batching counterpart, where it takes the same argument and is in reach.
fn batching(file: &FileFacts, call: &Call) -> Option<(Span, String)> {
    let name = file.text(call.name_span);
    let other = match name {
        "WithSyncer" => "WithBatcher".to_owned(),
        _ => name.replace("Simple", "Batch"),
    };
    let one = call.args.len() == 1 && !matches!(call.args[0].value.kind, ExprKind::Spread(_));
    let in_reach = match file.language {
        Language::Go => matches!(name, "WithSyncer" | "NewSimpleSpanProcessor"),
        Language::Python | Language::JavaScript | Language::TypeScript | Language::Tsx => {
            call.path.len() > 1 || file.outline.imports.iter().any(|import| import.alias == other)
        }
        _ => false,
    };
    (one && in_reach && other != name).then_some((call.name_span, other))
}
