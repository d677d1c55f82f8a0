//! The hooks: how the parts of a match become facts.

use tree_sitter::Node;

use super::{callback, module, pattern, settle, types};
use crate::facts::code::{Arg, Binding, Call, Exit, ExprKind, Failure, Import, Outline, Scope, ScopeKind, TypeDecl};
use crate::model::Span;
use crate::syntax::dialect::{Hooks, Implied, opaque_call, plain_call, plain_exit, plain_failure};
use crate::syntax::escape::unescape;
use crate::syntax::query::{Hit, Region, Root};
use crate::syntax::reader::Reader;

/// What members of an object literal belong to.
pub(super) const OBJECT: &str = "{}";

pub(super) struct Words;

impl Hooks for Words {
    fn scope(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Scope {
        let node = hit.node;
        let span = reader.span(node);
        let name = hit.part("name").or_else(|| node.child_by_field_name("name")).map(|name| reader.key_text(name));
        let name = name.filter(|name| !name.is_empty());
        let body = node.child_by_field_name("body").map_or(span, |body| reader.span(body));
        let mut scope = Scope {
            params: pattern::params(reader, node),
            owner: (hit.kind == Some("property")).then(|| OBJECT.to_owned()),
            returns: node.child_by_field_name("return_type").map(|node| type_text(reader, node)),
            is_test: hit.kind == Some("test"),
            once: node.kind() == "class_static_block",
            exported: true,
            ..Scope::bare(kind(node, name.as_deref()), span, body)
        };
        scope.name = name;
        header(reader, node, &mut scope);
        scope
    }

    fn import(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Import>) {
        module::imports(reader, hit.node, out);
    }

    fn binding(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Binding>) {
        pattern::bindings(reader, hit, out);
    }

    fn args(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Arg> {
        // A tagged template has no argument list.
        if node.kind() == "template_string" {
            return vec![Arg { span: reader.span(node), name: None, value: reader.expr(node) }];
        }
        reader.plain_args(node)
    }

    fn call(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Call> {
        if hit.kind == Some("debugger") {
            return Some(Call { path: vec!["debugger".to_owned()], ..opaque_call(reader, hit.node) });
        }
        plain_call(reader, hit)
    }

    fn failure(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Failure>) {
        if hit.kind == Some("callback") {
            out.extend(callback::error_branch(reader, hit));
        } else {
            out.push(catch(reader, hit));
        }
    }

    fn exit(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<Exit> {
        let statement = hit.node.kind().ends_with("_statement");
        let given = if statement { first_named(hit.node) } else { Some(hit.node) };
        let labelled = matches!(hit.kind, Some("break" | "continue"));
        let values = given.filter(|_| !labelled).map(|node| reader.expr(node)).into_iter().collect();
        Some(Exit { values, ..plain_exit(reader, hit) })
    }

    fn type_decl(&self, reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Option<TypeDecl> {
        types::declared(reader, hit.node)
    }

    fn string(&self, reader: &Reader<'_, '_>, node: Node<'_>) -> ExprKind {
        string(reader, node)
    }

    fn record_entry<'t>(&self, reader: &Reader<'_, 't>, node: Node<'t>) -> Option<(String, Node<'t>)> {
        match node.kind() {
            "pair" => Some((reader.key_text(node.child_by_field_name("key")?), node.child_by_field_name("value")?)),
            "shorthand_property_identifier" => Some((reader.text(node).to_owned(), node)),
            "method_definition" => Some((reader.key_text(node.child_by_field_name("name")?), node)),
            _ => None,
        }
    }

    /// `() => f()`: the body is a statement and an exit.
    fn implied<'t>(&self, reader: &Reader<'_, 't>, hit: &Hit<'_, 't>, out: &mut Implied<'t>) {
        if hit.root == Root::Scope
            && hit.node.kind() == "arrow_function"
            && let Some(body) = hit.node.child_by_field_name("body").filter(|body| body.kind() != "statement_block")
        {
            out.regions.push((Region::Statement, reader.span(body)));
            out.tails.push(body);
        }
    }

    fn finish(&self, reader: &Reader<'_, '_>, outline: &mut Outline) {
        let exports = module::exports(reader, outline);
        settle::settle(reader, &exports, outline);
        callback::settle(reader, outline);
    }
}

fn kind(node: Node<'_>, name: Option<&str>) -> ScopeKind {
    match node.kind() {
        "function_declaration" | "generator_function_declaration" => ScopeKind::Function,
        "method_definition" if name == Some("constructor") => ScopeKind::Constructor,
        "method_definition" => ScopeKind::Method,
        "class_declaration" | "abstract_class_declaration" | "class" | "internal_module" | "module" => ScopeKind::Class,
        _ => ScopeKind::Closure,
    }
}

/// What stands before the body: `async`, `private`, decorators, superclasses.
fn header(reader: &Reader<'_, '_>, node: Node<'_>, scope: &mut Scope) {
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        match child.kind() {
            "async" => scope.is_async = true,
            "accessibility_modifier" => scope.exported &= reader.text(child) == "public",
            "private_property_identifier" => scope.exported = false,
            "decorator" => scope.decorators.extend(reader.decorator(child)),
            "class_heritage" => types::bases(reader, child, &mut scope.bases),
            "statement_block" | "class_body" | "=>" => break,
            _ => {}
        }
    }
}

/// A type annotation without its colon.
pub(super) fn type_text(reader: &Reader<'_, '_>, node: Node<'_>) -> String {
    reader.text(node).trim_start_matches(':').trim().to_owned()
}

pub(super) fn first_named(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| !child.is_extra())
}

/// The text before `end`, without the blanks at its end.
pub(super) fn until(reader: &Reader<'_, '_>, start: u32, end: u32) -> Span {
    let text = reader.source.slice(Span { start, end });
    Span { start, end: start + text.trim_end().len() as u32 }
}

fn catch(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Failure {
    let plain = plain_failure(reader, hit);
    let body = hit.node.child_by_field_name("body").map_or(plain.body, |body| reader.span(body));
    let parameter = hit.node.child_by_field_name("parameter");
    // `catch ({ message })` has no error value; the first name stands for what is known of it.
    let error = parameter.and_then(|node| pattern::names(reader, node).into_iter().next());
    Failure { header: until(reader, plain.span.start, body.start), body, error, ..plain }
}

fn string(reader: &Reader<'_, '_>, node: Node<'_>) -> ExprKind {
    let mut text = String::new();
    let mut holes = Vec::new();
    if node.kind() == "string" {
        let written = reader.text(node);
        let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or_default();
        unescape(inner, &mut text);
        return ExprKind::Str { text, holes };
    }
    let mut cursor = node.walk();
    for part in node.named_children(&mut cursor) {
        match part.kind() {
            "template_substitution" => {
                text.push_str("{}");
                holes.extend(first_named(part).map(|inner| reader.expr(inner)));
            }
            "escape_sequence" => unescape(reader.text(part), &mut text),
            _ => text.push_str(reader.text(part)),
        }
    }
    ExprKind::Str { text, holes }
}
