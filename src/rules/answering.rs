//! Who hears of a failure: the client that gets an answer, the machine that probes, or somebody who watches.

use crate::facts::{EntryPoint, FileFacts, words};

/// Calls that build the answer; giving them the error tells the client, not the operators.
const ANSWERS: [&str; 34] = [
    "error",
    "json",
    "send",
    "status",
    "body",
    "write",
    "writeheader",
    "string",
    "sprintf",
    "fprintf",
    "fprint",
    "errorf",
    "format",
    "str",
    "jsonify",
    "jsonresponse",
    "response",
    "httpresponse",
    "httpexception",
    "end",
    "text",
    "abortwithstatusjson",
    "abortwithstatus",
    "abort",
    "tostring",
    "to_string",
    "internalservererror",
    "stringify",
    "getmessage",
    "html",
    "entity",
    "build",
    "message",
    "finish",
];

const SPEAKING: [&str; 9] = ["log", "report", "capture", "track", "notify", "record", "observe", "alert", "handle"];

/// Probes, scrapes and static files: their answers go to machines that act on them.
const PROBED: [&str; 16] = [
    "health",
    "healthz",
    "healthcheck",
    "ready",
    "readyz",
    "readiness",
    "live",
    "livez",
    "liveness",
    "alive",
    "ping",
    "heartbeat",
    "metrics",
    "favicon",
    "static",
    "version",
];

/// `name` in lower case.
pub(super) fn builds_answer(name: &str) -> bool {
    ANSWERS.contains(&name)
}

/// Whether a callee's name, in lower case, promises that somebody hears of what it is given.
pub(super) fn speaks(name: &str) -> bool {
    SPEAKING.iter().any(|word| name.contains(word))
}

pub(super) fn is_health(file: &FileFacts, entry: &EntryPoint) -> bool {
    let route = entry.route.as_deref().unwrap_or_default();
    let name = file.scope(entry.scope).name.as_deref().unwrap_or_default();
    let says = |text: &str| words(text).any(|word| PROBED.contains(&word.as_str()));
    says(route) || says(name) || route.trim_matches('/') == "status"
}
