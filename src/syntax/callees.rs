//! What the declarations of the project's own functions and interfaces say to their callers: can it fail, does it go on
//! after the call. A method of an interface has no body here, but its signature is evidence enough.

use super::project::{Project, Read};
use super::resolve::{Resolver, Ty};
use crate::facts::code::{CallId, ExitKind, FailureKind, ResultUse, Scope, ScopeId};
use crate::facts::{Callee, OutboundKind};
use crate::model::Language;

/// What the declaration of a function says.
pub(super) fn declared(project: &Project, file: usize, id: ScopeId) -> Callee {
    let read = &project.files[file];
    let scope = &read.outline.scopes[id.index()];
    let returns = scope.returns.as_deref().unwrap_or_default();
    let first = scope.params.first().and_then(|param| param.type_text.as_deref()).unwrap_or_default();
    Callee {
        fails: can_fail(read.language, returns),
        is_async: scope.is_async || promises(read.language, returns),
        contained: contained(read, id, scope),
        is_abstract: false,
        takes_context: first.ends_with("context.Context"),
    }
}

fn can_fail(language: Language, returns: &str) -> bool {
    match language {
        Language::Go => last_is_error(returns.trim_end_matches([')', ',', ' ', '\n', '\t'])),
        Language::Rust => returns.contains("Result<") || returns.ends_with("Result"),
        _ => false,
    }
}

fn last_is_error(returns: &str) -> bool {
    returns.strip_suffix("error").is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', '(', ',', '\t', '\n']))
}

fn promises(language: Language, returns: &str) -> bool {
    let returns = returns.trim_start_matches([':', ' ', '-', '>']);
    let starts = |name: &str| returns.starts_with(name);
    match language {
        Language::JavaScript | Language::TypeScript | Language::Tsx => starts("Promise<"),
        Language::Java => starts("CompletableFuture<") || starts("CompletionStage<") || starts("Mono<"),
        Language::Go | Language::Python | Language::Rust => false,
    }
}

/// Whether all that a function waits for stands in a `try` whose handler throws nothing on.
fn contained(read: &Read, id: ScopeId, scope: &Scope) -> bool {
    let outline = &read.outline;
    let from = outline.failures.partition_point(|failure| failure.span.start < scope.body.start);
    let inside = outline.failures[from..].iter().take_while(|failure| failure.span.start < scope.body.end);
    let throws = |span: crate::model::Span| {
        let from = outline.exits.partition_point(|exit| exit.span.start < span.start);
        let inside = outline.exits[from..].iter().take_while(|exit| exit.span.start < span.end);
        inside.into_iter().any(|exit| exit.kind == ExitKind::Throw)
    };
    let waits = |span: crate::model::Span| {
        let from = outline.awaits.partition_point(|wait| wait.start < scope.body.start);
        let mut inside = outline.awaits[from..].iter().take_while(|wait| wait.start < scope.body.end);
        inside.all(|wait| span.contains(*wait))
    };
    inside
        .filter(|failure| failure.kind == FailureKind::Catch && failure.scope == id)
        .any(|failure| !throws(failure.body) && waits(failure.protected.cover(failure.span)))
}

impl Resolver<'_> {
    /// Go: the interface method that a call calls, by the declared type of its receiver.
    pub(super) fn interface_method(&self, file: usize, id: CallId) -> Option<Callee> {
        let read = self.read(file);
        let call = &read.outline.calls[id.index()];
        let (name, receiver) = call.path.split_last()?;
        if read.language != Language::Go || call.base.is_some() || receiver.is_empty() {
            return None;
        }
        // Most calls are settled by what becomes of them: only results that may be lost or checked are worth a look.
        if matches!(call.result, ResultUse::Chained | ResultUse::Used | ResultUse::Propagated) {
            return None;
        }
        let (first, middle) = receiver.split_first()?;
        let root = self.name_type(file, call.scope, first, call.span.start, 1)?;
        let Ty::Local { file: home, name: owner } = self.members(file, root, middle, 1)? else { return None };
        let mut package = self.project.package(home).into_iter();
        package.find_map(|other| {
            let decl = self.read(other).outline.types.iter().find(|decl| decl.name == owner)?;
            let method = decl.fields.iter().find(|field| field.name == *name)?;
            let signature = method.type_text.as_deref().filter(|text| text.starts_with('('))?;
            Some(Callee {
                fails: last_is_error(signature.trim_end_matches([')', ' '])),
                is_async: false,
                contained: false,
                is_abstract: true,
                takes_context: first_parameter(signature).ends_with("context.Context"),
            })
        })
    }
}

fn first_parameter(signature: &str) -> &str {
    signature.trim_start_matches('(').split([',', ')']).next().unwrap_or_default().trim()
}

/// A method of an interface that takes a context and may fail talks to something: a store, a queue, another service.
pub(super) fn talks(callee: Callee) -> Option<OutboundKind> {
    (callee.is_abstract && callee.takes_context && callee.fails).then_some(OutboundKind::Wrapper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_result_tells_whether_a_function_can_fail() {
        for returns in ["error", "(int, error)", "(n int, err error)", "(\n\tx int,\n\terr error,\n)"] {
            assert!(can_fail(Language::Go, returns), "{returns}");
        }
        assert!(!can_fail(Language::Go, "(error, bool)") && !can_fail(Language::Go, "myerror"));
        assert!(can_fail(Language::Rust, "anyhow::Result<()>") && !can_fail(Language::Rust, "Option<u8>"));
        assert_eq!(first_parameter("(ctx context.Context, id string) error"), "ctx context.Context");
    }
}
