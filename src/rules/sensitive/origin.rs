//! What a function tells about the values it holds: where a variable got its value, what a URL has in it, whose header is read.

use super::words;
use crate::facts::FileFacts;
use crate::facts::code::{Binding, BindingKind, Call, ScopeId, ScopeKind};
use crate::model::Span;
use crate::rules::seen::declared_type;

/// Whether a name is that of a request, and its declared type, where there is one, agrees.
pub(super) fn is_request(file: &FileFacts, scope: ScopeId, owner: &str) -> bool {
    let named = matches!(owner, "req" | "r" | "request" | "Request");
    let declared = declared_type(file, scope, owner).flatten();
    named && declared.map_or(owner != "r", |type_text| type_text.contains("Request"))
}

/// The function around everything: closures read the variables of those that make them.
pub(super) fn outermost(file: &FileFacts, scope: ScopeId) -> Span {
    let around =
        file.scopes_around(scope).filter(|(_, scope)| !matches!(scope.kind, ScopeKind::File | ScopeKind::Class));
    around.last().map_or(file.scope(ScopeId::FILE).span, |(_, scope)| scope.span)
}

/// Whether the function around a place reads the body of a request.
pub(super) fn reads_request(file: &FileFacts, scope: ScopeId) -> bool {
    let text = file.text(outermost(file, scope));
    words::handler().reading.iter().any(|reading| text.contains(reading.as_str()))
}

/// The binding that gave a variable its value before a place: the last one that is not made of the variable itself.
pub(super) fn given<'f>(file: &'f FileFacts, scope: ScopeId, name: &str, at: u32) -> Option<&'f Binding> {
    let bindings = &file.outline.bindings;
    let until = bindings.partition_point(|binding| binding.span.start < at);
    let function = outermost(file, scope);
    let mut around = bindings[..until].iter().rev().take_while(|binding| function.start <= binding.span.start);
    around.find(|binding| {
        let names = binding.path.len() == 1 && binding.path[0] == name && binding.position == 0;
        let own = binding.value.as_ref().is_some_and(|value| file.uses(value.span, name));
        names && binding.kind != BindingKind::Managed && !own && binding.value.is_some()
    })
}

/// Whether a function reads user and password out of a URL that it holds under this name: whoever prints it prints them.
pub(super) fn has_userinfo(file: &FileFacts, scope: ScopeId, name: &str) -> bool {
    let text = file.text(outermost(file, scope));
    let reads = |member: &str| {
        let wanted = format!("{name}.{member}");
        text.match_indices(&wanted).any(|(at, _)| {
            let after = text[at + wanted.len()..].trim_start();
            let starts =
                !text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '.');
            let assigned = after.starts_with('=') && !after.starts_with("==");
            starts && !assigned && !after.starts_with(|next: char| next.is_alphanumeric() || next == '_')
        })
    };
    let url = ["url", "uri", "proxy", "pu", "u", "dsn"].iter().any(|word| {
        words::words_of(name).last().is_some_and(|last| last == word) || name.to_ascii_lowercase().ends_with("url")
    });
    let strips = text.contains(&format!("{name}.User = nil")) || text.contains(&format!("{name}.password = "));
    url && !strips
        && (reads("User.Password")
            || reads("User.String")
            || reads("User.Username")
            || reads("password") && reads("username"))
}

/// `headers.get("x")`, `r.Header.Get("x")`, `req.header("x")`, `request.getHeader("x")`.
pub(super) fn header_read<'f>(file: &'f FileFacts, call: &'f Call) -> Option<&'f str> {
    let (last, receiver) = call.path.split_last()?;
    let named = matches!(last.as_str(), "getHeader" | "get_header" | "GetHeader" | "getHeaderString")
        || last == "header" && receiver.last().is_some_and(|owner| matches!(owner.as_str(), "req" | "request"));
    let owner = || match call.base {
        Some(base) => file.call(base).path.last().is_some_and(|last| is_headers(last)),
        None => receiver.last().is_some_and(|last| is_headers(last)),
    };
    let reads = matches!(last.as_str(), "get" | "Get" | "getlist" | "Values" | "getFirst") && owner();
    (named || reads).then(|| call.args.first()?.value.literal()).flatten()
}

pub(super) fn is_headers(name: &str) -> bool {
    matches!(name, "headers" | "Header" | "Headers" | "Header()" | "headers()")
}
