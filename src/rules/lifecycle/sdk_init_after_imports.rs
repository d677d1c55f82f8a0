//! A Node.js SDK starts after the modules that it has to patch were loaded: they are never instrumented, and nothing says so.

use crate::facts::code::{Import, ScopeId};
use crate::facts::{FileFacts, Lifecycle, LifecycleKind};
use crate::model::{Confidence, Span};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::resolved_as;

pub const RULE: Rule = rule!("lifecycle/sdk-init-after-imports", check);

/// Modules that instrumentations patch when they are loaded.
const PATCHED: [&str; 24] = [
    "express",
    "fastify",
    "koa",
    "@koa/router",
    "@hapi/hapi",
    "@nestjs/core",
    "restify",
    "connect",
    "pg",
    "mysql",
    "mysql2",
    "mysql2/promise",
    "mongodb",
    "mongoose",
    "redis",
    "ioredis",
    "knex",
    "kafkajs",
    "amqplib",
    "@grpc/grpc-js",
    "graphql",
    "undici",
    "bullmq",
    "memcached",
];

/// Packages that start an agent when they are loaded.
const STARTERS: [&str; 6] = [
    "newrelic",
    "dd-trace/init",
    "dd-trace/init.js",
    "elastic-apm-node/start",
    "elastic-apm-node/start.js",
    "@opentelemetry/auto-instrumentations-node/register",
];

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files().filter(|file| file.facts.language.is_script()) {
        match started(file.facts) {
            Some((start, at)) => after_imports(out, file, start, at),
            None => loaded_late(out, file),
        }
    }
}

/// Where the SDK starts while the module is being loaded.
fn started(file: &FileFacts) -> Option<(&Lifecycle, Span)> {
    let patches = |start: &&Lifecycle| match start.library.as_str() {
        // Without a list of instrumentations there is nothing to patch.
        "OpenTelemetry" => file.source.as_str().contains("instrumentations"),
        _ => true,
    };
    let starts = file.telemetry.lifecycle.iter().filter(|one| one.kind == LifecycleKind::Start).filter(patches);
    starts
        .map(|start| (start, file.call(start.call).span))
        .find(|(start, _)| file.call(start.call).scope == ScopeId::FILE)
}

fn after_imports(out: &mut Report, file: HeadFile<'_>, start: &Lifecycle, at: Span) {
    let facts = file.facts;
    let Some(import) = facts.outline.imports.iter().find(|import| loads(facts, import, at)) else { return };
    if !file.pair.is_new(import.span) && !file.pair.is_new(at) {
        return;
    }
    let hoisted = is_static(facts, import);
    let place = if file.pair.is_new(import.span) { import.span } else { at };
    out.at(facts, place)
        .confidence(Confidence::Likely)
        .evidence(resolved_as(facts, start.call, "the start of an SDK", &start.library), Some(at))
        .evidence(
            if hoisted {
                format!("`{}` is imported statically, and static imports run before any statement", import.module)
            } else {
                format!("`{}` is loaded here, before the SDK starts", import.module)
            },
            Some(import.span),
        )
        .help("move the set-up into a module of its own and load that first: `node --import ./instrumentation.mjs …`")
        .say(format!(
            "`{}` is loaded before the SDK that patches it: it makes no spans, and nothing says so",
            import.module
        ));
}

/// A patched module that is in memory when the SDK starts.
fn loads(file: &FileFacts, import: &Import, start: Span) -> bool {
    let patched = PATCHED.contains(&import.module.as_str());
    patched && !is_type(file, import) && (is_static(file, import) || import.span.start < start.start)
}

fn is_static(file: &FileFacts, import: &Import) -> bool {
    let line = file.text(file.source.line_span(file.source.line_of(import.span.start)));
    line.trim_start().starts_with("import") && !line.contains("require(")
}

/// `import type` is gone when the program runs.
fn is_type(file: &FileFacts, import: &Import) -> bool {
    let line = file.text(file.source.line_span(file.source.line_of(import.span.start)));
    line.trim_start().starts_with("import type")
}

/// The module that starts the SDK is itself loaded, but not first.
fn loaded_late(out: &mut Report, file: HeadFile<'_>) {
    let facts = file.facts;
    let late = facts.outline.imports.iter().find(|import| STARTERS.contains(&import.module.as_str()));
    let Some(late) = late else { return };
    let before = |import: &&Import| import.span.start < late.span.start && PATCHED.contains(&import.module.as_str());
    let Some(first) = facts.outline.imports.iter().find(|import| before(import) && !is_type(facts, import)) else {
        return;
    };
    if !file.pair.is_new(late.span) && !file.pair.is_new(first.span) {
        return;
    }
    let place = if file.pair.is_new(late.span) { late.span } else { first.span };
    out.at(facts, place)
        .confidence(Confidence::Certain)
        .evidence(format!("`{}` is already loaded here", first.module), Some(first.span))
        .help(format!("make `{}` the first import of the entry file, or give it to `node --import`", late.module))
        .say(format!(
            "`{}` is loaded before the agent that patches it: it makes no spans, and nothing says so",
            first.module
        ));
}
