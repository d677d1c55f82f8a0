//! Reading nodes of one file: text, names, expressions, arguments. Knows shapes, not languages.

use std::cell::Cell;
use std::collections::HashMap;
use std::num::NonZero;

use tree_sitter::Node;

use super::by_node::ByNode;
use super::dialect::{Dialect, Shape};
use super::embedded::EmbeddedArg;
use crate::facts::code::{Arg, CallId, Decorator, Expr, ExprKind, ScopeId};
use crate::model::{SourceText, Span};

/// Expressions nested deeper than this are read as an opaque compound: hostile input must not exhaust the stack.
const MAX_DEPTH: u32 = 48;

pub(super) struct Reader<'s, 't> {
    pub(super) source: &'s SourceText,
    pub(super) dialect: &'static Dialect,
    pub(super) root: Node<'t>,
    shapes: &'s Shapes,
    /// Call nodes by node id.
    pub(super) calls: ByNode<CallId>,
    /// Scope nodes by node id.
    pub(super) scopes: ByNode<ScopeId>,
    /// Span and parent of every scope, by id.
    pub(super) scope_spans: Vec<(Span, Option<ScopeId>)>,
    /// How deep the expression is in which a hook reads.
    depth: Cell<u32>,
    /// Decorators that are siblings of what they decorate, in order.
    pub(super) decorators: Vec<Node<'t>>,
    /// What stretches in foreign notation hold, by their node's span.
    pub(super) embedded: HashMap<Span, Vec<EmbeddedArg>>,
    /// Code found in them, by its first byte.
    pub(super) islands: HashMap<u32, Node<'t>>,
}

/// The two fields of a member access, by id: names would be compared with every field of the grammar each time.
#[derive(Clone, Copy)]
struct Member {
    object: u16,
    property: u16,
}

/// Shape of every node kind id of a grammar.
pub(super) struct Shapes {
    shapes: Vec<(Shape, Member)>,
    /// The fields that hold what a transparent node stands for.
    wrapped: Vec<u16>,
}

impl Shapes {
    pub(super) fn of(dialect: &Dialect) -> Self {
        let grammar = (dialect.grammar)();
        let field = |name: &str| grammar.field_id_for_name(name).map_or(0, NonZero::get);
        let shape = |id: usize| {
            let kind = grammar.node_kind_for_id(id as u16).unwrap_or_default();
            let found = dialect.shapes.iter().find(|(name, _)| *name == kind);
            let shape = found.map_or(Shape::Compound, |(_, shape)| *shape);
            let (object, property) =
                if let Shape::Member(object, property) = shape { (object, property) } else { ("", "") };
            (shape, Member { object: field(object), property: field(property) })
        };
        let shapes = (0..grammar.node_kind_count()).map(shape).collect();
        let wrapped = ["value", "argument", "expression", "operand", "arguments"];
        Self { shapes, wrapped: wrapped.map(field).into_iter().filter(|field| *field != 0).collect() }
    }

    fn get(&self, node: Node<'_>) -> Shape {
        self.of_kind(node).0
    }

    fn of_kind(&self, node: Node<'_>) -> (Shape, Member) {
        let unknown = (Shape::Compound, Member { object: 0, property: 0 });
        self.shapes.get(node.kind_id() as usize).copied().unwrap_or(unknown)
    }
}

/// The child in a field; a grammar without the field has none.
fn child(node: Node<'_>, field: u16) -> Option<Node<'_>> {
    node.child_by_field_id(field)
}

pub(super) fn node_span(node: Node<'_>) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

impl<'s, 't> Reader<'s, 't> {
    pub(super) fn new(source: &'s SourceText, dialect: &'static Dialect, root: Node<'t>, shapes: &'s Shapes) -> Self {
        Self {
            source,
            dialect,
            root,
            shapes,
            calls: ByNode::default(),
            scopes: ByNode::default(),
            scope_spans: vec![(node_span(root), None)],
            depth: Cell::new(0),
            decorators: Vec::new(),
            embedded: HashMap::new(),
            islands: HashMap::new(),
        }
    }

    pub(super) fn span(&self, node: Node<'_>) -> Span {
        node_span(node)
    }

    pub(super) fn text(&self, node: Node<'_>) -> &'s str {
        self.source.slice(node_span(node))
    }

    /// The innermost scope around a node; a scope's own node lies in its parent.
    pub(super) fn scope_at(&self, node: Node<'_>) -> ScopeId {
        self.scope_around(node_span(node))
    }

    pub(super) fn scope_around(&self, span: Span) -> ScopeId {
        let after = self.scope_spans.partition_point(|(scope, _)| scope.start <= span.start);
        let mut at = Some(ScopeId(after.saturating_sub(1) as u32));
        while let Some(id) = at {
            let (scope, parent) = self.scope_spans[id.index()];
            if scope.contains(span) && scope != span {
                return id;
            }
            at = parent;
        }
        ScopeId::FILE
    }

    /// A name or a chain of plain member accesses.
    pub(super) fn path(&self, node: Node<'_>) -> Option<Vec<String>> {
        match self.expr(node).kind {
            ExprKind::Path(path) => Some(path),
            _ => None,
        }
    }

    /// Receiver call, path and the place of the last segment of a callee.
    pub(super) fn callee(&self, node: Node<'_>) -> (Option<CallId>, Vec<String>, Span) {
        let mut path = Vec::new();
        let mut name_span = None;
        let mut at = Some(node);
        let mut base = None;
        while let Some(here) = at {
            if let Some(call) = self.calls.get(&here.id()) {
                base = Some(*call);
                break;
            }
            let (shape, member) = self.shapes.of_kind(here);
            at = match shape {
                Shape::Member(..) => {
                    let property = child(here, member.property);
                    name_span = name_span.or(property.map(node_span));
                    path.push(property.map_or("?", |node| self.text(node)).to_owned());
                    match child(here, member.object) {
                        Some(object) => Some(object),
                        None => break,
                    }
                }
                Shape::Wrap => self.wrapped(here),
                Shape::Name => {
                    path.push(self.text(here).to_owned());
                    break;
                }
                Shape::Dialect => match self.dialect.hooks.expr(self, here, 0) {
                    ExprKind::Path(segments) => {
                        path.extend(segments.into_iter().rev());
                        break;
                    }
                    _ => None,
                },
                _ => None,
            };
            if at.is_none() {
                path.push("?".to_owned());
            }
        }
        path.reverse();
        (base, path, name_span.unwrap_or_else(|| node_span(node)))
    }

    /// What a transparent node stands for: its `value`/`argument`/`expression`/`operand` field, the first of its
    /// `arguments` (a conversion written like a call), or its first named child.
    fn wrapped<'n>(&self, node: Node<'n>) -> Option<Node<'n>> {
        let mut fields = self.shapes.wrapped.iter();
        fields
            .find_map(|field| child(node, *field))
            .or_else(|| node.named_child(0).filter(|first| !first.is_extra()))
            .or_else(|| {
                let mut cursor = node.walk();
                node.named_children(&mut cursor).find(|child| !child.is_extra())
            })
    }

    pub(super) fn expr(&self, node: Node<'_>) -> Expr {
        self.expr_at(node, self.depth.get())
    }

    /// Runs a hook that may read expressions itself, so that its depth counts on from here.
    fn deeper<T>(&self, depth: u32, hook: impl FnOnce() -> T) -> T {
        let before = self.depth.replace(depth + 1);
        let read = hook();
        self.depth.set(before);
        read
    }

    pub(super) fn expr_at(&self, node: Node<'_>, depth: u32) -> Expr {
        let span = node_span(node);
        let opaque = ExprKind::Compound(Vec::new());
        if depth > MAX_DEPTH {
            return Expr { span, kind: opaque };
        }
        if let Some(call) = self.calls.get(&node.id()) {
            return Expr { span, kind: ExprKind::Call(*call) };
        }
        let (shape, fields) = self.shapes.of_kind(node);
        let kind = match shape {
            Shape::Name => ExprKind::Path(vec![self.text(node).to_owned()]),
            Shape::Member(..) => self.member(node, fields, depth),
            Shape::Wrap => self.wrapped(node).map_or(opaque, |inner| self.expr_at(inner, depth + 1).kind),
            Shape::Str => self.deeper(depth, || self.dialect.hooks.string(self, node)),
            Shape::Record => self.record(node, depth),
            Shape::List => ExprKind::List(self.children(node, depth)),
            Shape::Closure => self.scopes.get(&node.id()).map_or(opaque, |scope| ExprKind::Closure(*scope)),
            Shape::Literal => ExprKind::Literal(self.text(node).to_owned()),
            Shape::Spread => {
                node.named_child(0).map_or(opaque, |inner| ExprKind::Spread(Box::new(self.expr_at(inner, depth + 1))))
            }
            Shape::Opaque => opaque,
            Shape::Compound => ExprKind::Compound(self.children(node, depth)),
            Shape::Dialect => self.dialect.hooks.expr(self, node, depth),
        };
        Expr { span, kind }
    }

    fn member(&self, node: Node<'_>, fields: Member, depth: u32) -> ExprKind {
        let (Some(object), Some(property)) = (child(node, fields.object), child(node, fields.property)) else {
            return ExprKind::Compound(self.children(node, depth));
        };
        let name = self.text(property).to_owned();
        let base = self.expr_at(object, depth + 1);
        match base.kind {
            ExprKind::Path(mut path) => {
                path.push(name);
                ExprKind::Path(path)
            }
            _ => ExprKind::Member(Box::new(base), name),
        }
    }

    /// Every named child as an expression.
    pub(super) fn children(&self, node: Node<'_>, depth: u32) -> Vec<Expr> {
        let mut cursor = node.walk();
        let children = node.named_children(&mut cursor).filter(|child| !child.is_extra());
        children.map(|child| self.expr_at(child, depth + 1)).collect()
    }

    /// The entries of an object, dict or composite literal.
    pub(super) fn record(&self, node: Node<'_>, depth: u32) -> ExprKind {
        let mut entries = Vec::new();
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor).filter(|child| !child.is_extra()) {
            if let Some((key, value)) = self.deeper(depth, || self.dialect.hooks.record_entry(self, child)) {
                entries.push((key, self.expr_at(value, depth + 1)));
            } else {
                let value = self.expr_at(child, depth + 1);
                let key = if matches!(value.kind, ExprKind::Spread(_)) { "..." } else { "" };
                entries.push((key.to_owned(), value));
            }
        }
        ExprKind::Record(entries)
    }

    /// The text of a record key: a name, or a string without its quotes; empty when it is computed.
    pub(super) fn key_text(&self, node: Node<'_>) -> String {
        match self.shapes.get(node) {
            Shape::Str => match self.dialect.hooks.string(self, node) {
                ExprKind::Str { text, holes } if holes.is_empty() => text,
                _ => String::new(),
            },
            _ if node.named_child_count() == 0 => self.text(node).to_owned(),
            _ => String::new(),
        }
    }

    pub(super) fn args(&self, node: Node<'_>) -> Vec<Arg> {
        self.dialect.hooks.args(self, node)
    }

    /// Every named child is one positional argument.
    pub(super) fn plain_args(&self, node: Node<'_>) -> Vec<Arg> {
        let mut cursor = node.walk();
        let children = node.named_children(&mut cursor).filter(|child| !child.is_extra());
        children.map(|child| Arg { span: node_span(child), name: None, value: self.expr(child) }).collect()
    }

    /// The captured `@decorator` nodes directly before an offset: nothing but blanks and comments lies between.
    pub(super) fn decorators_before(&self, start: u32) -> impl Iterator<Item = Node<'t>> {
        let count = self.decorators.partition_point(|node| node.end_byte() as u32 <= start);
        let mut first = count;
        let mut edge = start;
        while first > 0 {
            let before = node_span(self.decorators[first - 1]);
            let gap = self.source.slice(Span { start: before.end, end: edge });
            let blank = |line: &str| line.is_empty() || line.starts_with("//") || line.starts_with("/*");
            if !gap.lines().map(str::trim).all(blank) {
                break;
            }
            (first, edge) = (first - 1, before.start);
        }
        self.decorators[first..count].iter().copied()
    }

    pub(super) fn decorator(&self, node: Node<'_>) -> Option<Decorator> {
        self.dialect.hooks.decorator(self, node)
    }

    /// `@a.b(c)`: the first named child is a call or a name.
    pub(super) fn plain_decorator(&self, node: Node<'_>) -> Option<Decorator> {
        let inner = node.named_child(0)?;
        let callee = inner.child_by_field_name("function").unwrap_or(inner);
        let args = inner.child_by_field_name("arguments").map(|args| self.args(args)).unwrap_or_default();
        // The decorator's call may be captured as a call itself; its path is what names it.
        let (_, path, _) = self.callee(callee);
        Some(Decorator { span: node_span(node), path, args })
    }
}
