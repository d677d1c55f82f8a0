//! `use` trees: one import per leaf.

use tree_sitter::Node;

use super::super::reader::{Reader, node_span};
use crate::facts::code::Import;

pub(super) fn read(reader: &Reader<'_, '_>, node: Node<'_>, out: &mut Vec<Import>) {
    let reexport = node.child(0).is_some_and(|first| first.kind() == "visibility_modifier");
    if node.kind() == "extern_crate_declaration" {
        let Some(name) = node.child_by_field_name("name") else { return };
        let alias = node.child_by_field_name("alias").unwrap_or(name);
        out.push(Import {
            span: node_span(node),
            module: reader.text(name).to_owned(),
            name: None,
            alias: reader.text(alias).to_owned(),
            reexport,
        });
        return;
    }
    let Some(tree) = node.child_by_field_name("argument") else { return };
    // An explicit stack: trees of hostile depth must not become recursion.
    let mut stack = vec![(tree, String::new())];
    while let Some((tree, prefix)) = stack.pop() {
        match tree.kind() {
            "use_list" => {
                let mut cursor = tree.walk();
                let leaves: Vec<_> = tree.named_children(&mut cursor).filter(|child| !child.is_extra()).collect();
                stack.extend(leaves.into_iter().rev().map(|leaf| (leaf, prefix.clone())));
            }
            "scoped_use_list" => {
                let path = tree.child_by_field_name("path").map_or(String::new(), |path| path_text(reader, path));
                let prefix = join(&prefix, &path);
                stack.extend(tree.child_by_field_name("list").map(|list| (list, prefix)));
            }
            "use_wildcard" => {
                let path = tree.named_child(0).map_or(String::new(), |path| path_text(reader, path));
                out.push(leaf(tree, join(&prefix, &path), Some("*"), "*", reexport));
            }
            "use_as_clause" => {
                let (Some(path), Some(alias)) = (tree.child_by_field_name("path"), tree.child_by_field_name("alias"))
                else {
                    continue;
                };
                let whole = join(&prefix, &path_text(reader, path));
                out.push(named(tree, &whole, Some(reader.text(alias)), reexport));
            }
            _ => out.push(named(tree, &join(&prefix, &path_text(reader, tree)), None, reexport)),
        }
    }
}

/// `a::b` names `b` of `a`; `{self}` stands for the module around it.
fn named(node: Node<'_>, whole: &str, alias: Option<&str>, reexport: bool) -> Import {
    let whole = whole.strip_suffix("::self").unwrap_or(whole);
    match whole.rsplit_once("::") {
        Some((module, name)) => leaf(node, module.to_owned(), Some(name), alias.unwrap_or(name), reexport),
        None => leaf(node, whole.to_owned(), None, alias.unwrap_or(whole), reexport),
    }
}

fn leaf(node: Node<'_>, module: String, name: Option<&str>, alias: &str, reexport: bool) -> Import {
    Import { span: node_span(node), module, name: name.map(str::to_owned), alias: alias.to_owned(), reexport }
}

fn join(prefix: &str, path: &str) -> String {
    match (prefix.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (_, true) => prefix.to_owned(),
        _ => format!("{prefix}::{path}"),
    }
}

/// As written, without blanks and without the leading `::`.
fn path_text(reader: &Reader<'_, '_>, node: Node<'_>) -> String {
    let text: String = reader.text(node).split_whitespace().collect();
    text.trim_start_matches("::").to_owned()
}
