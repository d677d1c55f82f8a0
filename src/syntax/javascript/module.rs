//! What a file brings in and what it gives away: ES modules, CommonJS, and TypeScript's `import x = require()`.

use std::collections::HashSet;

use tree_sitter::Node;

use super::pattern::{export_binding, keyed_names, names};
use super::words::first_named;
use crate::facts::code::{Binding, Expr, ExprKind, Import, Outline, ScopeId};
use crate::model::Span;
use crate::syntax::reader::Reader;

/// `import`, `export … from` and `require`.
pub(super) fn imports(reader: &Reader<'_, '_>, node: Node<'_>, out: &mut Vec<Import>) {
    match node.kind() {
        "variable_declarator" => require_names(reader, node, out),
        "export_statement" => {
            let Some(module) = source(reader, node) else { return };
            let from = out.len();
            exported_again(reader, node, &module, out);
            out[from..].iter_mut().for_each(|import| import.reexport = true);
        }
        _ => import_statement(reader, node, out),
    }
}

fn import_statement(reader: &Reader<'_, '_>, node: Node<'_>, out: &mut Vec<Import>) {
    let Some(clause) = first_named(node) else { return };
    if clause.kind() == "import_require_clause" {
        if let (Some(alias), Some(module)) = (first_named(clause), source(reader, clause)) {
            out.push(import(reader, alias, &module, None, reader.text(alias)));
        }
        return;
    }
    let Some(module) = source(reader, node) else { return };
    if clause.kind() != "import_clause" {
        // For its side effects alone.
        out.push(import(reader, clause, &module, None, ""));
        return;
    }
    let mut cursor = clause.walk();
    for part in clause.named_children(&mut cursor) {
        match part.kind() {
            "identifier" => out.push(import(reader, part, &module, Some("default"), reader.text(part))),
            "namespace_import" => {
                let alias = first_named(part).map_or("", |alias| reader.text(alias));
                out.push(import(reader, part, &module, None, alias));
            }
            "named_imports" => specifiers(reader, part, &module, out),
            _ => {}
        }
    }
}

fn exported_again(reader: &Reader<'_, '_>, node: Node<'_>, module: &str, out: &mut Vec<Import>) {
    match first_named(node) {
        Some(clause) if clause.kind() == "export_clause" => specifiers(reader, clause, module, out),
        Some(all) if all.kind() == "namespace_export" => {
            let alias = first_named(all).map_or("", |alias| reader.text(alias));
            out.push(import(reader, all, module, None, alias));
        }
        _ => out.push(import(reader, node, module, Some("*"), "*")),
    }
}

/// `{ a, b as c }` of an import or an export.
fn specifiers(reader: &Reader<'_, '_>, list: Node<'_>, module: &str, out: &mut Vec<Import>) {
    let mut cursor = list.walk();
    for one in list.named_children(&mut cursor) {
        let Some(name) = one.child_by_field_name("name").map(|name| reader.key_text(name)) else { continue };
        let alias = one.child_by_field_name("alias").map(|alias| reader.key_text(alias));
        out.push(import(reader, one, module, Some(&name), alias.as_deref().unwrap_or(&name)));
    }
}

fn require_names(reader: &Reader<'_, '_>, declarator: Node<'_>, out: &mut Vec<Import>) {
    let Some(value) = declarator.child_by_field_name("value") else { return };
    let (Some((module, member)), Some(target)) = (required(reader, value), declarator.child_by_field_name("name"))
    else {
        return;
    };
    for (name, key) in keyed_names(reader, target) {
        let wanted = key.as_deref().or(member.as_deref());
        out.push(import(reader, name, &module, wanted, reader.text(name)));
    }
}

/// The module, and the member taken from it, of `require("m")` and `require("m").member`.
pub(super) fn required(reader: &Reader<'_, '_>, value: Node<'_>) -> Option<(String, Option<String>)> {
    let (call, member) = match value.kind() {
        "call_expression" => (value, None),
        "member_expression" => (value.child_by_field_name("object")?, value.child_by_field_name("property")),
        _ => return None,
    };
    let function = call.child_by_field_name("function")?;
    if function.kind() != "identifier" || reader.text(function) != "require" {
        return None;
    }
    let argument = first_named(call.child_by_field_name("arguments")?)?;
    let module = reader.key_text(argument);
    let named = argument.kind() == "string" && !module.is_empty();
    named.then(|| (module, member.map(|member| reader.text(member).to_owned())))
}

fn source(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<String> {
    node.child_by_field_name("source").map(|source| reader.key_text(source))
}

fn import(reader: &Reader<'_, '_>, node: Node<'_>, module: &str, name: Option<&str>, alias: &str) -> Import {
    Import {
        span: reader.span(node),
        module: module.to_owned(),
        name: name.map(str::to_owned),
        alias: alias.to_owned(),
        reexport: false,
    }
}

/// What can be reached from other files.
#[derive(Default)]
pub(super) struct Exports {
    pub(super) names: HashSet<String>,
    pub(super) scopes: HashSet<ScopeId>,
}

impl Exports {
    /// A value that is given away: a name, a function, or an object of them.
    fn value(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::Path(path) if path.len() == 1 => self.names.extend(path.iter().cloned()),
            ExprKind::Closure(scope) => {
                self.scopes.insert(*scope);
            }
            ExprKind::Record(entries) => entries.iter().for_each(|(_, value)| match value.kind {
                ExprKind::Record(_) => {}
                _ => self.value(value),
            }),
            _ => {}
        }
    }
}

/// Reads the exports at the top of the file; an export under another name becomes a binding of that name.
pub(super) fn exports(reader: &Reader<'_, '_>, outline: &mut Outline) -> Exports {
    let mut exports = Exports::default();
    let mut cursor = reader.root.walk();
    for statement in reader.root.named_children(&mut cursor).filter(|child| child.kind() == "export_statement") {
        if statement.child_by_field_name("source").is_none() {
            export(reader, statement, &mut exports, outline);
        }
    }
    for binding in &outline.bindings {
        let path: Vec<&str> = binding.path.iter().map(String::as_str).collect();
        if let (["module", "exports", ..] | ["exports", _], Some(value)) = (path.as_slice(), &binding.value) {
            exports.value(value);
        }
    }
    outline.bindings.sort_by_key(|binding| binding.span.start);
    exports
}

fn export(reader: &Reader<'_, '_>, statement: Node<'_>, exports: &mut Exports, outline: &mut Outline) {
    let mut cursor = statement.walk();
    let default = statement.children(&mut cursor).any(|child| child.kind() == "default");
    if let Some(declaration) = statement.child_by_field_name("declaration") {
        let declared = declared_names(reader, declaration);
        if let Some(scope) = reader.scopes.get(&declaration.id()) {
            exports.scopes.insert(*scope);
            // `@Injectable() export class …`: the decorators stand before `export`.
            let decorators = statement.children_by_field_name("decorator", &mut cursor);
            let decorators: Vec<_> = decorators.filter_map(|node| reader.decorator(node)).collect();
            outline.scopes[scope.index()].decorators.splice(0..0, decorators);
        }
        if let (true, Some(name), Some(at)) = (default, declared.first(), declaration.child_by_field_name("name")) {
            outline.bindings.push(export_binding(reader, statement, "default", statement, named(reader, at, name)));
        }
        exports.names.extend(declared);
    } else if let Some(value) = statement.child_by_field_name("value") {
        let value = reader.expr(value);
        exports.value(&value);
        outline.bindings.push(export_binding(reader, statement, "default", statement, value));
    } else if let Some(clause) = first_named(statement).filter(|child| child.kind() == "export_clause") {
        export_clause(reader, statement, clause, exports, outline);
    } else if let Some(value) = first_named(statement) {
        // TypeScript's `export = value`.
        exports.value(&reader.expr(value));
    }
}

fn export_clause(
    reader: &Reader<'_, '_>,
    statement: Node<'_>,
    clause: Node<'_>,
    exports: &mut Exports,
    outline: &mut Outline,
) {
    let mut cursor = clause.walk();
    for one in clause.named_children(&mut cursor) {
        let Some(name) = one.child_by_field_name("name") else { continue };
        let local = reader.key_text(name);
        let alias = one.child_by_field_name("alias").map(|alias| reader.key_text(alias));
        let outside = alias.as_deref().unwrap_or(&local);
        let brought: Vec<Import> = outline.imports.iter().filter(|import| import.alias == local).cloned().collect();
        if outside != local && brought.is_empty() {
            outline.bindings.push(export_binding(reader, statement, outside, one, named(reader, name, &local)));
        }
        outline.imports.retain(|import| import.alias != local);
        // Imported and given away again, perhaps under another name.
        for import in brought {
            if outside != local {
                outline.imports.push(Import { alias: outside.to_owned(), reexport: true, ..import.clone() });
            }
            outline.imports.push(Import { reexport: import.reexport || outside == local, ..import });
        }
        exports.names.insert(local);
    }
}

fn named(reader: &Reader<'_, '_>, node: Node<'_>, name: &str) -> Expr {
    Expr { span: reader.span(node), kind: ExprKind::Path(vec![name.to_owned()]) }
}

fn declared_names(reader: &Reader<'_, '_>, declaration: Node<'_>) -> Vec<String> {
    if let Some(name) = declaration.child_by_field_name("name") {
        return vec![reader.text(name).to_owned()];
    }
    let mut cursor = declaration.walk();
    let declarators = declaration.named_children(&mut cursor).filter_map(|one| one.child_by_field_name("name"));
    declarators.flat_map(|name| names(reader, name)).collect()
}

/// The span of the receiver of a call: what stands before the dot of its last name.
pub(super) fn receiver(reader: &Reader<'_, '_>, call: Span, name: Span) -> Span {
    let text = reader.source.slice(Span { start: call.start, end: name.start });
    let kept = text.trim_end().trim_end_matches(['.', '?']).trim_end().len();
    Span { start: call.start, end: call.start + kept as u32 }
}

/// Whether a binding stands for a class field.
pub(super) fn is_field(binding: &Binding) -> bool {
    matches!(binding.path.as_slice(), [this, _] if this == "this")
}
