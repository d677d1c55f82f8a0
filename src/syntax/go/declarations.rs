//! What Go declares: functions, imports, types, and names that receive values.

use tree_sitter::Node;

use crate::facts::code::{Binding, BindingKind, Expr, FieldDecl, Import, Param, Scope, ScopeKind, TypeDecl};
use crate::model::Span;
use crate::syntax::query::Hit;
use crate::syntax::reader::Reader;

pub(super) fn scope(reader: &Reader<'_, '_>, node: Node<'_>) -> Scope {
    let kind = match node.kind() {
        "method_declaration" => ScopeKind::Method,
        "func_literal" => ScopeKind::Closure,
        _ => ScopeKind::Function,
    };
    let span = reader.span(node);
    let name = node.child_by_field_name("name").map(|name| reader.text(name).to_owned());
    let receiver = node.child_by_field_name("receiver");
    let mut params = Vec::new();
    // The receiver is a parameter like any other: its type says what `s.log` is.
    for list in receiver.into_iter().chain(node.child_by_field_name("parameters")) {
        read_params(reader, list, &mut params);
    }
    let types = || params.iter().filter_map(|param| param.type_text.as_deref());
    let plain = kind == ScopeKind::Function && params.is_empty();
    Scope {
        owner: receiver.and(params.first()).and_then(|param| param.type_text.as_deref()).map(receiver_type),
        returns: node.child_by_field_name("result").map(|result| reader.text(result).to_owned()),
        is_test: kind != ScopeKind::Closure && types().any(is_test_handle),
        exported: name.as_deref().is_some_and(is_exported),
        // Nobody can call these two.
        once: plain && matches!(name.as_deref(), Some("init" | "main")),
        name,
        params,
        ..Scope::bare(kind, span, node.child_by_field_name("body").map_or(span, |body| reader.span(body)))
    }
}

fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

fn is_test_handle(type_text: &str) -> bool {
    matches!(type_text, "*testing.T" | "*testing.B" | "*testing.F" | "*testing.M" | "testing.TB")
}

/// `*Stack[T]` → `Stack`.
fn receiver_type(text: &str) -> String {
    let name = text.trim_start_matches(['(', '*', ' ']).trim_end_matches([')', ' ']);
    name.split('[').next().unwrap_or(name).trim_end().to_owned()
}

fn read_params(reader: &Reader<'_, '_>, list: Node<'_>, out: &mut Vec<Param>) {
    let mut cursor = list.walk();
    for declaration in list.named_children(&mut cursor) {
        let Some(type_node) = declaration.child_by_field_name("type") else { continue };
        let type_text = match declaration.kind() {
            "variadic_parameter_declaration" => format!("...{}", reader.text(type_node)),
            _ => reader.text(type_node).to_owned(),
        };
        let before = out.len();
        for name in named_fields(declaration, "name") {
            out.push(Param { name: reader.text(name).to_owned(), type_text: Some(type_text.clone()) });
        }
        if out.len() == before {
            out.push(Param { name: "_".to_owned(), type_text: Some(type_text) });
        }
    }
}

/// The named children of one field; the grammar puts the commas between them into the field as well.
fn named_fields<'t>(node: Node<'t>, field: &str) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children_by_field_name(field, &mut cursor).filter(Node::is_named).collect()
}

pub(super) fn import(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Import> {
    let path = node.child_by_field_name("path")?;
    let module = super::literals::decode(reader.text(path));
    let written = node.child_by_field_name("name").map(|name| reader.text(name));
    let (name, alias) = match written {
        Some(".") => (Some("*".to_owned()), "*".to_owned()),
        Some(alias) => (None, alias.to_owned()),
        None => (None, package_name(&module).to_owned()),
    };
    Some(Import { span: reader.span(node), module, name, alias, reexport: false })
}

/// What a package is called when the import does not say: `a/b` → `b`, `a/b/v5` → `b`, `gopkg.in/yaml.v3` → `yaml`. A path
/// element that cannot be a name carries the language by convention: `go-redis` → `redis`, `sentry-go` → `sentry`.
fn package_name(module: &str) -> &str {
    let mut elements = module.rsplit('/');
    let last = elements.next().unwrap_or(module);
    let last = if is_version(last) { elements.next().unwrap_or(last) } else { last };
    let last = match last.rsplit_once('.') {
        Some((name, version)) if is_version(version) && !name.is_empty() => name,
        _ => last,
    };
    let bare = last.strip_prefix("go-").or_else(|| last.strip_suffix("-go")).or_else(|| last.strip_suffix(".go"));
    match bare.unwrap_or(last) {
        // The one library of the tables whose package no rule explains.
        "amqp091" => "amqp",
        name => name,
    }
}

fn is_version(element: &str) -> bool {
    element.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

pub(super) fn type_decl(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<TypeDecl> {
    let name = reader.text(node.child_by_field_name("name")?).to_owned();
    let body = node.child_by_field_name("type")?;
    let mut decl =
        TypeDecl { name, span: reader.span(node), bases: Vec::new(), fields: Vec::new(), markers: Vec::new() };
    match body.kind() {
        "struct_type" => struct_fields(reader, body, &mut decl),
        "interface_type" => interface_elements(reader, body, &mut decl),
        "type_identifier" | "qualified_type" | "pointer_type" | "generic_type" => {
            decl.bases.push(reader.text(body).to_owned());
        }
        _ => {}
    }
    Some(decl)
}

fn struct_fields(reader: &Reader<'_, '_>, node: Node<'_>, decl: &mut TypeDecl) {
    let Some(list) = node.named_child(0) else { return };
    let mut cursor = list.walk();
    for field in list.named_children(&mut cursor) {
        let Some(type_node) = field.child_by_field_name("type") else { continue };
        let names = named_fields(field, "name");
        if names.is_empty() {
            // Embedded: written with or without a star.
            let from = field.start_byte().min(type_node.start_byte());
            let written = reader.source.slice(Span::new(from, type_node.end_byte()));
            decl.bases.push(written.trim().to_owned());
        }
        let type_text = reader.text(type_node);
        for name in names {
            decl.fields.push(FieldDecl {
                name: reader.text(name).to_owned(),
                span: reader.span(field),
                type_text: Some(type_text.to_owned()),
                value: None,
            });
        }
    }
}

/// Methods stand as fields whose type is their signature: `(ctx context.Context) error`.
fn interface_elements(reader: &Reader<'_, '_>, node: Node<'_>, decl: &mut TypeDecl) {
    let mut cursor = node.walk();
    for element in node.named_children(&mut cursor) {
        match (element.kind(), element.child_by_field_name("name"), element.child_by_field_name("parameters")) {
            ("method_elem", Some(name), Some(parameters)) => {
                let signature = Span::new(parameters.start_byte(), element.end_byte());
                decl.fields.push(FieldDecl {
                    name: reader.text(name).to_owned(),
                    span: reader.span(element),
                    type_text: Some(reader.source.slice(signature).to_owned()),
                    value: None,
                });
            }
            ("type_elem", ..) => decl.bases.push(reader.text(element).to_owned()),
            _ => {}
        }
    }
}

pub(super) fn bindings(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>, out: &mut Vec<Binding>) {
    let node = hit.node;
    let statement = reader.span(node);
    let list = |field: &str| node.child_by_field_name(field).map(list_of).unwrap_or_default();
    let mut row = Row { statement, kind: BindingKind::Declared, constant: false, type_text: None };
    match node.kind() {
        "short_var_declaration" => row.pair(reader, node, &list("left"), &list("right"), out),
        "assignment_statement" => {
            row.kind = BindingKind::Assigned;
            row.pair(reader, node, &list("left"), &list("right"), out);
        }
        // What an iteration yields is no value that anybody could follow.
        "range_clause" => row.pair(reader, node, &list("left"), &[], out),
        "receive_statement" => row.pair(reader, node, &list("left"), node.child_by_field_name("right").as_slice(), out),
        "type_switch_statement" => {
            let value = node.child_by_field_name("value");
            let alias = node.child_by_field_name("alias");
            if let (Some(alias), Some(value)) = (alias, value) {
                // The statement holds all cases; the header is what binds.
                row.statement = reader.span(alias).cover(reader.span(value));
                row.pair(reader, node, &list_of(alias), &[value], out);
            }
        }
        "const_spec" | "var_spec" | "var_declaration" => {
            let spec = hit.part("value").unwrap_or(node);
            row.constant = spec.kind() == "const_spec";
            row.type_text = spec.child_by_field_name("type").map(|node| reader.text(node).to_owned());
            let values = spec.child_by_field_name("value").map(list_of).unwrap_or_default();
            row.pair(reader, node, &named_fields(spec, "name"), &values, out);
        }
        _ => {}
    }
}

/// The expressions of an `expression_list`.
fn list_of(list: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = list.walk();
    list.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

/// What the names of one statement have in common.
struct Row {
    statement: Span,
    kind: BindingKind,
    constant: bool,
    type_text: Option<String>,
}

impl Row {
    /// Names with their values: one value for all (`a, err := f()`) or one each (`a, b := 1, 2`).
    fn pair(
        &self,
        reader: &Reader<'_, '_>,
        node: Node<'_>,
        names: &[Node<'_>],
        values: &[Node<'_>],
        out: &mut Vec<Binding>,
    ) {
        let scope = reader.scope_at(node);
        let values: Vec<Expr> = values.iter().map(|value| reader.expr(*value)).collect();
        let shared = values.len() <= 1;
        for (index, name) in names.iter().enumerate() {
            let Some(path) = reader.path(*name) else { continue };
            out.push(Binding {
                path,
                span: reader.span(*name),
                statement: self.statement,
                scope,
                kind: self.kind,
                value: if shared { values.first() } else { values.get(index) }.cloned(),
                position: if shared { index as u32 } else { 0 },
                arity: if shared { names.len() as u32 } else { 1 },
                type_text: self.type_text.clone(),
                constant: self.constant,
            });
        }
    }
}
