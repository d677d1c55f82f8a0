//! What reaches a sink: the arguments of a call, followed through formatting calls, records and the variables of the
//! function. Any other call may do what it likes with a value, so nothing is followed through it.

use super::origin::{given, has_userinfo, header_read, is_headers, is_request, reads_request};
use super::raw;
use super::sinks::{Sink, SinkKind};
use super::types::worst_field;
use super::words::{self, Header, Strength, credential, neutral, personal};
use crate::facts::code::{Call, CallId, Expr, ExprKind, ResultUse, ScopeId};
use crate::facts::{FactSet, FileFacts, LogStyle, Tier};
use crate::model::Span;
use crate::rules::seen::declared_type;

/// Nesting of expressions and variables that is followed.
const MAX_DEPTH: u32 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Kind {
    Credential,
    Personal,
    /// All of something that a client sent, or the environment; the text says what.
    Raw(&'static str),
    /// A URL; with user information in it as far as this function tells.
    Url {
        userinfo: bool,
    },
}

/// Something that reaches a sink.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Datum {
    pub(in crate::rules) kind: Kind,
    pub(in crate::rules) strength: Strength,
    /// What it is called where it is sensitive.
    pub(in crate::rules) name: String,
    /// In the sink.
    pub(in crate::rules) span: Span,
    /// The statement that gave a variable this value, if it took that way.
    pub(in crate::rules) from: Option<Span>,
    /// The type whose text form prints the field `name`.
    pub(in crate::rules) printed_with: Option<String>,
}

/// All that reaches a sink, in the order of its arguments.
pub(in crate::rules) fn data(set: &FactSet, file: &FileFacts, sink: &Sink) -> Vec<Datum> {
    let call = file.call(sink.call);
    let log = file.telemetry.logs.iter().find(|log| log.call == sink.call);
    let mut walk = Walk { set, file, scope: call.scope, sink, out: Vec::new(), hop: None };
    let formats = log.is_some_and(|log| {
        matches!(log.style, LogStyle::Percent | LogStyle::Printf | LogStyle::Braces | LogStyle::Macro)
    });
    walk.arguments(call, !formats, 0);
    // Builders and bound loggers carry their fields on the way to the call: `log.Error().Str("email", email).Msg("…")`.
    let mut base = call.base.filter(|_| sink.tier > Tier::Lexical);
    while let Some(id) = base {
        let link = file.call(id);
        walk.arguments(link, true, 0);
        base = link.base;
    }
    // A logger that only looks like one is known by its first link; what follows it belongs to it.
    let mut last = sink.call;
    while let Some((id, link)) = outer(file, last).filter(|_| sink.tier == Tier::Lexical) {
        if link.path.last().is_some_and(|name| LINKS.contains(&name.as_str())) {
            walk.arguments(link, true, 0);
        }
        last = id;
    }
    walk.out
}

/// Links of an event that take a value.
const LINKS: [&str; 12] = [
    "Str",
    "Strs",
    "Any",
    "Interface",
    "Bytes",
    "RawJSON",
    "Stringer",
    "Msgf",
    "Fields",
    "addKeyValue",
    "addArgument",
    "Object",
];

/// The call that a call is the receiver of.
fn outer(file: &FileFacts, id: CallId) -> Option<(CallId, &Call)> {
    if file.call(id).result != ResultUse::Chained {
        return None;
    }
    let at = file.outline.calls.iter().position(|call| call.base == Some(id))?;
    Some((CallId(at as u32), &file.outline.calls[at]))
}

struct Walk<'a> {
    set: &'a FactSet,
    file: &'a FileFacts,
    scope: ScopeId,
    sink: &'a Sink,
    out: Vec<Datum>,
    /// Where the variable stands in the sink whose value is being read, and what gave it that value.
    hop: Option<(Span, Span)>,
}

impl Walk<'_> {
    fn push(&mut self, kind: Kind, strength: Strength, name: &str, span: Span) {
        let (span, from) = self.hop.map_or((span, None), |(at, from)| (at, Some(from)));
        self.out.push(Datum { kind, strength, name: name.to_owned(), span, from, printed_with: None });
    }

    /// Arguments; a literal may be the key of the one that follows it.
    fn arguments(&mut self, call: &Call, pairs: bool, depth: u32) {
        let mut key: Option<&str> = None;
        for arg in &call.args {
            let named = arg.name.as_deref().or(key);
            self.keyed(named, &arg.value, depth);
            // A message is no key, even one that ends in "password".
            key = arg.value.literal().filter(|text| pairs && !text.contains(char::is_whitespace));
        }
    }

    /// A value, or a plain one under a key that says what it is.
    fn keyed(&mut self, key: Option<&str>, value: &Expr, depth: u32) {
        let before = self.out.len();
        self.value(value, depth);
        // Errors of validation are keyed by the field that they are about.
        let key = key.filter(|_| self.sink.kind != SinkKind::Error);
        let Some(key) = key.filter(|_| self.out.len() == before && is_plain(value)) else { return };
        if let Some(strength) = credential(key) {
            self.push(Kind::Credential, strength, key, value.span);
        } else if personal(key) && !words::is_public_in(self.file.path.as_str()) {
            self.push(Kind::Personal, Strength::Sure, key, value.span);
        }
    }

    fn value(&mut self, value: &Expr, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        match &value.kind {
            ExprKind::Path(path) => self.path(path, value.span, depth),
            ExprKind::Str { holes, .. } => holes.iter().for_each(|hole| self.value(hole, depth + 1)),
            ExprKind::Record(entries) => {
                for (key, value) in entries {
                    // Loggers serialise a request under these keys by a list of what may be written.
                    let serialised = matches!(key.as_str(), "req" | "res" | "err") && value.as_path().is_some();
                    if !serialised {
                        self.keyed(Some(key).filter(|key| *key != "...").map(String::as_str), value, depth + 1);
                    }
                }
            }
            ExprKind::List(items) => items.iter().for_each(|item| self.value(item, depth + 1)),
            ExprKind::Spread(inner) => self.value(inner, depth + 1),
            ExprKind::Compound(parts) => self.compound(value, parts, depth),
            ExprKind::Call(id) => self.call(*id, depth),
            ExprKind::Member(inner, name) => self.member(inner, name, value.span),
            ExprKind::Closure(_) | ExprKind::Literal(_) => {}
        }
    }

    /// A comparison, a condition or a slice is not the value itself.
    fn compound(&mut self, value: &Expr, parts: &[Expr], depth: u32) {
        if let [owner, key] = parts
            && let (Some(path), Some(name)) = (owner.as_path(), key.literal())
            && path.last().is_some_and(|last| is_headers(last))
        {
            return self.header(name, value.span);
        }
        if !computes(self.file.text(value.span)) {
            parts.iter().for_each(|part| self.value(part, depth + 1));
        }
    }

    /// `ctx.Request().Header`, `config().password`.
    fn member(&mut self, inner: &Expr, name: &str, span: Span) {
        let mut path = match &inner.kind {
            ExprKind::Call(id) => self.file.call(*id).path.clone(),
            _ => vec!["?".to_owned()],
        };
        path.push(name.to_owned());
        if let Some(what) = raw::by_path(self.file, &path) {
            self.push(Kind::Raw(what), Strength::Sure, &path.join("."), span);
        } else if let Some(strength) = credential(name) {
            self.push(Kind::Credential, strength, name, span);
        } else if personal(name) && !words::is_public_in(self.file.path.as_str()) {
            self.push(Kind::Personal, Strength::Sure, name, span);
        }
    }

    fn header(&mut self, name: &str, span: Span) {
        match words::header(name) {
            Header::Harmless => {}
            Header::Credential => self.push(Kind::Credential, Strength::Sure, name, span),
            Header::Unknown => self.push(Kind::Raw("a header of the request"), Strength::Probable, name, span),
        }
    }

    /// Formatting calls pass a value on, getters are it; any other function may do what it likes with it.
    fn call(&mut self, id: CallId, depth: u32) {
        let file = self.file;
        let call = file.call(id);
        let Some((last, receiver)) = call.path.split_last() else { return };
        if file.telemetry.redactions.contains(&id) {
            return;
        }
        if let Some(name) = header_read(file, call) {
            return self.header(name, call.span);
        }
        if let Some(what) = self.read_whole(call) {
            return self.push(Kind::Raw(what), Strength::Sure, &call.path.join("."), call.span);
        }
        if call.args.is_empty() {
            if words::passes(last) {
                if !receiver.is_empty() && call.base.is_none() {
                    self.path(receiver, call.span, depth + 1);
                } else if let Some(base) = call.base.filter(|_| depth < MAX_DEPTH) {
                    self.call(base, depth + 1);
                }
                return;
            }
            if words::is_deed(last) {
                return;
            }
            let getter = last.strip_prefix("get").or_else(|| last.strip_prefix("Get")).unwrap_or(last);
            if let Some(strength) = credential(getter) {
                self.push(Kind::Credential, strength, last, call.span);
            } else if personal(getter) && !words::is_public_in(file.path.as_str()) {
                self.push(Kind::Personal, Strength::Sure, last, call.span);
            }
        } else if words::passes(last) {
            self.arguments(call, true, depth + 1);
        }
    }

    /// A call that reads all of a request or of the environment.
    fn read_whole(&self, call: &Call) -> Option<&'static str> {
        let last = call.path.last()?;
        if call.args.is_empty() {
            let mut path = call.base.map(|base| self.file.call(base).path.clone()).unwrap_or_default();
            path.extend(call.path.iter().cloned());
            return raw::by_call(self.file, &path);
        }
        // `io.ReadAll(r.Body)`, also of a body that is limited first.
        let of_request = || {
            let text = self.file.text(call.span);
            ["r.Body", "req.Body", "request.Body", "Request.Body", "Request().Body"].iter().any(|body| {
                text.find(body).is_some_and(|at| !text[..at].ends_with(|before: char| before.is_alphanumeric()))
            })
        };
        (words::reads(last) && of_request()).then_some("the body of the request")
    }

    fn path(&mut self, path: &[String], span: Span, depth: u32) {
        let file = self.file;
        let joined = path.join(".");
        if let Some(what) = raw::by_path(self.file, path) {
            return self.push(Kind::Raw(what), Strength::Sure, &joined, span);
        }
        let Some(last) = path.last() else { return };
        if is_constant(path) {
            return;
        }
        if let [.., owner, name] = path
            && is_headers(owner)
        {
            return self.header(name, span);
        }
        if let Some(strength) = credential(last) {
            return self.push(Kind::Credential, strength, &joined, span);
        }
        if words::bare_credential(last, self.file.path.as_str()) {
            return self.push(Kind::Credential, Strength::Probable, &joined, span);
        }
        if personal(last) && !words::is_public_in(self.file.path.as_str()) {
            return self.push(Kind::Personal, Strength::Sure, &joined, span);
        }
        match path {
            [name] if words::is_pem(name) => {
                self.push(Kind::Raw("a whole PEM block"), Strength::Probable, &joined, span);
            }
            [name] if words::payload(name) && reads_request(file, self.scope) => {
                self.push(Kind::Raw("what the client sent"), Strength::Probable, &joined, span);
            }
            [name] => self.variable(name, span, depth),
            [before @ .., owner, name] if name == "URL" && !answers(before) && is_request(file, self.scope, owner) => {
                self.push(Kind::Url { userinfo: false }, Strength::Probable, &joined, span);
            }
            _ => {}
        }
    }

    /// A plain variable: what it was given, what its type holds, what its function does with it.
    fn variable(&mut self, name: &str, span: Span, depth: u32) {
        let file = self.file;
        let at = self.hop.map_or(span.start, |(at, _)| at.start);
        if let Some(what) = raw::by_parameter(file, self.scope, name) {
            return self.push(Kind::Raw(what), Strength::Sure, name, span);
        }
        if has_userinfo(file, self.scope, name) {
            return self.push(Kind::Url { userinfo: true }, Strength::Sure, name, span);
        }
        let declared = declared_type(file, self.scope, name).flatten();
        if let Some(type_text) = declared {
            if let Some(what) = raw::by_type(file, type_text) {
                return self.push(Kind::Raw(what), Strength::Sure, name, span);
            }
            return self.typed(name, type_text, span);
        }
        let Some(binding) = given(file, self.scope, name, at) else { return };
        let Some(value) = &binding.value else { return };
        let constructed = match &value.kind {
            ExprKind::Call(id) => Some(file.call(*id)),
            _ => None,
        };
        if let Some(call) = constructed.filter(|call| call.kind == crate::facts::code::CallKind::New) {
            return self.typed(name, &call.path.join("."), span);
        }
        let before = self.hop;
        self.hop = Some(before.map_or((span, binding.statement), |(at, _)| (at, binding.statement)));
        self.value(value, depth + 2);
        self.hop = before;
    }

    /// A value of a declared type, printed whole.
    fn typed(&mut self, name: &str, type_text: &str, span: Span) {
        if matches!(self.sink.kind, SinkKind::Error) {
            return;
        }
        let Some(field) = worst_field(self.set, self.file, type_text) else { return };
        let kind = if field.credential { Kind::Credential } else { Kind::Personal };
        self.push(kind, field.strength.min(Strength::Probable), &format!("{name}.{}", field.name), span);
        if let Some(last) = self.out.last_mut() {
            last.printed_with = Some(field.owner);
        }
    }
}

/// `resp.Request.URL`: the address that was called, which the caller knows anyway.
fn answers(before: &[String]) -> bool {
    before.last().is_some_and(|owner| matches!(owner.as_str(), "resp" | "res" | "response"))
}

/// A value that could be anything: a name, not a constant, a boolean or a number.
fn is_plain(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Path(path) => !is_constant(path) && !path.last().is_some_and(|last| neutral(last)),
        _ => false,
    }
}

/// `SECRET_KEY`: the name of a setting as often as its value.
fn is_constant(path: &[String]) -> bool {
    path.last().is_some_and(|last| last.len() > 2 && !last.contains(char::is_lowercase) && last != "URL")
}

fn computes(text: &str) -> bool {
    const OPERATORS: [&str; 14] =
        [" is ", "==", "!=", "<", ">", "!", " ? ", " and ", " or ", " in ", "&&", "||", "[", " if "];
    OPERATORS.iter().any(|operator| text.contains(operator))
}
