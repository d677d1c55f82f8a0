//! The dialect of Java: expression shapes, and which room reads which construct.

use tree_sitter::Node;

use super::{bindings, declarations, expressions, failures};
use crate::facts::code::{Arg, Binding, Call, CallKind, Decorator, Exit, ExitKind, ExprKind};
use crate::facts::code::{Failure, Import, Outline, Scope, ScopeKind, TypeDecl};
use crate::model::Language;
use crate::syntax::closure::name_closures;
use crate::syntax::dialect::{Dialect, Hooks, Shape, opaque_call, plain_exit};
use crate::syntax::query::Hit;
use crate::syntax::reader::Reader;

pub(in crate::syntax) static DIALECT: Dialect = Dialect {
    language: Language::Java,
    grammar: || tree_sitter_java::LANGUAGE.into(),
    query: include_str!("../../../rules/queries/java.scm"),
    shapes: SHAPES,
    hooks: &Words,
};

const SHAPES: &[(&str, Shape)] = &[
    ("identifier", Shape::Name),
    ("type_identifier", Shape::Name),
    ("this", Shape::Name),
    ("super", Shape::Name),
    ("field_access", Shape::Member("object", "field")),
    ("scoped_identifier", Shape::Member("scope", "name")),
    ("scoped_type_identifier", Shape::Dialect),
    ("generic_type", Shape::Wrap),
    ("class_literal", Shape::Dialect),
    ("method_reference", Shape::Dialect),
    ("switch_expression", Shape::Dialect),
    ("array_creation_expression", Shape::Dialect),
    ("instanceof_expression", Shape::Dialect),
    ("parenthesized_expression", Shape::Wrap),
    ("cast_expression", Shape::Wrap),
    ("string_literal", Shape::Str),
    ("array_initializer", Shape::List),
    ("element_value_array_initializer", Shape::List),
    ("lambda_expression", Shape::Closure),
    ("character_literal", Shape::Literal),
    ("decimal_integer_literal", Shape::Literal),
    ("hex_integer_literal", Shape::Literal),
    ("octal_integer_literal", Shape::Literal),
    ("binary_integer_literal", Shape::Literal),
    ("decimal_floating_point_literal", Shape::Literal),
    ("hex_floating_point_literal", Shape::Literal),
    ("true", Shape::Literal),
    ("false", Shape::Literal),
    ("null_literal", Shape::Literal),
];

struct Words;

impl Hooks for Words {
    fn scope(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Scope {
        declarations::scope(reader, hit)
    }

    fn import(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Import>) {
        out.extend(declarations::import(reader, hit.node));
    }

    fn binding(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Binding>) {
        bindings::read(reader, hit.node, out);
    }

    /// The grammar has no node for a callee: the name and what stands before the dot are fields of the call.
    fn call(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Call> {
        let field = |name| hit.node.child_by_field_name(name);
        let name = field("name").or(field("type")).or(field("constructor"))?;
        let (mut base, mut path, mut name_span) = reader.callee(name);
        if let Some(object) = field("object").filter(|_| field("name").is_some()) {
            let method = path;
            (base, path, _) = reader.callee(object);
            path.extend(method);
            name_span = reader.span(name);
        }
        let kind = if hit.kind == Some("new") { CallKind::New } else { CallKind::Plain };
        let args = field("arguments").map(|node| reader.args(node)).unwrap_or_default();
        Some(Call { name_span, base, path, kind, args, ..opaque_call(reader, hit.node) })
    }

    fn args(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Arg> {
        expressions::args(reader, node)
    }

    fn expr(&self, reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> ExprKind {
        expressions::expr(reader, node, depth)
    }

    fn failure(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Failure>) {
        failures::read(reader, hit, out);
    }

    fn exit(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Exit> {
        let carries = matches!(hit.node.kind(), "return_statement" | "throw_statement");
        let mut cursor = hit.node.walk();
        let value = hit.node.named_children(&mut cursor).find(|child| carries && !child.is_extra());
        let values = value.map(|value| reader.expr(value)).into_iter().collect();
        Some(Exit { values, ..plain_exit(reader, hit) })
    }

    fn type_decl(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<TypeDecl> {
        declarations::type_decl(reader, hit.node)
    }

    fn string(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> ExprKind {
        ExprKind::Str { text: expressions::decode(reader.text(node)), holes: Vec::new() }
    }

    fn decorator(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Decorator> {
        let path = reader.path(node.child_by_field_name("name")?)?;
        let args = node.child_by_field_name("arguments").map(|args| reader.args(args)).unwrap_or_default();
        Some(Decorator { span: reader.span(node), path, args })
    }

    fn finish(&self, _reader: &Reader<'_, '_>, outline: &mut Outline) {
        name_closures(outline);
        mark_once(outline);
        mark_tests(outline);
        add_terminations(outline);
        failures::settle(outline);
    }
}

/// Field initialisers of a class run with its loading or its construction; not those of a class inside a method.
fn mark_once(outline: &mut Outline) {
    for index in 1..outline.scopes.len() {
        let around = outline.scopes[index].parent.is_some_and(|parent| outline.scopes[parent.index()].once);
        if outline.scopes[index].kind == ScopeKind::Class {
            outline.scopes[index].once = around;
        }
    }
}

/// A file that imports a test framework holds tests, whatever it is called.
fn mark_tests(outline: &mut Outline) {
    const FRAMEWORKS: [&str; 4] = ["org.junit", "org.testng", "org.mockito", "org.assertj"];
    let starts = |module: &str| FRAMEWORKS.iter().any(|framework| module.starts_with(framework));
    if outline.imports.iter().any(|import| starts(&import.module)) {
        for scope in &mut outline.scopes {
            scope.is_test = true;
        }
    }
}

/// `System.exit(1)`, `Runtime.getRuntime().halt(1)`.
fn add_terminations(outline: &mut Outline) {
    let ends = |call: &Call| match call.path.as_slice() {
        [class, method] => class == "System" && method == "exit",
        [method] => {
            let runtime = call.base.is_some_and(|base| outline.calls[base.index()].path == ["Runtime", "getRuntime"]);
            runtime && matches!(method.as_str(), "halt" | "exit")
        }
        _ => false,
    };
    for call in outline.calls.iter().filter(|call| ends(call)) {
        let values = call.args.iter().map(|arg| arg.value.clone()).collect();
        outline.exits.push(Exit { kind: ExitKind::Terminate, span: call.span, scope: call.scope, values });
    }
}
