//! The dialect of Go: expression shapes, and which room reads which construct.

use tree_sitter::Node;

use super::literals::Bracketed;
use super::{declarations, failures, literals, producers};
use crate::facts::code::{
    Arg, Binding, Call, CallKind, Exit, ExitKind, ExprKind, Failure, Import, Outline, Scope, TypeDecl,
};
use crate::model::Language;
use crate::syntax::closure::name_closures;
use crate::syntax::dialect::{Dialect, Hooks, Shape, opaque_call, plain_exit};
use crate::syntax::query::Hit;
use crate::syntax::reader::Reader;

pub(in crate::syntax) static DIALECT: Dialect = Dialect {
    language: Language::Go,
    grammar: || tree_sitter_go::LANGUAGE.into(),
    query: include_str!("../../../rules/queries/go.scm"),
    shapes: SHAPES,
    hooks: &Words,
};

const SHAPES: &[(&str, Shape)] = &[
    ("identifier", Shape::Name),
    ("type_identifier", Shape::Name),
    ("package_identifier", Shape::Name),
    ("field_identifier", Shape::Name),
    ("blank_identifier", Shape::Name),
    ("selector_expression", Shape::Member("operand", "field")),
    ("qualified_type", Shape::Member("package", "name")),
    ("parenthesized_expression", Shape::Wrap),
    ("literal_element", Shape::Wrap),
    ("type_conversion_expression", Shape::Wrap),
    ("type_instantiation_expression", Shape::Wrap),
    ("generic_type", Shape::Wrap),
    ("pointer_type", Shape::Wrap),
    // Only conversions are left of these two: every other call is in the list of calls.
    ("call_expression", Shape::Wrap),
    ("argument_list", Shape::Wrap),
    ("unary_expression", Shape::Dialect),
    ("composite_literal", Shape::Dialect),
    ("literal_value", Shape::Dialect),
    ("type_assertion_expression", Shape::Dialect),
    ("interpreted_string_literal", Shape::Str),
    ("raw_string_literal", Shape::Str),
    ("func_literal", Shape::Closure),
    ("variadic_argument", Shape::Spread),
    ("int_literal", Shape::Literal),
    ("float_literal", Shape::Literal),
    ("imaginary_literal", Shape::Literal),
    ("rune_literal", Shape::Literal),
    ("nil", Shape::Literal),
    ("true", Shape::Literal),
    ("false", Shape::Literal),
    ("iota", Shape::Literal),
];

struct Words;

impl Hooks for Words {
    fn scope(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Scope {
        declarations::scope(reader, hit.node)
    }

    fn import(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Import>) {
        out.extend(declarations::import(reader, hit.node));
    }

    fn binding(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Binding>) {
        declarations::bindings(reader, hit, out);
    }

    fn is_call(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> bool {
        !literals::is_conversion(reader, hit.node)
    }

    fn call(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Call> {
        let field = |name| hit.node.child_by_field_name(name);
        let callee = field("function").or(field("type"))?;
        let (base, path, name_span) = match literals::bracketed(reader, callee) {
            Some(Bracketed::Instance(function)) => reader.callee(function),
            Some(Bracketed::Element(name_span)) => (None, vec!["?".to_owned()], name_span),
            None => reader.callee(callee),
        };
        let kind = if hit.kind == Some("new") { CallKind::New } else { CallKind::Plain };
        let args = field("arguments").or(field("body")).or(field("operand")).map(|node| reader.args(node));
        Some(Call { base, path, name_span, kind, args: args.unwrap_or_default(), ..opaque_call(reader, hit.node) })
    }

    fn args(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Arg> {
        literals::args(reader, node)
    }

    fn expr(&self, reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> ExprKind {
        literals::expr(reader, node, depth)
    }

    fn failure(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Failure>) {
        failures::read(reader, hit.node, out);
    }

    fn exit(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Exit> {
        let values = hit.node.named_child(0).filter(|list| list.kind() == "expression_list");
        let values = values.map(|list| reader.children(list, 0)).unwrap_or_default();
        Some(Exit { values, ..plain_exit(reader, hit) })
    }

    fn type_decl(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<TypeDecl> {
        declarations::type_decl(reader, hit.node)
    }

    fn string(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> ExprKind {
        ExprKind::Str { text: literals::decode(reader.text(node)), holes: Vec::new() }
    }

    fn record_entry<'t>(&self, reader: &Reader<'_, 't>, node: Node<'t>) -> Option<(String, Node<'t>)> {
        literals::entry(reader, node)
    }

    fn finish(&self, _reader: &Reader<'_, '_>, outline: &mut Outline) {
        name_closures(outline);
        mark_once(outline);
        add_terminations(outline);
        // The look-up relies on the order in which failures were read.
        producers::resolve(outline);
        failures::add_blanks(outline);
    }
}

/// `once.Do(func() {…})`, `sync.OnceValue(func() T {…})`.
fn mark_once(outline: &mut Outline) {
    for call in &outline.calls {
        let [.., receiver, method] = call.path.as_slice() else { continue };
        let once = (method == "Do" && receiver.to_ascii_lowercase().contains("once"))
            || (receiver == "sync" && method.starts_with("Once"));
        if !once {
            continue;
        }
        for arg in &call.args {
            if let ExprKind::Closure(id) = arg.value.kind {
                outline.scopes[id.index()].once = true;
            }
        }
    }
}

/// Calls that do not return.
fn add_terminations(outline: &mut Outline) {
    for call in &outline.calls {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        let ends = call.base.is_none()
            && match path.as_slice() {
                ["panic"] | ["os" | "syscall" | "unix", "Exit"] | ["runtime", "Goexit"] => true,
                [.., receiver, method] => {
                    method.starts_with("Fatal") || (method.starts_with("Panic") && is_logger(receiver))
                }
                _ => false,
            };
        if ends {
            let values = call.args.iter().map(|arg| arg.value.clone()).collect();
            outline.exits.push(Exit { kind: ExitKind::Terminate, span: call.span, scope: call.scope, values });
        }
    }
}

fn is_logger(receiver: &str) -> bool {
    let name = receiver.to_ascii_lowercase();
    name.contains("log") || name == "zap" || name == "sugar"
}
