//! Short spellings of outlines, for assertions.

use crate::facts::code::{Call, Expr, ExprKind, Failure, Outline, Scope};
use crate::model::{Language, SourceText, Span};
use crate::syntax::{Budget, outline};

pub(super) struct Read {
    pub(super) text: SourceText,
    pub(super) outline: Outline,
}

pub(super) fn read(code: &str) -> Read {
    let text = SourceText::new(code);
    let (outline, cut) = outline(Language::Rust, &text, &Budget::default());
    assert_eq!(cut.budget, None);
    assert_eq!(outline.errors, [], "{code}");
    Read { text, outline }
}

/// Of code that is too much to be read whole.
pub(super) fn read_hostile(code: &str) -> Read {
    let text = SourceText::new(code);
    let (outline, _) = outline(Language::Rust, &text, &Budget::default());
    Read { text, outline }
}

impl Read {
    pub(super) fn slice(&self, span: Span) -> &str {
        self.text.slice(span)
    }

    pub(super) fn slices(&self, spans: &[Span]) -> Vec<&str> {
        spans.iter().map(|span| self.slice(*span)).collect()
    }

    pub(super) fn call(&self, name: &str) -> &Call {
        let found = self.outline.calls.iter().find(|call| call.path.last().is_some_and(|last| last == name));
        found.unwrap_or_else(|| panic!("no call of {name} among {:?}", self.calls()))
    }

    pub(super) fn scope(&self, name: &str) -> &Scope {
        let found = self.outline.scopes.iter().find(|scope| scope.name.as_deref() == Some(name));
        found.unwrap_or_else(|| panic!("no scope {name}"))
    }

    /// `path: result`, in order.
    pub(super) fn calls(&self) -> Vec<String> {
        self.outline.calls.iter().map(|call| format!("{}: {:?}", call.path.join("."), call.result)).collect()
    }

    /// `name=value` or `value`.
    pub(super) fn args(&self, call: &Call) -> Vec<String> {
        let args = call.args.iter().map(|arg| match &arg.name {
            Some(name) => format!("{name}={}", self.expr(&arg.value)),
            None => self.expr(&arg.value),
        });
        args.collect()
    }

    pub(super) fn expr(&self, expr: &Expr) -> String {
        let list = |items: &[Expr]| items.iter().map(|item| self.expr(item)).collect::<Vec<_>>().join(", ");
        match &expr.kind {
            ExprKind::Str { text, holes } if holes.is_empty() => format!("{text:?}"),
            ExprKind::Str { text, holes } => format!("{text:?}<{}>", list(holes)),
            ExprKind::Path(path) => path.join("."),
            ExprKind::Call(id) => {
                let call = &self.outline.calls[id.index()];
                assert!(expr.span.contains(call.span) || call.span.contains(expr.span));
                format!("{}()", call.path.join("."))
            }
            ExprKind::Record(entries) => {
                let entries = entries.iter().map(|(key, value)| format!("{key}: {}", self.expr(value)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
            ExprKind::List(items) => format!("[{}]", list(items)),
            ExprKind::Closure(_) => "closure".to_owned(),
            ExprKind::Literal(text) => text.clone(),
            ExprKind::Spread(inner) => format!("..{}", self.expr(inner)),
            ExprKind::Member(inner, name) => format!("{}.{name}", self.expr(inner)),
            ExprKind::Compound(items) => format!("({})", list(items)),
        }
    }

    /// `kind error [types] | header | body | protected`.
    pub(super) fn failures(&self) -> Vec<String> {
        self.outline.failures.iter().map(|failure| self.failure(failure)).collect()
    }

    fn failure(&self, failure: &Failure) -> String {
        let guard = if failure.guarded { " guarded" } else { "" };
        format!(
            "{:?} {} {:?}{guard} | {} | {} | {}",
            failure.kind,
            failure.error.as_deref().unwrap_or("-"),
            failure.types,
            self.slice(failure.header).trim(),
            self.slice(failure.body),
            self.slice(failure.protected),
        )
    }

    /// `kind text`.
    pub(super) fn exits(&self) -> Vec<String> {
        self.outline.exits.iter().map(|exit| format!("{:?} {}", exit.kind, self.slice(exit.span))).collect()
    }

    /// `path@position/arity = value`.
    pub(super) fn bindings(&self) -> Vec<String> {
        let bindings = self.outline.bindings.iter().map(|binding| {
            let value = binding.value.as_ref().map_or("-".to_owned(), |value| self.expr(value));
            format!("{}@{}/{} = {value}", binding.path.join("."), binding.position, binding.arity)
        });
        bindings.collect()
    }
}
