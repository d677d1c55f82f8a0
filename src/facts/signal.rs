//! "Would anybody ever know?": the one predicate most failure rules share.
//!
//! It is asked in order to stay silent, so every doubt counts as a signal: an unknown callee that receives the error has
//! handled it, a helper whose name speaks of logging logs, a returned error is the caller's to report.

use super::code::{Call, Exit, ExitKind, ExprKind, Failure, FailureKind};
use super::file::FileFacts;
use super::telemetry::{Outbound, SpanOpKind};
use crate::model::{Language, Span};

/// How a failure makes itself known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Thrown, returned or propagated to the caller.
    Rethrown,
    Logged,
    Counted,
    SpanMarked,
    /// Sent to an error reporter.
    Reported,
    /// The error value goes somewhere: a call, a channel, a field, a result.
    PassedOn,
    Terminates,
    /// The failure is the answer: an error response, a result object that says so.
    IsValue,
}

/// How much a handler catches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// Everything (`catch (e)`, `except Exception`, Go `err`, Rust `Err(e)`).
    Broad,
    /// A named kind of failure.
    Typed,
}

/// Types that catch more or less everything.
const BROAD: [&str; 9] = [
    "Exception",
    "BaseException",
    "Throwable",
    "RuntimeException",
    "Error",
    "any",
    "unknown",
    "builtins.Exception",
    "object",
];

/// Words in a callee's name that promise a trace.
const SPEAKING: [&str; 28] = [
    "log",
    "logs",
    "logger",
    "logging",
    "warn",
    "warning",
    "error",
    "errors",
    "report",
    "capture",
    "track",
    "notify",
    "record",
    "metric",
    "metrics",
    "inc",
    "increment",
    "count",
    "alert",
    "emit",
    "print",
    "println",
    "audit",
    "fail",
    "failed",
    "reject",
    "abort",
    "panic",
];

/// Words in a handler that make the failure its answer.
const ANSWERING: [&str; 12] = [
    "error",
    "err",
    "errors",
    "fail",
    "failed",
    "failure",
    "invalid",
    "unavailable",
    "unauthorized",
    "forbidden",
    "internal",
    "problem",
];

impl FileFacts {
    pub fn breadth(&self, failure: &Failure) -> Breadth {
        let broad = |name: &String| {
            let last = name.rsplit(['.', ':']).next().unwrap_or(name);
            BROAD.contains(&name.as_str()) || BROAD.contains(&last) && self.language != Language::Rust
        };
        let typed = !failure.types.is_empty() && !failure.types.iter().any(broad);
        if typed || failure.guarded { Breadth::Typed } else { Breadth::Broad }
    }

    /// Whether failures are values that a caller must look at, rather than exceptions or types that force a look.
    pub fn returns_errors(&self) -> bool {
        self.language == Language::Go
    }

    /// Whether failures are exceptions, which pass every caller that does not catch them.
    pub fn throws(&self) -> bool {
        self.language.is_script() || matches!(self.language, Language::Python | Language::Java)
    }

    /// Whether a function of this repository writes its own failures down.
    pub fn tells_itself(&self, id: super::code::CallId) -> bool {
        self.telemetry.summaries.get(&id).is_some_and(|summary| summary.logs_error || summary.reports)
    }

    /// Whether the language itself keeps the failure that was being handled when a new one is thrown.
    pub fn keeps_context(&self) -> bool {
        self.language == Language::Python
    }

    /// The first sign that a failure leaves; `None` when it vanishes.
    pub fn signal(&self, failure: &Failure) -> Option<Signal> {
        if matches!(failure.kind, FailureKind::Discard | FailureKind::Blank) {
            return None;
        }
        let body = failure.body;
        if self.exits_in(body).any(|exit| exit.kind == ExitKind::Terminate) {
            return Some(Signal::Terminates);
        }
        if self.exits_in(body).any(|exit| self.rethrows(exit, failure)) || self.answers_with_err(failure) {
            return Some(Signal::Rethrown);
        }
        if self.logs_in(body).next().is_some() {
            return Some(Signal::Logged);
        }
        if let Some(signal) = self.calls_in(body).find_map(|(id, call)| self.call_signal(id, call)) {
            return Some(signal);
        }
        if failure.error.as_deref().is_some_and(|error| self.uses(body, error)) {
            return Some(Signal::PassedOn);
        }
        let text = self.text(body);
        let answers = words(text).any(|word| ANSWERING.contains(&word.as_str())) || answers_with_status(text);
        answers.then_some(Signal::IsValue)
    }

    fn call_signal(&self, id: super::code::CallId, call: &Call) -> Option<Signal> {
        let telemetry = &self.telemetry;
        if telemetry.metric_uses.iter().any(|used| used.call == id) {
            return Some(Signal::Counted);
        }
        let marks = |kind| matches!(kind, SpanOpKind::SetStatus | SpanOpKind::RecordError | SpanOpKind::AddEvent);
        if telemetry.span_ops.iter().any(|op| op.call == id && marks(op.kind)) {
            return Some(Signal::SpanMarked);
        }
        if telemetry.reports.contains(&id) {
            return Some(Signal::Reported);
        }
        if telemetry.summaries.get(&id).is_some_and(|summary| summary.is_signal()) {
            return Some(Signal::Logged);
        }
        let speaks = call.path.iter().flat_map(|segment| words(segment)).any(|word| SPEAKING.contains(&word.as_str()));
        speaks.then_some(Signal::PassedOn)
    }

    /// Whether an exit hands the failure to the caller.
    fn rethrows(&self, exit: &Exit, failure: &Failure) -> bool {
        match exit.kind {
            ExitKind::Throw | ExitKind::Propagate => true,
            ExitKind::Return => {
                // `f.Error.Err` is handed on with `f`.
                let whole = |error: &str| error.split_once('.').is_some_and(|(root, _)| self.uses(exit.span, root));
                let named = failure.error.as_deref().is_some_and(|error| self.uses(exit.span, error) || whole(error));
                named || self.language == Language::Go && self.returns_go_error(exit)
            }
            _ => false,
        }
    }

    /// Go: the last returned value of a function that returns an error is not `nil`.
    fn returns_go_error(&self, exit: &Exit) -> bool {
        let function = self.scope(self.function_of(exit.scope));
        let returns = function.returns.as_deref().unwrap_or_default();
        let fails = returns.trim_end_matches(')').trim_end().ends_with("error");
        match exit.values.last() {
            // Naked return of named results: the named error keeps its value.
            None => fails && returns.contains(' '),
            Some(value) => {
                let nil = value.as_path().is_some_and(|path| path == ["nil"]);
                fails && !nil && !matches!(value.kind, ExprKind::Literal(_))
            }
        }
    }

    /// Rust and result types: the handler's value is itself an `Err`.
    fn answers_with_err(&self, failure: &Failure) -> bool {
        self.language == Language::Rust
            && (self.mentions(failure.body, "Err")
                || self.mentions(failure.body, "bail")
                || self.mentions(failure.body, "Error"))
    }

    /// The outbound operations whose failure this is about.
    pub fn protected_io<'a>(&'a self, failure: &Failure) -> impl Iterator<Item = &'a Outbound> {
        let protected = failure.protected;
        self.telemetry.outbound.iter().filter(move |op| protected.contains(self.call(op.call).span))
    }

    /// Whether a comment explains what the handler does: inside it, on its header line, or directly above it.
    pub fn explained(&self, failure: &Failure) -> bool {
        let (first, _) = self.source.lines(failure.header);
        let (_, last) = self.source.lines(failure.span);
        let whole = self.source.line_span(first).cover(self.source.line_span(last));
        let from = Span { start: failure.header.start, end: whole.end };
        self.has_comment_in(from) || self.has_comment_above(failure.header)
    }
}

/// `res.sendStatus(503)`: the number is the answer.
fn answers_with_status(text: &str) -> bool {
    let numbers = text.split(|character: char| !character.is_ascii_alphanumeric());
    numbers
        .filter_map(|number| number.parse::<u16>().ok().filter(|_| number.len() == 3))
        .any(|n| (400..600).contains(&n))
}

/// The words of a name or text, split at case changes and everything that is not a letter, in lower case.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut last_lower = false;
    for character in text.chars() {
        let boundary = !character.is_alphabetic() || (character.is_uppercase() && last_lower);
        if boundary && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphabetic() {
            word.extend(character.to_lowercase());
        }
        last_lower = character.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn names_fall_into_words() {
        let all: Vec<String> = words("logHTTPError retry_count2 e").collect();
        assert_eq!(all, ["log", "httperror", "retry", "count", "e"]);
    }
}
