//! What the tests of a language look at: an outline with its text, and expressions written out in one line.

use super::{Budget, outline};
use crate::facts::code::{Binding, Call, Expr, ExprKind, Failure, Outline, Scope, TypeDecl};
use crate::model::{Language, SourceText, Span};

pub(super) struct Seen {
    pub(super) outline: Outline,
    source: SourceText,
}

impl Seen {
    pub(super) fn new(language: Language, text: &str) -> Self {
        let source = SourceText::new(text);
        let (outline, cut) = outline(language, &source, &Budget::default());
        assert_eq!(cut.budget, None);
        Self { outline, source }
    }

    pub(super) fn text(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    pub(super) fn texts(&self, spans: &[Span]) -> Vec<&str> {
        spans.iter().map(|span| self.text(*span)).collect()
    }

    pub(super) fn scope(&self, name: &str) -> &Scope {
        self.outline.scopes.iter().find(|scope| scope.name.as_deref() == Some(name)).expect(name)
    }

    /// The names around a scope, outermost first: `A.method`.
    pub(super) fn owner_path(&self, scope: &Scope) -> String {
        let mut names = vec![scope.name.clone().unwrap_or("?".to_owned())];
        let mut at = scope.parent;
        while let Some(parent) = at.map(|id| &self.outline.scopes[id.index()]) {
            names.extend(parent.name.clone());
            at = parent.parent;
        }
        names.reverse();
        names.join(".")
    }

    pub(super) fn call(&self, path: &str) -> &Call {
        self.outline.calls.iter().find(|call| call.path.join(".") == path).expect(path)
    }

    pub(super) fn binding(&self, path: &str) -> &Binding {
        self.outline.bindings.iter().find(|binding| binding.path.join(".") == path).expect(path)
    }

    pub(super) fn type_decl(&self, name: &str) -> &TypeDecl {
        self.outline.types.iter().find(|decl| decl.name == name).expect(name)
    }

    /// `path position/arity kind = value` of every binding.
    pub(super) fn bindings(&self) -> Vec<String> {
        let show = |binding: &Binding| {
            let value = binding.value.as_ref().map_or("-".to_owned(), |value| self.show(value));
            let Binding { path, position, arity, kind, .. } = binding;
            format!("{} {position}/{arity} {kind:?} = {value}", path.join("."))
        };
        self.outline.bindings.iter().map(show).collect()
    }

    /// `module:name as alias` of every import.
    pub(super) fn imports(&self) -> Vec<String> {
        let imports = self.outline.imports.iter();
        imports
            .map(|import| {
                let name = import.name.as_deref().unwrap_or("-");
                let again = if import.reexport { " again" } else { "" };
                format!("{}:{name} as {}{again}", import.module, import.alias)
            })
            .collect()
    }

    /// `kind(header) error types | body | protected` of every failure.
    pub(super) fn failures(&self) -> Vec<String> {
        let show = |failure: &Failure| {
            let error = failure.error.as_deref().unwrap_or("-");
            let (header, body) = (self.text(failure.header), self.text(failure.body));
            let protected = self.text(failure.protected);
            format!("{:?}({header}) {error} [{}] | {body} | {protected}", failure.kind, failure.types.join(", "))
        };
        self.outline.failures.iter().map(show).collect()
    }

    /// `kind: values` of every exit.
    pub(super) fn exits(&self) -> Vec<String> {
        let exits = self.outline.exits.iter();
        exits
            .map(|exit| {
                let values: Vec<_> = exit.values.iter().map(|value| self.show(value)).collect();
                format!("{:?}: {}", exit.kind, values.join(", "))
            })
            .collect()
    }

    /// `path(arguments)` of a call; a named argument stands as `name=value`.
    pub(super) fn show_call(&self, call: &Call) -> String {
        let args: Vec<_> = call
            .args
            .iter()
            .map(|arg| match &arg.name {
                Some(name) => format!("{name}={}", self.show(&arg.value)),
                None => self.show(&arg.value),
            })
            .collect();
        let base = call.base.map(|base| format!("{}.", self.show_call(&self.outline.calls[base.index()])));
        format!("{}{}({})", base.unwrap_or_default(), call.path.join("."), args.join(", "))
    }

    pub(super) fn show(&self, expr: &Expr) -> String {
        let list = |each: &[Expr]| each.iter().map(|each| self.show(each)).collect::<Vec<_>>().join(", ");
        match &expr.kind {
            ExprKind::Str { text, holes } if holes.is_empty() => format!("{text:?}"),
            ExprKind::Str { text, holes } => format!("{text:?}%[{}]", list(holes)),
            ExprKind::Path(path) => path.join("."),
            ExprKind::Call(id) => self.show_call(&self.outline.calls[id.index()]),
            ExprKind::Record(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| format!("{key}: {}", self.show(value))).collect();
                format!("{{{}}}", entries.join(", "))
            }
            ExprKind::List(each) => format!("[{}]", list(each)),
            ExprKind::Closure(id) => format!("closure#{}", id.0),
            ExprKind::Literal(text) => text.clone(),
            ExprKind::Spread(inner) => format!("...{}", self.show(inner)),
            ExprKind::Member(base, name) => format!("({}).{name}", self.show(base)),
            ExprKind::Compound(each) => format!("<{}>", list(each)),
        }
    }
}
