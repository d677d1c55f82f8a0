//! The dialect: shapes of expressions, and which file answers which hook.

use tree_sitter::Node;

use super::super::dialect::{Dialect, Hooks, Implied, Shape, opaque_call, plain_exit};
use super::super::embedded::Embedded;
use super::super::query::Hit;
use super::super::reader::Reader;
use super::{attributes, failures, finish, implied, imports, literals, macros, patterns, scopes};
use crate::facts::code::{
    Arg, Binding, Call, CallKind, Decorator, Exit, ExitKind, ExprKind, Failure, Import, Outline, Scope, TypeDecl,
};
use crate::model::{Language, SourceText};

pub(in crate::syntax) static DIALECT: Dialect = Dialect {
    language: Language::Rust,
    grammar: || tree_sitter_rust::LANGUAGE.into(),
    query: include_str!("../../../rules/queries/rust.scm"),
    shapes: SHAPES,
    hooks: &Words,
};

const SHAPES: &[(&str, Shape)] = &[
    ("identifier", Shape::Name),
    ("type_identifier", Shape::Name),
    ("field_identifier", Shape::Name),
    ("shorthand_field_identifier", Shape::Name),
    ("primitive_type", Shape::Name),
    ("metavariable", Shape::Name),
    ("self", Shape::Name),
    ("super", Shape::Name),
    ("crate", Shape::Name),
    ("field_expression", Shape::Member("value", "field")),
    ("scoped_identifier", Shape::Member("path", "name")),
    ("scoped_type_identifier", Shape::Member("path", "name")),
    // A turbofish, a cast or a marker does not change what is named.
    ("generic_function", Shape::Wrap),
    ("generic_type", Shape::Wrap),
    ("generic_type_with_turbofish", Shape::Wrap),
    ("bracketed_type", Shape::Wrap),
    ("qualified_type", Shape::Wrap),
    ("parenthesized_expression", Shape::Wrap),
    ("await_expression", Shape::Wrap),
    ("try_expression", Shape::Wrap),
    ("reference_expression", Shape::Wrap),
    ("type_cast_expression", Shape::Wrap),
    ("string_literal", Shape::Str),
    ("raw_string_literal", Shape::Str),
    ("char_literal", Shape::Literal),
    ("boolean_literal", Shape::Literal),
    ("integer_literal", Shape::Literal),
    ("float_literal", Shape::Literal),
    ("negative_literal", Shape::Literal),
    ("unit_expression", Shape::Literal),
    ("array_expression", Shape::List),
    ("tuple_expression", Shape::List),
    ("closure_expression", Shape::Closure),
    ("async_block", Shape::Closure),
    ("block", Shape::Opaque),
    ("match_block", Shape::Opaque),
    ("else_clause", Shape::Opaque),
    ("token_tree", Shape::Opaque),
];

struct Words;

impl Hooks for Words {
    fn scope(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Scope {
        scopes::read(reader, hit.node)
    }

    fn import(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Import>) {
        imports::read(reader, hit.node, out);
    }

    fn binding(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Binding>) {
        patterns::bind(reader, hit, out);
    }

    fn args(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Arg> {
        match node.kind() {
            "token_tree" => reader.embedded_args(node),
            "field_initializer_list" => literals::fields(reader, node),
            _ => reader.plain_args(node),
        }
    }

    fn call(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Call> {
        let node = hit.node;
        let (kind, callee, args) = match node.kind() {
            "macro_invocation" => (CallKind::Macro, "macro", macros::arguments_of(node)),
            "struct_expression" => (CallKind::New, "name", node.child_by_field_name("body")),
            _ => (CallKind::Plain, "function", node.child_by_field_name("arguments")),
        };
        let (base, path, name_span) = reader.callee(node.child_by_field_name(callee)?);
        let args = args.map(|args| reader.args(args)).unwrap_or_default();
        Some(Call { name_span, base, path, kind, args, ..opaque_call(reader, node) })
    }

    fn exit(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Exit> {
        let mut exit = plain_exit(reader, hit);
        if matches!(exit.kind, ExitKind::Return | ExitKind::Propagate) {
            exit.values = hit.node.named_child(0).map(|value| reader.expr(value)).into_iter().collect();
        }
        Some(exit)
    }

    fn failure(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Failure>) {
        failures::read(reader, hit.node, out);
    }

    fn type_decl(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<TypeDecl> {
        scopes::type_decl(reader, hit.node)
    }

    fn string(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> ExprKind {
        let text = literals::decode(reader.text(node));
        ExprKind::Str { text, holes: Vec::new() }
    }

    fn decorator(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Decorator> {
        attributes::read(reader, node)
    }

    fn embedded(&self, source: &SourceText, hits: &[Hit<'_, '_>]) -> Vec<Embedded> {
        macros::read(source, hits)
    }

    fn implied<'t>(&self, reader: &Reader<'_, 't>, hit: &Hit<'_, 't>, out: &mut Implied<'t>) {
        implied::implied(reader, hit, out);
    }

    fn finish(&self, reader: &Reader<'_, '_>, outline: &mut Outline) {
        finish::complete(reader, outline);
    }
}
