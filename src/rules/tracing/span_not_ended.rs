//! A span is started and, on some path, never ended: it is not exported at all, and its children lose their parent.

use crate::facts::code::{Binding, Call, CallId, Exit, ExitKind, Expr, ExprKind, ResultUse, ScopeId};
use crate::facts::{FileFacts, SpanEnd, SpanOpKind, SpanStart, Tier};
use crate::model::{Confidence, Language, Span};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::resolved_as;

pub const RULE: Rule = rule!("tracing/span-not-ended", check);

/// What is wrong with the end of a span.
enum Leak {
    /// The span value is thrown away at its start.
    Dropped,
    /// Nothing ends it.
    Never,
    /// This exit is reached before it ends.
    Exit(Span),
    /// An exception between start and end skips the end.
    Exception,
}

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        for start in &file.facts.telemetry.spans {
            if start.tier > Tier::Lexical && !file.facts.in_test(file.facts.call(start.call).scope) {
                inspect(file, start, out);
            }
        }
    }
}

fn inspect(file: HeadFile<'_>, start: &SpanStart, out: &mut Report) {
    let facts = file.facts;
    let leak = match start.end {
        SpanEnd::Manual => manual(facts, start),
        SpanEnd::Callback => callback(facts, start),
        SpanEnd::Managed | SpanEnd::Dropped => None,
    };
    let Some(leak) = leak else { return };
    let call = facts.call(start.call);
    let mut place = first_line(facts, call.span);
    if !file.pair.is_new(call.name_span) {
        // The start is old: only a new way out that skips the end is this change's doing.
        match leak {
            Leak::Exit(exit) if file.pair.is_new(exit) => place = exit,
            _ => return,
        }
    }
    let (confidence, why, at) = match leak {
        Leak::Dropped => (Confidence::Certain, "the span is thrown away here, so nothing can end it", None),
        Leak::Never => (Confidence::Certain, "nothing in this function ends it or hands it on", None),
        Leak::Exit(exit) => (Confidence::Likely, "this way out is reached before the span ends", Some(exit)),
        Leak::Exception => (Confidence::Likely, "an exception between start and end skips the end", None),
    };
    out.at(facts, place)
        .confidence(confidence)
        .evidence(resolved_as(facts, start.call, "a span start", &start.library), Some(call.name_span))
        .evidence(why, at)
        .help(help(facts.language, start.end))
        .say("this span is not ended on every path: when that happens it is never exported, and its children lose their parent");
}

fn help(language: Language, end: SpanEnd) -> &'static str {
    match (language, end) {
        (Language::Go, _) => "put `defer span.End()` directly after the start",
        (Language::Python, _) => "use `with tracer.start_as_current_span(…)`, or end it in `finally`",
        (_, SpanEnd::Callback) => "call `span.end()` in a `finally` inside the callback",
        _ => "end the span in a `finally`",
    }
}

fn first_line(file: &FileFacts, span: Span) -> Span {
    let line = file.source.line_span(file.source.line_of(span.start));
    Span { start: span.start, end: span.end.min(line.end.max(span.start + 1)) }
}

fn manual(file: &FileFacts, start: &SpanStart) -> Option<Leak> {
    let call = file.call(start.call);
    let mut bindings =
        file.outline.bindings.iter().filter(|one| one.value.as_ref().is_some_and(|value| is_start(value, start.call)));
    let bound =
        bindings.clone().find(|one| one.position == start.position || one.arity == 1 && file.language != Language::Go);
    let Some(binding) = bound else {
        let kept = bindings.next().is_some() || call.result != ResultUse::Discarded;
        return (!kept).then_some(Leak::Dropped);
    };
    let [name] = binding.path.as_slice() else { return None };
    if name == "_" {
        return Some(Leak::Dropped);
    }
    if binding.kind == crate::facts::code::BindingKind::Managed || binding.scope == ScopeId::FILE {
        return None;
    }
    let function = file.function_of(binding.scope);
    ending(file, function, binding.statement, name)
}

fn is_start(value: &Expr, call: CallId) -> bool {
    match &value.kind {
        ExprKind::Call(id) => *id == call,
        ExprKind::Compound(parts) => parts.len() == 1 && is_start(&parts[0], call),
        _ => false,
    }
}

fn callback(file: &FileFacts, start: &SpanStart) -> Option<Leak> {
    let call = file.call(start.call);
    let scope = call.args.iter().rev().find_map(|arg| match arg.value.kind {
        ExprKind::Closure(scope) => Some(scope),
        _ => None,
    })?;
    let Some(param) = file.scope(scope).params.first() else { return Some(Leak::Never) };
    let body = file.scope(scope).body;
    ending(file, scope, Span { start: body.start, end: body.start }, &param.name)
}

/// Follows a span variable from its start to the end of its function.
fn ending(file: &FileFacts, function: ScopeId, start: Span, name: &str) -> Option<Leak> {
    let body = file.scope(function).body;
    let after = Span { start: start.end, end: body.end.max(start.end) };
    if escapes(file, after, name) {
        return None;
    }
    let ends: Vec<&Call> =
        file.calls_in(after).filter(|(id, call)| ends_span(file, *id, call, name)).map(|(_, call)| call).collect();
    if ends.is_empty() {
        return Some(Leak::Never);
    }
    let safe = |end: &&&Call| file.outline.deferred.iter().any(|region| region.contains(end.span));
    if let Some(deferred) = ends.iter().find(safe) {
        // `defer` only covers what comes after it; `finally` covers its whole `try`.
        let go = file.language == Language::Go;
        return early_exit(file, function, start, &ends, go.then_some(deferred.span.start)).filter(|_| go);
    }
    if let Some(leak) = early_exit(file, function, start, &ends, None) {
        return Some(leak);
    }
    let last = ends.iter().map(|end| end.span.end).max().unwrap_or(after.end);
    let between = Span { start: after.start, end: last };
    let guarded = file.failures_in(body).next().is_some();
    let risky = match file.language {
        Language::Go | Language::Rust => false,
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            file.outline.awaits.iter().any(|one| between.contains(*one))
        }
        Language::Python | Language::Java => file.calls_in(between).count() > ends.len() + 2,
    };
    (risky && !guarded).then_some(Leak::Exception)
}

fn ends_span(file: &FileFacts, id: CallId, call: &Call, name: &str) -> bool {
    let on_it = call.path.first().is_some_and(|first| first == name);
    let op = file.telemetry.span_ops.iter().any(|op| op.call == id && op.kind == SpanOpKind::End);
    let last = call.path.last().map_or("", String::as_str);
    on_it && (op || matches!(last, "End" | "end" | "Finish" | "finish" | "close" | "stop"))
}

/// An exit of the function that no end of the span precedes on its own branch.
fn early_exit(file: &FileFacts, function: ScopeId, start: Span, ends: &[&Call], until: Option<u32>) -> Option<Leak> {
    let body = file.scope(function).body;
    let last = ends.iter().map(|end| end.span.start).max()?;
    let limit = until.unwrap_or(last);
    let block = file.block_around(start).filter(|block| body.contains(*block)).unwrap_or(body);
    let leaves = |exit: &&Exit| {
        matches!(exit.kind, ExitKind::Return | ExitKind::Throw)
            && exit.span.start >= start.end
            && exit.span.start < limit
            && block.contains(exit.span)
            && file.function_of(exit.scope) == function
    };
    // An end counts for an exit when the exit lies in the end's own block, after it.
    let ended = |exit: &Exit| {
        ends.iter().any(|end| {
            let around = file.block_around(end.span).unwrap_or(body);
            end.span.start < exit.span.start && around.contains(exit.span) || exit.span.contains(end.span)
        })
    };
    let in_finally = |exit: &Exit| {
        // `return` inside a `try` whose `finally` ends the span.
        until.is_none()
            && file
                .outline
                .deferred
                .iter()
                .any(|region| ends.iter().any(|end| region.contains(end.span)) && exit.span.start < region.start)
    };
    file.exits_in(body).filter(leaves).find(|exit| !ended(exit) && !in_finally(exit)).map(|exit| Leak::Exit(exit.span))
}

/// Ownership beats control flow: a span that is returned, stored, passed on or captured has another owner.
fn escapes(file: &FileFacts, after: Span, name: &str) -> bool {
    let is_it = |expr: &Expr| holds_name(expr, name);
    let returned = file.exits_in(after).any(|exit| exit.values.iter().any(is_it));
    let stored = file.outline.bindings.iter().any(|one: &Binding| {
        let rebinding = one.path.len() == 1 && one.path[0] == name;
        after.contains(one.statement) && !rebinding && one.value.as_ref().is_some_and(is_it)
    });
    let passed = file.calls_in(after).any(|(_, call)| {
        let carries = call.path.last().is_some_and(|last| {
            // These put the span into a context or set it as current; they do not take it over.
            matches!(
                last.as_str(),
                "ContextWithSpan" | "setSpan" | "set_span_in_context" | "NewContext" | "storeInContext" | "with"
            )
        });
        let own = call.path.first().is_some_and(|first| first == name);
        !carries && !own && call.args.iter().any(|arg| is_it(&arg.value))
    });
    returned || stored || passed || put_into_element(file, after, name) || captured(file, after, name)
}

/// `spans[key] = span`: an element is no name, so the outline has no binding for it.
fn put_into_element(file: &FileFacts, after: Span, name: &str) -> bool {
    let text = file.text(after);
    text.match_indices(name).any(|(at, _)| {
        let (before, behind) = (text[..at].trim_end_matches([' ', '&']), &text[at + name.len()..]);
        let goes_on = behind.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '_' | '.' | '(' | '['));
        before.ends_with("] =") && !goes_on
    })
}

fn holds_name(expr: &Expr, name: &str) -> bool {
    match &expr.kind {
        ExprKind::Path(path) => path.len() == 1 && path[0] == name,
        ExprKind::Record(entries) => entries.iter().any(|(_, value)| holds_name(value, name)),
        ExprKind::List(items) | ExprKind::Compound(items) => items.iter().any(|item| holds_name(item, name)),
        ExprKind::Spread(inner) => holds_name(inner, name),
        _ => false,
    }
}

/// A closure that ends the span (an `on("finish")` handler, a deferred function) owns it.
fn captured(file: &FileFacts, after: Span, name: &str) -> bool {
    let closures = file.outline.scopes.iter().filter(|scope| after.contains(scope.span));
    let deferred = |span: Span| file.outline.deferred.iter().any(|region| region.contains(span));
    closures
        .filter(|scope| !deferred(scope.span))
        .any(|scope| file.calls_in(scope.body).any(|(id, call)| ends_span(file, id, call, name)))
}
