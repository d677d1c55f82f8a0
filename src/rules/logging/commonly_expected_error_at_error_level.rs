//! What happens in normal work, or through a client's mistake, is logged as an error: alerts wake people for nothing.

use crate::facts::code::{Call, Exit, ExitKind, Failure, FailureKind};
use crate::facts::{Breadth, FileFacts, Level, LogCall, words};
use crate::model::{Confidence, Span};
use crate::rules::expected::is_ordinary;
use crate::rules::failing::protects_remote;
use crate::rules::levels::{at_warn, message};
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::{failure_around, place};

pub const RULE: Rule = rule!("logging/commonly-expected-error-at-error-level", check);

/// The answer stands right behind the log: so many calls and exits are looked at.
const MAX_BEHIND: usize = 64;

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.service_files() {
        for log in file.facts.telemetry.logs.iter().filter(|log| log.level == Level::Error && log.library != "console")
        {
            if !file.pair.touches(log.span)
                || file.facts.in_test(log.scope)
                || is_audit(file.facts, log)
                || explained(file.facts, log)
            {
                continue;
            }
            if let Some(why) = expected_case(file, log) {
                say(out, file.facts, log, why);
            }
        }
    }
}

fn say(out: &mut Report, file: &FileFacts, log: &LogCall, (why, shown): (String, Span)) {
    let call = file.call(log.call);
    let mut draft = out
        .at(file, place(file, log.span))
        .confidence(Confidence::Likely)
        .evidence(why, Some(shown))
        .help("log it at warn or below, and keep error for what somebody has to act on");
    if let Some(name) = at_warn(file, log) {
        draft = draft.fix("lower the level", call.name_span, &name);
    }
    draft.say(
        "this is logged as an error though it happens in normal work: every such case counts towards error alerts",
    );
}

/// A comment before the log in its own branch: somebody has thought about the level.
fn explained(file: &FileFacts, log: &LogCall) -> bool {
    let start = file.block_around(log.span).map_or(log.span.start, |block| block.start.min(log.span.start));
    file.has_comment_in(Span { start, end: log.span.start })
        && file.text(Span { start, end: log.span.start }).len() < 600
        || file.has_comment_above(log.span)
}

/// What is written for an audit has its own rules.
fn is_audit(file: &FileFacts, log: &LogCall) -> bool {
    let text = file.text(file.call(log.call).span).to_ascii_lowercase();
    text.contains("audit") || text.contains("security")
}

/// Why the case is an ordinary one, and where that is written.
fn expected_case(file: HeadFile<'_>, log: &LogCall) -> Option<(String, Span)> {
    let facts = file.facts;
    let function = facts.scope(facts.function_of(log.scope)).span;
    let around = facts.branches_around(log.span, function).next();
    // A branch inside the handler has a reason of its own.
    if let Some(failure) =
        failure_around(facts, log.span).filter(|failure| around.is_none_or(|branch| branch.contains(failure.body)))
        && let Some(kind) = failure.types.iter().find(|kind| is_ordinary(kind))
        && failure.types.iter().all(|kind| is_ordinary(kind))
    {
        return Some((format!("`{kind}` is a failure that everybody expects"), failure.header));
    }
    if let Some(branch) = around
        && let Some(condition) = facts.condition(branch).filter(|condition| names_expected(condition))
    {
        let first = condition.lines().next().unwrap_or(condition).trim();
        return Some((format!("it is logged only if `{first}`"), branch_header(facts, branch)));
    }
    let block = facts.block_around(log.span).or(around)?;
    // An outage that is answered as the client's mistake is logged rightly: the answer is what is wrong.
    let outage = failure_around(facts, log.span).is_some_and(|failure| may_be_outage(facts, failure));
    let answer = client_answer(facts, log, block).filter(|_| !outage && !says_breakage(facts, log))?;
    Some(("the same branch answers the client with a 4xx".to_owned(), answer))
}

/// What failed may be anything, and not what the client sent: only reading and checking the request is surely about that.
fn may_be_outage(file: &FileFacts, failure: &Failure) -> bool {
    const READING: [&str; 17] = [
        "parse",
        "validate",
        "valid",
        "decode",
        "unmarshal",
        "bind",
        "check",
        "auth",
        "authenticate",
        "authorize",
        "verify",
        "deserialize",
        "read",
        "compile",
        "extract",
        "convert",
        "split",
    ];
    let about_request = |(_, call): (crate::facts::code::CallId, &Call)| {
        call.path.last().is_some_and(|name| words(name).any(|word| READING.contains(&word.as_str())))
    };
    let reads = file.calls_in(failure.protected).any(about_request);
    protects_remote(file, failure)
        || failure.kind == FailureKind::Catch && file.breadth(failure) == Breadth::Broad
        || !reads
}

fn branch_header(file: &FileFacts, branch: Span) -> Span {
    file.source.line_span(file.source.line_of(branch.start))
}

/// Names of failures that clients cause or that end by themselves.
fn names_expected(condition: &str) -> bool {
    // `if let Err(e) = f(x)`: what is asked stands before the sign.
    let asked = condition
        .strip_prefix("let ")
        .and_then(|rest| rest.split_once(" = "))
        .map_or(condition, |(pattern, _)| pattern);
    let negated =
        asked.contains("!=") || asked.trim_start_matches(['(', ' ']).starts_with('!') || asked.contains("not ");
    let both = asked.contains("||") || asked.contains(" or ");
    !negated
        && !both
        && asked.split(|character: char| !(character.is_alphanumeric() || character == '_')).any(is_ordinary)
}

/// The `return`, `throw` or call behind the log that tells the client that the request was wrong.
fn client_answer(file: &FileFacts, log: &LogCall, block: Span) -> Option<Span> {
    let rest = Span { start: log.span.end, end: block.end.max(log.span.end) };
    let own = |span: Span| {
        file.block_around(span) == Some(block)
            || !file
                .outline
                .blocks
                .iter()
                .any(|inner| inner.contains(span) && block.contains(*inner) && *inner != block)
    };
    let by_exit = |exit: &&Exit| {
        matches!(exit.kind, ExitKind::Return | ExitKind::Throw)
            && own(exit.span)
            && exit.values.iter().any(|value| is_client_answer(file.text(value.span)))
    };
    let exit = file.exits_in(rest).take(MAX_BEHIND).find(by_exit).map(|exit| exit.span);
    let by_call = |(_, call): &(crate::facts::code::CallId, &Call)| {
        let last = call.path.last().map_or("", String::as_str).to_ascii_lowercase();
        let answers = [
            "json",
            "status",
            "error",
            "abort",
            "send",
            "reply",
            "writeheader",
            "respond",
            "problem",
            "sendstatus",
            "senderror",
            "httperror",
        ]
        .iter()
        .any(|word| last.contains(word));
        answers && own(call.span) && call.args.iter().any(|arg| is_client_answer(file.text(arg.span)))
    };
    exit.or_else(|| file.calls_in(rest).take(MAX_BEHIND).find(by_call).map(|(_, call)| call.span))
}

/// `forbiddenErrorResponse()`, `new BadRequestError(…)`, `http.StatusNotFound`, `status=422`.
fn is_client_answer(text: &str) -> bool {
    const NUMBERS: [&str; 12] = ["400", "401", "403", "404", "405", "406", "409", "410", "413", "415", "422", "429"];
    let head = text.split(['"', '\'', '`']).next().unwrap_or(text);
    let lower: Vec<String> = words(head).collect();
    let joined = lower.join(" ");
    let named = [
        "bad request",
        "not found",
        "forbidden",
        "unauthorized",
        "unauthorised",
        "unprocessable",
        "conflict",
        "too many requests",
        "unauthenticated",
        "invalid argument",
        "permission denied",
    ];
    let number = head.split(|character: char| !character.is_ascii_alphanumeric()).any(|part| NUMBERS.contains(&part));
    let status = text.to_ascii_lowercase().contains("status") || text.len() == 3 || text.contains("HTTP");
    named.iter().any(|name| joined.contains(name)) || number && status
}

/// The message speaks of the service's own trouble.
fn says_breakage(file: &FileFacts, log: &LogCall) -> bool {
    let text = message(file, log).unwrap_or_default().to_ascii_lowercase();
    ["config", "bug", "should never", "unexpected", "inconsisten", "internal", "corrupt"]
        .iter()
        .any(|word| text.contains(word))
}
