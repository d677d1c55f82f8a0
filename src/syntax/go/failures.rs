//! Where Go code knows that something failed: `if err != nil` in its many spellings, and blanks.
//!
//! A bare call whose error nobody takes is no failure here: it is a call with a discarded result.

use tree_sitter::Node;

use super::conditions::{Subject, Verdict, subject, verdict};
use crate::facts::code::{CallKind, ExprKind, Failure, FailureKind, Outline, ScopeId};
use crate::model::Span;
use crate::syntax::reader::Reader;

pub(super) fn read(reader: &Reader<'_, '_>, node: Node<'_>, out: &mut Vec<Failure>) {
    match node.kind() {
        "if_statement" => if_statement(reader, node, out),
        "expression_switch_statement" => expression_switch(reader, node, out),
        "type_switch_statement" => type_switch(reader, node, out),
        _ => {}
    }
}

/// A failure of which the producer is looked up later, when all bindings are known: until then `protected` is empty.
struct Found {
    span: Span,
    header: Span,
    body: Span,
}

impl Found {
    fn failure(self, scope: ScopeId, subject: &Subject, initialiser: Option<Span>) -> Failure {
        let unknown = Span { start: self.header.start, end: self.header.start };
        let protected = match &subject.path {
            Some(_) => initialiser.unwrap_or(unknown),
            // `f().Error`: what may fail stands in the condition itself.
            None => subject.span,
        };
        Failure {
            kind: FailureKind::IfErr,
            span: self.span,
            header: self.header,
            body: self.body,
            scope,
            error: subject.path.as_ref().map(|path| path.join(".")),
            types: Vec::new(),
            protected,
            guarded: false,
        }
    }
}

fn if_statement(reader: &Reader<'_, '_>, node: Node<'_>, out: &mut Vec<Failure>) {
    let field = |name| node.child_by_field_name(name);
    let (Some(condition), Some(consequence)) = (field("condition"), field("consequence")) else { return };
    let initialiser = field("initializer");
    let mut verdict = verdict(reader, condition);
    if verdict.failed.is_none() {
        verdict.failed = recovered(reader, initialiser, condition);
    }
    let start = node.start_byte();
    let scope = reader.scope_at(node);
    if let Some(failed) = &verdict.failed {
        let found = Found {
            span: Span::new(start, consequence.end_byte()),
            header: Span::new(start, condition.end_byte()),
            body: reader.span(consequence),
        };
        let initialiser = initialiser.filter(|node| assigns(reader, *node, failed)).map(|node| reader.span(node));
        let failure = found.failure(scope, failed, initialiser);
        out.push(Failure { types: verdict.types, guarded: verdict.guarded, ..failure });
        return;
    }
    // `if err == nil {…} else {…}`: the second half is the failure.
    let (Some(succeeded), Some(alternative)) = (&verdict.succeeded, field("alternative")) else { return };
    if alternative.kind() != "block" {
        return;
    }
    let mut cursor = node.walk();
    let keyword = node.children(&mut cursor).find(|child| child.kind() == "else").unwrap_or(alternative);
    let found = Found {
        span: Span::new(keyword.start_byte(), alternative.end_byte()),
        header: reader.span(keyword),
        body: reader.span(alternative),
    };
    let initialiser = initialiser.filter(|node| assigns(reader, *node, succeeded)).map(|node| reader.span(node));
    out.push(Failure { guarded: verdict.guarded, ..found.failure(scope, succeeded, initialiser) });
}

/// `if r := recover(); r != nil`: a panic that goes no further.
fn recovered(reader: &Reader<'_, '_>, initialiser: Option<Node<'_>>, condition: Node<'_>) -> Option<Subject> {
    let initialiser = initialiser?;
    let name = initialiser.child_by_field_name("left")?;
    let value = initialiser.child_by_field_name("right")?;
    let tested = condition.child_by_field_name("left").filter(|_| condition.kind() == "binary_expression")?;
    let same = reader.text(name) == reader.text(tested);
    let found = same && reader.text(value) == "recover()";
    found.then(|| Subject { path: Some(vec![reader.text(name).to_owned()]), span: reader.span(tested) })
}

/// Whether a statement gives the error its value.
fn assigns(reader: &Reader<'_, '_>, statement: Node<'_>, error: &Subject) -> bool {
    let (Some(left), Some(path)) = (statement.child_by_field_name("left"), &error.path) else { return false };
    let mut cursor = left.walk();
    left.named_children(&mut cursor).any(|name| reader.path(name).is_some_and(|bound| path.starts_with(&bound)))
}

fn cases(switch: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = switch.walk();
    let is_case = |node: &Node<'_>| matches!(node.kind(), "expression_case" | "type_case" | "default_case");
    switch.named_children(&mut cursor).filter(is_case).collect()
}

/// Header up to the colon, and the statements after it.
fn case_parts(reader: &Reader<'_, '_>, case: Node<'_>) -> Found {
    let span = reader.span(case);
    let mut cursor = case.walk();
    let mut header = span;
    let mut body = Span { start: span.end, end: span.end };
    for child in case.children(&mut cursor) {
        match child.kind() {
            ":" => header.end = child.start_byte() as u32,
            // The list ends with the line break that closes its last statement.
            "statement_list" => {
                body = Span::new(child.start_byte(), child.start_byte() + reader.text(child).trim_end().len())
            }
            _ => {}
        }
    }
    Found { span, header, body }
}

fn expression_switch(reader: &Reader<'_, '_>, node: Node<'_>, out: &mut Vec<Failure>) {
    let initialiser = node.child_by_field_name("initializer");
    let init = |error: &Subject| initialiser.filter(|node| assigns(reader, *node, error)).map(|node| reader.span(node));
    let value = node.child_by_field_name("value");
    if let Some(value) = value {
        let Some(error) = subject(reader, value) else { return };
        return switch_on_error(reader, node, &error, init(&error), out);
    }
    let scope = reader.scope_at(node);
    let mut succeeded = None;
    let mut told_apart = false;
    for case in cases(node) {
        let parts = case_parts(reader, case);
        if case.kind() == "default_case" {
            if let Some(error) = &succeeded {
                out.push(Failure { guarded: told_apart, ..parts.failure(scope, error, init(error)) });
            }
            continue;
        }
        let Some(condition) = case.child_by_field_name("value").and_then(|list| list.named_child(0)) else { continue };
        let Verdict { failed, succeeded: none, types, guarded } = verdict(reader, condition);
        succeeded = succeeded.or(none.filter(|_| !guarded));
        told_apart |= failed.is_some();
        if let Some(error) = failed {
            out.push(Failure { types, guarded, ..parts.failure(scope, &error, init(&error)) });
        }
    }
}

/// `switch err { case nil: … case io.EOF: … default: … }`.
fn switch_on_error(
    reader: &Reader<'_, '_>,
    node: Node<'_>,
    error: &Subject,
    initialiser: Option<Span>,
    out: &mut Vec<Failure>,
) {
    let scope = reader.scope_at(node);
    let cases = cases(node);
    let types_of = |case: Node<'_>| -> Vec<String> {
        let list = case.child_by_field_name("value");
        list.map(|list| split_list(reader, list)).unwrap_or_default()
    };
    let has_nil = cases.iter().any(|case| types_of(*case).iter().any(|text| text == "nil"));
    for case in &cases {
        let types = types_of(*case);
        let failed = if case.kind() == "default_case" { has_nil } else { !types.iter().any(|text| text == "nil") };
        if failed {
            let guarded = !types.is_empty() || cases.len() > 2;
            out.push(Failure { types, guarded, ..case_parts(reader, *case).failure(scope, error, initialiser) });
        }
    }
}

fn split_list(reader: &Reader<'_, '_>, list: Node<'_>) -> Vec<String> {
    let mut cursor = list.walk();
    let children = list.named_children(&mut cursor).filter(|child| !child.is_extra());
    children.map(|child| reader.text(child).to_owned()).collect()
}

/// `switch e := err.(type) { case *NotFound: … }`.
fn type_switch(reader: &Reader<'_, '_>, node: Node<'_>, out: &mut Vec<Failure>) {
    let Some(error) = node.child_by_field_name("value").and_then(|value| subject(reader, value)) else { return };
    let alias = node.child_by_field_name("alias").map(|alias| reader.text(alias).to_owned());
    let scope = reader.scope_at(node);
    for case in cases(node).into_iter().filter(|case| case.kind() == "type_case") {
        let mut cursor = case.walk();
        let types = case.children_by_field_name("type", &mut cursor).filter(Node::is_named);
        let mut types: Vec<String> = types.map(|node| reader.text(node).to_owned()).collect();
        if types.iter().any(|text| text == "nil") {
            continue;
        }
        types.retain(|text| text != "error");
        let failure = case_parts(reader, case).failure(scope, &error, None);
        let guarded = !types.is_empty();
        out.push(Failure { error: alias.clone().or(failure.error), types, guarded, ..failure });
    }
}

/// Functions that everybody has and that return no error.
const BUILTIN: [&str; 16] = [
    "append", "cap", "clear", "close", "complex", "copy", "delete", "imag", "len", "make", "max", "min", "new", "real",
    "recover", "print",
];

/// `_ = f()`, `v, _ := f()`: the last value of a call is not looked at.
pub(super) fn add_blanks(outline: &mut Outline) {
    let mut blanks = Vec::new();
    for binding in &outline.bindings {
        // `var _ Interface = newThing()` at file level is an assertion about types.
        if binding.path != ["_"] || binding.position + 1 != binding.arity || binding.scope == ScopeId::FILE {
            continue;
        }
        let Some(ExprKind::Call(id)) = binding.value.as_ref().map(|value| &value.kind) else { continue };
        let call = &outline.calls[id.index()];
        let builtin = call.base.is_none() && matches!(call.path.as_slice(), [name] if BUILTIN.contains(&name.as_str()));
        if builtin || call.kind != CallKind::Plain {
            continue;
        }
        let statement = binding.statement;
        blanks.push(Failure {
            kind: FailureKind::Blank,
            span: statement,
            header: statement,
            body: Span { start: statement.end, end: statement.end },
            scope: binding.scope,
            error: None,
            types: Vec::new(),
            protected: call.span,
            guarded: false,
        });
    }
    outline.failures.append(&mut blanks);
}
