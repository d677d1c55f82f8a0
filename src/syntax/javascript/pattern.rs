//! Names: what a declaration, an assignment or a loop binds, through destructuring, and what a function takes.

use tree_sitter::Node;

use super::module::required;
use super::words::type_text;
use crate::facts::code::{Binding, BindingKind, Expr, ExprKind, Param, ScopeId};
use crate::syntax::query::Hit;
use crate::syntax::reader::Reader;

/// Patterns nested deeper than this bind nothing.
const MAX_NESTING: u32 = 16;

/// One name of a pattern, and the way to its value.
struct Name<'t> {
    node: Node<'t>,
    steps: Vec<Step>,
}

#[derive(Clone)]
enum Step {
    Key(String),
    Index(u32),
}

/// Walks one pattern; `steps` is the way to where it stands.
struct Walk<'r, 's, 't> {
    reader: &'r Reader<'s, 't>,
    steps: Vec<Step>,
    depth: u32,
    found: Vec<Name<'t>>,
}

impl<'t> Walk<'_, '_, 't> {
    fn pattern(&mut self, node: Node<'t>) {
        if self.depth == MAX_NESTING {
            return;
        }
        self.depth += 1;
        match node.kind() {
            "object_pattern" => {
                let mut cursor = node.walk();
                let children = node.named_children(&mut cursor).filter(|child| !child.is_extra());
                children.for_each(|child| self.property(child));
            }
            "array_pattern" => self.elements(node),
            "assignment_pattern" | "rest_pattern" => {
                if let Some(inner) = node.child_by_field_name("left").or_else(|| node.named_child(0)) {
                    self.pattern(inner);
                }
            }
            _ => self.found.push(Name { node, steps: self.steps.clone() }),
        }
        self.depth -= 1;
    }

    fn property(&mut self, node: Node<'t>) {
        let text = |node: Node<'_>| self.reader.text(node).to_owned();
        let (key, inner) = match node.kind() {
            "pair_pattern" => {
                let key = node.child_by_field_name("key").map(|key| self.reader.key_text(key));
                (key, node.child_by_field_name("value"))
            }
            "object_assignment_pattern" => {
                let left = node.child_by_field_name("left");
                (left.map(text), left)
            }
            "shorthand_property_identifier_pattern" => (Some(text(node)), Some(node)),
            // `...rest` is what the keys before it left over.
            _ => (None, Some(node)),
        };
        let Some(inner) = inner else { return };
        let before = self.steps.len();
        self.steps.extend(key.map(Step::Key));
        self.pattern(inner);
        self.steps.truncate(before);
    }

    fn elements(&mut self, node: Node<'t>) {
        let mut index = 0;
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            if child.kind() == "," {
                index += 1;
            } else if child.is_named() && !child.is_extra() {
                self.steps.push(Step::Index(index));
                self.pattern(child);
                self.steps.pop();
            }
        }
    }
}

fn collect<'t>(reader: &Reader<'_, 't>, node: Node<'t>) -> Vec<Name<'t>> {
    let mut walk = Walk { reader, steps: Vec::new(), depth: 0, found: Vec::new() };
    walk.pattern(node);
    walk.found
}

/// The names of a pattern.
pub(super) fn names(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<String> {
    let found = collect(reader, node);
    found.into_iter().map(|name| reader.text(name.node).to_owned()).collect()
}

/// The names of `{a: b}` with their keys: what a destructured `require` brings in.
pub(super) fn keyed_names<'t>(reader: &Reader<'_, 't>, node: Node<'t>) -> Vec<(Node<'t>, Option<String>)> {
    let found = collect(reader, node);
    let keyed = found.into_iter().map(|name| match name.steps.into_iter().next() {
        Some(Step::Key(key)) => (name.node, Some(key)),
        _ => (name.node, None),
    });
    keyed.collect()
}

/// Where along its steps a name's value is found, starting from the whole value.
fn reached(whole: &Expr, steps: &[Step]) -> Expr {
    let mut value = whole.clone();
    for step in steps {
        let span = value.span;
        let kind = match (step, value.kind) {
            // The binding's position says which element it is.
            (Step::Index(_), kind) if steps.len() == 1 => kind,
            (Step::Key(key), ExprKind::Path(mut path)) if !key.is_empty() => {
                path.push(key.clone());
                ExprKind::Path(path)
            }
            (Step::Key(key), kind) if !key.is_empty() => ExprKind::Member(Box::new(Expr { span, kind }), key.clone()),
            (_, kind) => ExprKind::Compound(vec![Expr { span, kind }]),
        };
        value = Expr { span, kind };
    }
    value
}

pub(super) fn bindings(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Binding>) {
    let node = hit.node;
    let field = |name: &str| node.child_by_field_name(name);
    match node.kind() {
        "variable_declarator" => {
            let value = field("value");
            // A `require` is an import; a binding of the same name would hide it.
            if value.is_some_and(|value| required(reader, value).is_some()) {
                return;
            }
            let kind = if hit.kind == Some("managed") { BindingKind::Managed } else { BindingKind::Declared };
            let value = value.map(|value| reader.expr(value));
            let statement = hit.part("header").unwrap_or(node);
            bind(
                reader,
                Bound { statement, kind, target: field("name"), value, declared: field("type") },
                hit.kind,
                out,
            );
        }
        "for_in_statement" => {
            let declared = field("kind").is_some();
            let kind = if declared { BindingKind::Declared } else { BindingKind::Assigned };
            // The name receives an element, not the iterable.
            let value = field("right").map(|right| {
                let whole = reader.expr(right);
                Expr { span: whole.span, kind: ExprKind::Compound(vec![whole]) }
            });
            let from = out.len();
            bind(reader, Bound { statement: node, kind, target: field("left"), value, declared: None }, hit.kind, out);
            let right = field("right").map(|right| reader.span(right));
            for binding in &mut out[from..] {
                binding.statement = right.map_or(binding.span, |right| binding.span.cover(right));
            }
        }
        "assignment_expression" => {
            // TypeScript's grammar reads `using x = f()` as an assignment.
            let managed = node.child(0).is_some_and(|first| first.kind() == "using");
            let kind = if managed { BindingKind::Managed } else { BindingKind::Assigned };
            let value = field("right").map(|right| reader.expr(right));
            bind(reader, Bound { statement: node, kind, target: field("left"), value, declared: None }, hit.kind, out);
        }
        "augmented_assignment_expression" => {
            let value = Some(reader.expr(node));
            let kind = BindingKind::Assigned;
            bind(reader, Bound { statement: node, kind, target: field("left"), value, declared: None }, hit.kind, out);
        }
        _ => out.extend(member(reader, node)),
    }
}

struct Bound<'t> {
    statement: Node<'t>,
    kind: BindingKind,
    target: Option<Node<'t>>,
    value: Option<Expr>,
    /// The type annotation.
    declared: Option<Node<'t>>,
}

fn bind(reader: &Reader<'_, '_>, bound: Bound<'_>, kind: Option<&str>, out: &mut Vec<Binding>) {
    let Some(target) = bound.target else { return };
    let found = collect(reader, target);
    let whole = found.len() == 1 && found[0].steps.is_empty();
    let type_text = bound.declared.filter(|_| whole).map(|node| type_text(reader, node));
    let arity = found.len() as u32;
    let scope = reader.scope_at(bound.statement);
    for name in found {
        let Some(path) = reader.path(name.node) else { continue };
        let position = match name.steps.as_slice() {
            [Step::Index(index)] => *index,
            _ => 0,
        };
        out.push(Binding {
            path,
            span: reader.span(name.node),
            statement: reader.span(bound.statement),
            scope,
            kind: bound.kind,
            value: bound.value.as_ref().map(|value| reached(value, &name.steps)),
            position,
            arity,
            type_text: type_text.clone(),
            constant: kind == Some("constant"),
        });
    }
}

/// A class field, or a constructor parameter that declares one.
fn member(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Binding> {
    let parameter = node.child_by_field_name("pattern");
    let name =
        parameter.or_else(|| node.child_by_field_name("name")).or_else(|| node.child_by_field_name("property"))?;
    let key = reader.key_text(name);
    if key.is_empty() {
        return None;
    }
    let around = reader.scope_at(node);
    // A parameter lies in its constructor; the field belongs to the class.
    let class = parameter.and_then(|_| reader.scope_spans[around.index()].1);
    let given = match parameter {
        Some(_) => Some(Expr { span: reader.span(name), kind: ExprKind::Path(vec![key.clone()]) }),
        None => node.child_by_field_name("value").map(|value| reader.expr(value)),
    };
    let mut cursor = node.walk();
    let readonly = node.children(&mut cursor).any(|child| child.kind() == "readonly");
    Some(Binding {
        path: vec!["this".to_owned(), key],
        span: reader.span(name),
        statement: reader.span(node),
        scope: class.unwrap_or(around),
        kind: BindingKind::Declared,
        value: given,
        position: 0,
        arity: 1,
        type_text: node.child_by_field_name("type").map(|node| type_text(reader, node)),
        constant: readonly,
    })
}

/// The parameters of a function node; every name of a destructured one.
pub(super) fn params(reader: &Reader<'_, '_>, function: Node<'_>) -> Vec<Param> {
    if let Some(single) = function.child_by_field_name("parameter") {
        return vec![Param { name: reader.text(single).to_owned(), type_text: None }];
    }
    let Some(list) = function.child_by_field_name("parameters") else { return Vec::new() };
    let mut out = Vec::new();
    let mut cursor = list.walk();
    for param in list.named_children(&mut cursor).filter(|child| !child.is_extra()) {
        let pattern = param.child_by_field_name("pattern").unwrap_or(param);
        if pattern.kind() == "this" {
            continue;
        }
        let declared = param.child_by_field_name("type");
        let found = collect(reader, pattern);
        out.extend(found.into_iter().map(|name| Param {
            name: reader.text(name.node).to_owned(),
            type_text: declared.and_then(|declared| param_type(reader, declared, &name.steps)),
        }));
    }
    out
}

/// The type of a parameter; of a destructured one only where the members are written out in place.
fn param_type(reader: &Reader<'_, '_>, declared: Node<'_>, steps: &[Step]) -> Option<String> {
    let key = match steps {
        [] => return Some(type_text(reader, declared)),
        [Step::Key(key)] => key,
        _ => return None,
    };
    let inline = declared.named_child(0).filter(|inner| inner.kind() == "object_type")?;
    let mut cursor = inline.walk();
    let member = inline.named_children(&mut cursor).find(|member| {
        member.kind() == "property_signature"
            && member.child_by_field_name("name").is_some_and(|name| reader.text(name) == key)
    })?;
    member.child_by_field_name("type").map(|node| type_text(reader, node))
}

/// A binding that an export makes: `default`, or a name given in an export clause.
pub(super) fn export_binding(
    reader: &Reader<'_, '_>,
    statement: Node<'_>,
    name: &str,
    at: Node<'_>,
    value: Expr,
) -> Binding {
    Binding {
        path: vec![name.to_owned()],
        span: reader.span(at),
        statement: reader.span(statement),
        scope: ScopeId::FILE,
        kind: BindingKind::Declared,
        value: Some(value),
        position: 0,
        arity: 1,
        type_text: None,
        constant: true,
    }
}
