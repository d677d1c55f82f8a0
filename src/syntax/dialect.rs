//! What one language has to say for itself: a grammar, a query, a table of expression shapes, and hooks for the
//! few things a query cannot express. Adding a language means one [`Dialect`], one `.scm` file and fixtures.
//!
//! The vocabulary of the queries is in [`super::query`]; the reading of expressions in [`super::reader`].

use tree_sitter::Node;

use super::embedded::Embedded;
use super::query::{Hit, Mark, Region};
use super::reader::Reader;
use crate::facts::code::{Arg, Binding, BindingKind, Call, CallKind, Decorator, Exit, ExitKind, ExprKind};
use crate::facts::code::{Failure, FailureKind, Import, Outline, ResultUse, Scope, ScopeKind, TypeDecl};
use crate::model::{Language, SourceText, Span};

/// How a node reads as an expression. Kinds that are in no table are [`Shape::Compound`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// An identifier, `this`, `self`.
    Name,
    /// `object.property`, with the names of the two fields.
    Member(&'static str, &'static str),
    /// Stands for what it wraps: parentheses, `await`, `&x`, `x!`, `x?`, casts with the value first.
    Wrap,
    Str,
    Record,
    List,
    Closure,
    Literal,
    Spread,
    /// Not worth reading as a value: blocks, bodies. What happens inside is found by its place.
    Opaque,
    Compound,
    /// Depends on more than the kind of the node: [`Hooks::expr`] reads it.
    Dialect,
}

/// Marks and regions that come with another node.
#[derive(Default)]
pub(super) struct Implied<'t> {
    pub(super) marks: Vec<(Node<'t>, Mark)>,
    pub(super) regions: Vec<(Region, Span)>,
    /// Values yielded without a word for it, the last expression of a function: an exit each.
    pub(super) tails: Vec<Node<'t>>,
}

pub(super) struct Dialect {
    pub(super) language: Language,
    pub(super) grammar: fn() -> tree_sitter::Language,
    pub(super) query: &'static str,
    pub(super) shapes: &'static [(&'static str, Shape)],
    pub(super) hooks: &'static dyn Hooks,
}

/// The parts of reading that differ by language. Defaults follow the captures' names.
pub(super) trait Hooks: Sync {
    /// `@scope` with `@scope.name`, `.body`, `.params`, `.returns`, `.owner`, `.decorator`*, `.base`*; `#set! kind` is a
    /// [`ScopeKind`] in lower case. Span and parent are filled in by the engine.
    fn scope(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Scope {
        plain_scope(reader, hit)
    }

    /// `@import` with `@import.module`, `.name`, `.alias`.
    fn import(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Import>);

    /// `@binding` with `@binding.name`* (one per bound name, in order), `.value`, `.type`; `#set! kind declared | assigned |
    /// managed`.
    fn binding(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Binding>) {
        plain_binding(reader, hit, out);
    }

    /// `@call` with `@call.callee` and `@call.args`; `#set! kind new | macro`. `None` keeps the place with an unknown callee.
    fn call(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Call> {
        plain_call(reader, hit)
    }

    /// Whether a hit of `@call` is a call at all: some grammars write conversions the same way.
    fn is_call(&self, _reader: &Reader<'_, '_>, _hit: &Hit<'_, '_>) -> bool {
        true
    }

    /// An expression of [`Shape::Dialect`]; go deeper with [`Reader::expr_at`] and `depth + 1`.
    fn expr(&self, reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> ExprKind {
        ExprKind::Compound(reader.children(node, depth))
    }

    /// The arguments of a call, from its `@call.args` node.
    fn args(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Arg> {
        reader.plain_args(node)
    }

    /// `@failure` with `@failure.header`, `.body`, `.error`, `.type`*, `.protected`; `#set! kind` is a [`FailureKind`].
    fn failure(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Failure>) {
        out.push(plain_failure(reader, hit));
    }

    /// `@exit` with `@exit.value`*; `#set! kind` is an [`ExitKind`].
    fn exit(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Exit> {
        Some(plain_exit(reader, hit))
    }

    /// `@type` with whatever parts the dialect likes.
    fn type_decl(&self, _reader: &Reader<'_, '_>, _hit: &Hit<'_, '_>) -> Option<TypeDecl> {
        None
    }

    /// A string literal node.
    fn string(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> ExprKind;

    /// One entry of an object, dict or composite literal: key and value node; `None` for what is not an entry.
    fn record_entry<'t>(&self, reader: &Reader<'_, 't>, node: Node<'t>) -> Option<(String, Node<'t>)> {
        let key = node.child_by_field_name("key")?;
        let value = node.child_by_field_name("value")?;
        Some((reader.key_text(key), value))
    }

    /// A decorator, annotation or attribute node.
    fn decorator(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Decorator> {
        reader.plain_decorator(node)
    }

    /// Code in a notation of its own among the captured nodes, and how it divides into arguments.
    fn embedded(&self, _source: &SourceText, _hits: &[Hit<'_, '_>]) -> Vec<Embedded> {
        Vec::new()
    }

    /// What a captured node says about nodes inside it. A query could say most of it too, but a pattern that reaches far
    /// into a node looks at all that lies between.
    fn implied<'t>(&self, _reader: &Reader<'_, 't>, _hit: &Hit<'_, 't>, _out: &mut Implied<'t>) {}

    /// What is left to say once everything else is read.
    fn finish(&self, _reader: &Reader<'_, '_>, _outline: &mut Outline) {}
}

pub(super) fn plain_scope(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Scope {
    let kind = match hit.kind {
        Some("class") => ScopeKind::Class,
        Some("method") => ScopeKind::Method,
        Some("constructor") => ScopeKind::Constructor,
        Some("closure") => ScopeKind::Closure,
        _ => ScopeKind::Function,
    };
    let span = reader.span(hit.node);
    let body = hit.part("body").map_or(span, |node| reader.span(node));
    let text = |part: &str| hit.part(part).map(|node| reader.text(node).to_owned());
    Scope {
        name: text("name"),
        owner: text("owner"),
        returns: text("returns"),
        decorators: hit.parts("decorator").filter_map(|node| reader.decorator(node)).collect(),
        bases: hit.parts("base").map(|node| reader.text(node).to_owned()).collect(),
        ..Scope::bare(kind, span, body)
    }
}

pub(super) fn plain_binding(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Binding>) {
    let kind = match hit.kind {
        Some("assigned") => BindingKind::Assigned,
        Some("managed") => BindingKind::Managed,
        _ => BindingKind::Declared,
    };
    let value = hit.part("value").map(|node| reader.expr(node));
    let type_text = hit.part("type").map(|node| reader.text(node).to_owned());
    let names: Vec<_> = hit.parts("name").collect();
    let arity = names.len() as u32;
    for (position, name) in names.into_iter().enumerate() {
        let Some(path) = reader.path(name) else { continue };
        out.push(Binding {
            path,
            span: reader.span(name),
            statement: reader.span(hit.node),
            scope: reader.scope_at(hit.node),
            kind,
            value: value.clone(),
            position: position as u32,
            arity,
            type_text: type_text.clone(),
            constant: false,
        });
    }
}

pub(super) fn plain_call(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Call> {
    let (base, path, name_span) = reader.callee(hit.part("callee")?);
    let kind = match hit.kind {
        Some("new") => CallKind::New,
        Some("macro") => CallKind::Macro,
        _ => CallKind::Plain,
    };
    Some(Call {
        name_span,
        base,
        path,
        kind,
        args: hit.part("args").map(|node| reader.args(node)).unwrap_or_default(),
        ..opaque_call(reader, hit.node)
    })
}

/// A call of which only the place is known. The engine fills statement, marks and result later.
pub(super) fn opaque_call(reader: &Reader<'_, '_>, node: Node<'_>) -> Call {
    let span = reader.span(node);
    Call {
        span,
        name_span: span,
        base: None,
        path: vec!["?".to_owned()],
        kind: CallKind::Plain,
        args: Vec::new(),
        scope: reader.scope_at(node),
        statement: span,
        awaited: false,
        in_loop: false,
        result: ResultUse::Used,
    }
}

pub(super) fn plain_failure(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Failure {
    let kind = match hit.kind {
        Some("if-err") => FailureKind::IfErr,
        Some("err-arm") => FailureKind::ErrArm,
        Some("handler") => FailureKind::Handler,
        Some("callback") => FailureKind::Callback,
        Some("discard") => FailureKind::Discard,
        Some("blank") => FailureKind::Blank,
        _ => FailureKind::Catch,
    };
    let span = reader.span(hit.node);
    let body = hit.part("body").map_or(Span { start: span.end, end: span.end }, |node| reader.span(node));
    let until = if body.start > span.start { body.start } else { span.end };
    let header = hit.part("header").map_or(Span { start: span.start, end: until }, |node| reader.span(node));
    Failure {
        kind,
        span,
        header,
        body,
        scope: reader.scope_at(hit.node),
        error: hit.part("error").map(|node| reader.text(node).to_owned()),
        types: hit.parts("type").map(|node| reader.text(node).to_owned()).collect(),
        protected: hit.part("protected").map_or(span, |node| reader.span(node)),
        guarded: false,
    }
}

pub(super) fn plain_exit(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Exit {
    let kind = match hit.kind {
        Some("throw") => ExitKind::Throw,
        Some("break") => ExitKind::Break,
        Some("continue") => ExitKind::Continue,
        Some("terminate") => ExitKind::Terminate,
        Some("propagate") => ExitKind::Propagate,
        _ => ExitKind::Return,
    };
    let values = hit.parts("value").map(|node| reader.expr(node)).collect();
    Exit { kind, span: reader.span(hit.node), scope: reader.scope_at(hit.node), values }
}
