//! What Java declares: classes, methods, lambdas, imports and the fields of types.

use tree_sitter::Node;

use crate::facts::code::{Decorator, FieldDecl, Import, Param, Scope, ScopeKind, TypeDecl};
use crate::syntax::query::Hit;
use crate::syntax::reader::Reader;

/// Annotations that make a method or class part of a test, by their last segment.
const TEST_MARKERS: [&str; 16] = [
    "Test",
    "ParameterizedTest",
    "RepeatedTest",
    "TestFactory",
    "TestTemplate",
    "BeforeEach",
    "AfterEach",
    "BeforeAll",
    "AfterAll",
    "RunWith",
    "ExtendWith",
    "SpringBootTest",
    "WebMvcTest",
    "DataJpaTest",
    "QuarkusTest",
    "MicronautTest",
];

pub(super) fn scope(reader: &Reader<'_, '_>, hit: &Hit<'_, '_>) -> Scope {
    let node = hit.node;
    let span = reader.span(node);
    let field = |name| node.child_by_field_name(name);
    let kind = match node.kind() {
        "method_declaration" => ScopeKind::Method,
        "constructor_declaration" | "compact_constructor_declaration" | "block" => ScopeKind::Constructor,
        "lambda_expression" => ScopeKind::Closure,
        "static_initializer" => ScopeKind::Function,
        _ => ScopeKind::Class,
    };
    let modifiers = Modifiers::of(reader, node);
    let name = hit.part("name").or(field("name")).map(|name| reader.text(name).to_owned());
    let bases = match hit.part("base") {
        Some(base) => vec![reader.text(base).to_owned()],
        None if kind == ScopeKind::Class => bases(reader, node),
        None => Vec::new(),
    };
    let member = hit.kind == Some("member") && !modifiers.has("private");
    Scope {
        params: field("parameters").map(|list| params(reader, list)).unwrap_or_default(),
        returns: field("type").filter(|_| kind == ScopeKind::Method).map(|node| reader.text(node).to_owned()),
        bases,
        is_test: modifiers.decorators.iter().any(is_test_marker),
        exported: member || modifiers.has("public") || modifiers.has("protected"),
        once: node.kind() == "static_initializer",
        name,
        decorators: modifiers.decorators,
        ..Scope::bare(kind, span, body(node).map_or(span, |body| reader.span(body)))
    }
}

fn body(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        "static_initializer" => node.named_child(0),
        _ => node.child_by_field_name("body"),
    }
}

fn is_test_marker(decorator: &Decorator) -> bool {
    decorator.path.last().is_some_and(|name| TEST_MARKERS.contains(&name.as_str()))
}

fn modifiers(node: Node<'_>) -> Option<Node<'_>> {
    // A comment may stand before them.
    (0..2).filter_map(|at| node.named_child(at)).find(|child| child.kind() == "modifiers")
}

pub(super) fn is_final(node: Node<'_>) -> bool {
    let Some(list) = modifiers(node) else { return false };
    let mut cursor = list.walk();
    list.children(&mut cursor).any(|child| child.kind() == "final")
}

/// Keywords and annotations before a declaration.
struct Modifiers<'s> {
    words: Vec<&'s str>,
    decorators: Vec<Decorator>,
}

impl<'s> Modifiers<'s> {
    fn of(reader: &Reader<'s, '_>, node: Node<'_>) -> Self {
        let mut found = Self { words: Vec::new(), decorators: Vec::new() };
        let Some(list) = modifiers(node) else { return found };
        let mut cursor = list.walk();
        for child in list.children(&mut cursor) {
            match child.kind() {
                "annotation" | "marker_annotation" => found.decorators.extend(reader.decorator(child)),
                _ => found.words.push(reader.text(child)),
            }
        }
        found
    }

    fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }
}

/// Superclass and interfaces, as written.
fn bases(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<String> {
    let mut bases = Vec::new();
    let mut cursor = node.walk();
    for clause in node.named_children(&mut cursor) {
        let list = match clause.kind() {
            "superclass" => clause,
            "super_interfaces" | "extends_interfaces" => clause.named_child(0).unwrap_or(clause),
            _ => continue,
        };
        let mut inner = list.walk();
        let types = list.named_children(&mut inner).filter(|child| !child.is_extra());
        bases.extend(types.map(|node| reader.text(node).to_owned()));
    }
    bases
}

/// Parameters of a method, record or lambda; those of a lambda may have no type.
fn params(reader: &Reader<'_, '_>, list: Node<'_>) -> Vec<Param> {
    let named = |name: Node<'_>| Param { name: reader.text(name).to_owned(), type_text: None };
    if list.kind() == "identifier" {
        return vec![named(list)];
    }
    let mut out = Vec::new();
    let mut cursor = list.walk();
    for child in list.named_children(&mut cursor) {
        match child.kind() {
            "identifier" => out.push(named(child)),
            "formal_parameter" => {
                let type_text = child.child_by_field_name("type").map(|node| reader.text(node).to_owned());
                out.extend(child.child_by_field_name("name").map(|name| Param { type_text, ..named(name) }));
            }
            "spread_parameter" => out.extend(spread_param(reader, child)),
            _ => {}
        }
    }
    out
}

/// `Object... args`: the type has no field of its own.
fn spread_param(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Param> {
    let mut cursor = node.walk();
    let mut type_text = None;
    for child in node.named_children(&mut cursor) {
        match child.kind() {
            "modifiers" | "annotation" | "marker_annotation" => {}
            "variable_declarator" => {
                let name = reader.text(child.child_by_field_name("name")?).to_owned();
                return Some(Param { name, type_text });
            }
            _ => type_text = Some(format!("{}...", reader.text(child))),
        }
    }
    None
}

pub(super) fn import(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Import> {
    let mut cursor = node.walk();
    let mut children = node.named_children(&mut cursor).filter(|child| !child.is_extra());
    let path = reader.text(children.next()?);
    let (module, name) = match children.next() {
        Some(_) => (path, "*"),
        None => path.rsplit_once('.').unwrap_or(("", path)),
    };
    let name = name.to_owned();
    Some(Import {
        span: reader.span(node),
        module: module.to_owned(),
        alias: name.clone(),
        name: Some(name),
        reexport: false,
    })
}

pub(super) fn type_decl(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<TypeDecl> {
    let name = reader.text(node.child_by_field_name("name")?).to_owned();
    let decorators = Modifiers::of(reader, node).decorators;
    let mut fields = Vec::new();
    if let Some(components) = node.child_by_field_name("parameters") {
        let mut cursor = components.walk();
        let components = components.named_children(&mut cursor).filter(|child| child.kind() == "formal_parameter");
        fields.extend(components.filter_map(|component| field(reader, component, component)));
    }
    if let Some(body) = node.child_by_field_name("body") {
        let mut cursor = body.walk();
        for member in body.named_children(&mut cursor) {
            match member.kind() {
                "field_declaration" | "constant_declaration" => fields_of(reader, member, &mut fields),
                "enum_body_declarations" => {
                    let mut inner = member.walk();
                    let members = member.named_children(&mut inner).filter(|node| node.kind() == "field_declaration");
                    members.for_each(|member| fields_of(reader, member, &mut fields));
                }
                _ => {}
            }
        }
    }
    Some(TypeDecl {
        name,
        span: reader.span(node),
        bases: bases(reader, node),
        fields,
        markers: decorators.into_iter().filter_map(|mut decorator| decorator.path.pop()).collect(),
    })
}

fn fields_of(reader: &Reader<'_, '_>, declaration: Node<'_>, out: &mut Vec<FieldDecl>) {
    let mut cursor = declaration.walk();
    let declarators = declaration.children_by_field_name("declarator", &mut cursor);
    out.extend(declarators.filter_map(|declarator| field(reader, declaration, declarator)));
}

fn field(reader: &Reader<'_, '_>, declaration: Node<'_>, declarator: Node<'_>) -> Option<FieldDecl> {
    Some(FieldDecl {
        name: reader.text(declarator.child_by_field_name("name")?).to_owned(),
        span: reader.span(declaration),
        type_text: declaration.child_by_field_name("type").map(|node| reader.text(node).to_owned()),
        value: declarator.child_by_field_name("value").map(|value| reader.expr(value)),
    })
}
