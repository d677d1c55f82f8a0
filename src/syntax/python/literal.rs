//! String literals: prefixes, f-strings, and literals that stand side by side.

use tree_sitter::Node;

use crate::facts::code::{Expr, ExprKind};
use crate::syntax::escape::unescape;
use crate::syntax::reader::Reader;

/// A `string` or `concatenated_string` node.
pub(super) fn string(reader: &Reader<'_, '_>, node: Node<'_>) -> ExprKind {
    let mut text = String::new();
    let mut holes = Vec::new();
    if node.kind() == "concatenated_string" {
        let mut cursor = node.walk();
        for part in node.named_children(&mut cursor).filter(|part| part.kind() == "string") {
            append(reader, part, &mut text, &mut holes);
        }
    } else {
        append(reader, node, &mut text, &mut holes);
    }
    ExprKind::Str { text, holes }
}

fn append(reader: &Reader<'_, '_>, node: Node<'_>, text: &mut String, holes: &mut Vec<Expr>) {
    let (mut raw, mut formatted) = (false, false);
    let mut cursor = node.walk();
    for part in node.named_children(&mut cursor) {
        match part.kind() {
            "string_start" => {
                let prefix = reader.text(part);
                raw = prefix.contains(['r', 'R']);
                // Template strings (`t"…"`) have the holes of f-strings.
                formatted = prefix.contains(['f', 'F', 't', 'T']);
            }
            "string_content" => content(reader.text(part), raw, formatted, text),
            "interpolation" => {
                text.push_str("{}");
                holes.extend(part.child_by_field_name("expression").map(|inner| reader.expr(inner)));
            }
            _ => {}
        }
    }
}

fn content(written: &str, raw: bool, formatted: bool, out: &mut String) {
    let doubled = formatted && written.contains(['{', '}']);
    let single = if doubled { written.replace("{{", "{").replace("}}", "}") } else { String::new() };
    let written = if doubled { single.as_str() } else { written };
    if raw { out.push_str(written) } else { unescape(written, out) }
}
