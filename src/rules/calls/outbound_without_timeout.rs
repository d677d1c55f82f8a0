//! A call that waits for another system has no limit of time: when that system hangs, so does this one.

use crate::facts::code::{Call, CallId, CallKind, ScopeId};
use crate::facts::{FileFacts, Limit, UnitKind, Wait, words};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::{link, resolved_as};

pub const RULE: Rule = rule!("calls/outbound-without-timeout", check);

/// Words in the name of a function whose calls are meant to last.
const LASTING: [&str; 16] = [
    "stream",
    "watch",
    "subscribe",
    "tail",
    "follow",
    "download",
    "upload",
    "proxy",
    "sse",
    "poll",
    "longpoll",
    "listen",
    "forward",
    "tunnel",
    "events",
    "websocket",
];

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for wait in &file.facts.telemetry.waits {
            if wait.limit == Limit::Missing && speaks(file, wait) {
                say(out, file.facts, wait);
            }
        }
    }
}

fn speaks(file: HeadFile<'_>, wait: &Wait) -> bool {
    let facts = file.facts;
    let call = facts.call(wait.call);
    let script = facts.language.is_script();
    file.pair.is_new(call.name_span)
        && !facts.in_test(call.scope)
        && (!script || facts.unit == UnitKind::Service && on_the_server(facts))
        && !own_wrapper(facts, wait, call)
        && !limited_elsewhere(facts, wait, call)
        && !lasting(facts, call)
        && !stays_here(facts, call)
        && !context_at_hand(facts, call)
}

/// `fetch` that a file imports from its own project: what it adds to the one everybody has is not known here.
fn own_wrapper(file: &FileFacts, wait: &Wait, call: &Call) -> bool {
    let global = file.canonical(wait.call).is_some_and(|name| name.starts_with("globals."));
    global && file.outline.imports.iter().any(|import| call.path.first() == Some(&import.alias))
}

/// A package may hold the server and what runs in browsers; only the former keeps workers waiting.
fn on_the_server(file: &FileFacts) -> bool {
    const FOLDERS: [&str; 9] = ["server", "api", "backend", "worker", "workers", "jobs", "cron", "lambda", "functions"];
    const SHARED: [&str; 8] = ["shared", "client", "components", "hooks", "store", "stores", "browser", "app"];
    const MODULES: [&str; 12] = [
        "express", "fastify", "koa", "@nestjs/", "fs", "path", "crypto", "pg", "ioredis", "bullmq", "kafkajs", "node:",
    ];
    let path = file.path.as_str();
    let folder = |names: &[&str]| path.split('/').rev().skip(1).any(|part| names.contains(&part));
    let imports = file.outline.imports.iter().any(|import| {
        MODULES
            .iter()
            .any(|name| import.module == *name || name.ends_with(['/', ':']) && import.module.starts_with(name))
    });
    imports || path.contains(".server.") || folder(&FOLDERS) && !folder(&SHARED)
}

/// Something else limits the wait: a timeout around the call, on the client, by the context, or set afterwards.
fn limited_elsewhere(file: &FileFacts, wait: &Wait, call: &Call) -> bool {
    let whole = Span { start: 0, end: file.source.as_str().len() as u32 };
    let named = file.scope(file.named_function_of(call.scope)).span;
    let near = if wait.client { whole } else { named };
    // At file level the whole file would be asked; the statement is what matters there.
    let near = if !wait.client && file.named_function_of(call.scope) == ScopeId::FILE { call.statement } else { near };
    let text = file.text(near).to_ascii_lowercase();
    let hidden =
        ["timeout", "deadline", "abortcontroller", "signal.alarm", "alarm("].iter().any(|word| text.contains(word));
    hidden || wait.client && !asks_without_context(file, call)
}

/// Go: a client without `Timeout` is sound when its requests carry a context, so it has to be seen sending one that does not.
fn asks_without_context(file: &FileFacts, call: &Call) -> bool {
    let go_literal = call.kind == CallKind::New && file.canonical(id_of(file, call)) == Some("net/http.Client");
    let transport = call.args.iter().any(|arg| arg.name.as_deref() == Some("Transport"));
    !go_literal
        || !transport && {
            let less = &file.telemetry.context_less;
            let carries = ["WithContext", ".Clone("].iter().any(|word| file.source.as_str().contains(word));
            !carries && less.iter().any(|one| one.library == "net/http")
        }
}

fn id_of(file: &FileFacts, call: &Call) -> CallId {
    let index = file.outline.calls.partition_point(|one| one.span.start < call.span.start);
    let same = file.outline.calls[index..].iter().position(|one| std::ptr::eq(one, call)).unwrap_or(0);
    CallId((index + same) as u32)
}

fn lasting(file: &FileFacts, call: &Call) -> bool {
    let function = file.scope(file.named_function_of(call.scope));
    let name = function.name.as_deref().unwrap_or_default();
    words(name).any(|word| LASTING.contains(&word.as_str()))
}

/// Calls to this machine, where a hanging peer means that everything hangs.
fn stays_here(file: &FileFacts, call: &Call) -> bool {
    let text = file.text(call.span);
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| text.contains(host))
}

/// A context could be passed: then that is the remedy, and another rule says so.
fn context_at_hand(file: &FileFacts, call: &Call) -> bool {
    let less = file.telemetry.context_less.iter().any(|one| file.call(one.call).span == call.span);
    less && file
        .scopes_around(call.scope)
        .any(|(scope, _)| file.telemetry.given_contexts.iter().any(|given| given.scope == scope))
}

fn say(out: &mut Report, file: &FileFacts, wait: &Wait) {
    let call = file.call(wait.call);
    let what = if wait.client { "a client" } else { "a call" };
    let mut draft = out
        .at(file, link(call))
        .confidence(Confidence::Likely)
        .evidence(resolved_as(file, wait.call, what, &wait.library), Some(call.name_span))
        .help(help(wait));
    if let Some((span, text)) = addition(file, wait, call) {
        draft = draft.fix("set a limit", span, &text);
    }
    draft.say(format!(
        "{} has no timeout of its own: when the other side hangs, so does every worker that waits here",
        wait.library
    ));
}

fn help(wait: &Wait) -> String {
    match &wait.word {
        Some(word) => format!("give it a `{word}` that fits what its callers can wait"),
        None => "use a client with a timeout that fits what its callers can wait".to_owned(),
    }
}

/// A keyword after the last argument, where the language has keywords.
fn addition(file: &FileFacts, wait: &Wait, call: &Call) -> Option<(Span, String)> {
    let word = wait.word.as_deref()?;
    let python = file.language == crate::model::Language::Python;
    let last = call.args.last()?;
    let after = Span { start: last.span.end, end: last.span.end };
    let closes = file.text(Span { start: last.span.end, end: call.span.end }).trim() == ")";
    (python && closes && word == "timeout").then(|| (after, format!(", {word}=10")))
}
