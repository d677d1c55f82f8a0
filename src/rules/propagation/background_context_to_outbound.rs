//! A request has a context, and a call out of it gets one made from nothing: it belongs to no trace and ignores cancellation.

use std::collections::HashSet;

use crate::facts::code::{Call, CallId};
use crate::facts::{FileFacts, FreshContext};
use crate::model::Confidence;
use crate::rules::context::{at_hand, explained, name_at};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};

pub const RULE: Rule = rule!("propagation/background-context-to-outbound", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        let mut said = HashSet::new();
        for fresh in &file.facts.telemetry.fresh_contexts {
            if let Some(context) = lost(file, fresh)
                && said.insert(fresh.made)
            {
                say(out, file.facts, fresh, &context);
            }
        }
    }
}

/// The context that should have been passed.
fn lost(file: HeadFile<'_>, fresh: &FreshContext) -> Option<String> {
    let facts = file.facts;
    let (made, call) = (facts.call(fresh.made), facts.call(fresh.call));
    let new = file.pair.is_new(made.name_span) || file.pair.is_new(call.name_span);
    // A limit of its own on a context of its own is how work is detached on purpose.
    if !new || fresh.derived || facts.in_test(call.scope) || !leaves(facts, fresh, call) {
        return None;
    }
    let given = at_hand(facts, call)?;
    let explained = explained(facts, made.span) || explained(facts, call.span);
    let fallback = facts
        .branches_around(made.span, facts.scope(given.scope).body)
        .any(|branch| facts.condition(branch).is_some_and(|condition| condition.contains("nil")));
    // A new root that is linked to the old trace is on purpose.
    let linked = facts.text(facts.scope(given.scope).body).contains("Link");
    (!explained && !fallback && !linked).then(|| name_at(facts, given, call))
}

/// The call goes out, or starts a span, or belongs to a function that does.
fn leaves(file: &FileFacts, fresh: &FreshContext, call: &Call) -> bool {
    let id: CallId = fresh.call;
    let telemetry = &file.telemetry;
    let goes = telemetry.outbound.iter().any(|op| op.call == id)
        || telemetry.spans.iter().any(|start| start.call == id)
        || telemetry.summaries.get(&id).is_some_and(|summary| summary.performs_io);
    let own = telemetry.callees.get(&id).is_some_and(|callee| callee.takes_context);
    goes || fresh.arg == 0 && (own || asks(call))
}

/// Clients that the tables do not know: a context first, and a verb that asks somebody for something.
fn asks(call: &Call) -> bool {
    const VERBS: [&str; 24] = [
        "Get",
        "List",
        "Create",
        "Update",
        "UpdateStatus",
        "Delete",
        "Patch",
        "Apply",
        "Watch",
        "Do",
        "Query",
        "Exec",
        "Publish",
        "Send",
        "Find",
        "FindOne",
        "Insert",
        "Put",
        "Fetch",
        "Invoke",
        "Call",
        "Request",
        "PutObject",
        "GetObject",
    ];
    let far = call.path.len() >= 2 || call.base.is_some();
    far && call.path.last().is_some_and(|name| VERBS.contains(&name.as_str()))
}

fn say(out: &mut Report, file: &FileFacts, fresh: &FreshContext, context: &str) {
    let (made, call) = (file.call(fresh.made), file.call(fresh.call));
    let mut draft = out
        .at(file, if fresh.named { made.span } else { call.span })
        .confidence(Confidence::Likely)
        .evidence(format!("`{context}` is at hand here"), None)
        .help(format!(
            "pass `{context}`; if the work has to outlive the request, `context.WithoutCancel({context})` keeps the trace"
        ));
    if fresh.named {
        draft = draft.evidence("the fresh context is passed to this call", Some(call.span));
    }
    draft.fix("pass the context at hand", made.span, context).say(
        "this call gets a context made from nothing: it is in no trace, and goes on when the request is cancelled",
    );
}
