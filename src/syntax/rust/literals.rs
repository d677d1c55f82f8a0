//! Strings, format strings and struct literals.

use tree_sitter::Node;

use super::super::reader::{Reader, node_span};
use crate::facts::code::{Arg, Expr, ExprKind};

/// The value of a string literal as written: plain, raw, byte or C string.
pub(super) fn decode(written: &str) -> String {
    let open = written.find('"').unwrap_or(0);
    let prefix = &written[..open];
    let body = written.get(open + 1..).unwrap_or_default();
    if prefix.contains('r') {
        let hashes = prefix.bytes().filter(|byte| *byte == b'#').count();
        return body.get(..body.len().saturating_sub(hashes + 1)).unwrap_or_default().to_owned();
    }
    unescape(body.strip_suffix('"').unwrap_or(body))
}

fn unescape(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut chars = body.chars();
    while let Some(next) = chars.next() {
        if next != '\\' {
            out.push(next);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some('x') => out.extend(number(&chars.by_ref().take(2).collect::<String>())),
            Some('u') => {
                let digits: String = chars.by_ref().take_while(|digit| *digit != '}').collect();
                out.extend(number(digits.trim_start_matches('{')));
            }
            // A line that is continued loses its indentation.
            Some('\n') => {
                let rest = chars.as_str();
                chars = rest.trim_start().chars();
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

fn number(digits: &str) -> Option<char> {
    u32::from_str_radix(&digits.replace('_', ""), 16).ok().and_then(char::from_u32)
}

/// One `{…}` of a format string.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Placeholder {
    /// What stands before the colon: nothing, a number or a name.
    pub(super) name: String,
    /// Where the name stands in the scanned text.
    pub(super) start: usize,
}

/// The text with each placeholder reduced to `{}`, and the placeholders. `None` when the braces do not match up.
pub(super) fn placeholders(text: &str) -> Option<(String, Vec<Placeholder>)> {
    let mut out = String::with_capacity(text.len());
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(['{', '}']) {
        let brace = at + offset;
        out.push_str(&text[at..brace]);
        let rest = &text[brace..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            out.push_str(&rest[..2]);
            at = brace + 2;
            continue;
        }
        let close = rest.starts_with('{').then(|| rest.find('}'))??;
        // In a literal as written, `\u{1F4A9}` is a character.
        if text[..brace].ends_with("\\u") {
            out.push_str(&rest[..=close]);
        } else {
            let name = rest[1..close].split(':').next().unwrap_or_default().trim();
            found.push(Placeholder { name: name.to_owned(), start: brace + 1 });
            out.push_str("{}");
        }
        at = brace + close + 1;
    }
    out.push_str(&text[at..]);
    Some((out, found))
}

/// The fields of a struct literal as named arguments; `..base` is a spread without a name.
pub(super) fn fields(reader: &Reader<'_, '_>, list: Node<'_>) -> Vec<Arg> {
    let mut cursor = list.walk();
    let entries = list.named_children(&mut cursor).filter(|child| !child.is_extra());
    entries.filter_map(|entry| field(reader, entry)).collect()
}

fn field(reader: &Reader<'_, '_>, entry: Node<'_>) -> Option<Arg> {
    let span = node_span(entry);
    match entry.kind() {
        "field_initializer" => {
            let name = entry.child_by_field_name("field")?;
            let value = reader.expr(entry.child_by_field_name("value")?);
            Some(Arg { span, name: Some(reader.text(name).to_owned()), value })
        }
        "shorthand_field_initializer" => {
            let name = entry.named_child(entry.named_child_count().checked_sub(1)? as u32)?;
            Some(Arg { span, name: Some(reader.text(name).to_owned()), value: reader.expr(name) })
        }
        "base_field_initializer" => {
            let base = reader.expr(entry.named_child(0)?);
            Some(Arg { span, name: None, value: Expr { span, kind: ExprKind::Spread(Box::new(base)) } })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_string_decodes() {
        assert_eq!(decode(r#""a\n\"b\" \u{e9} \x41""#), "a\n\"b\" é A");
        assert_eq!(decode("r#\"a \"b\" \\n\"#"), "a \"b\" \\n");
        assert_eq!(decode("b\"ab\""), "ab");
        assert_eq!(decode("\"a \\\n     b\""), "a b");
        assert_eq!(decode("\"unfinished"), "unfinished");
        assert_eq!(decode("r##\"x"), "");
    }

    #[test]
    fn placeholders_keep_their_names() {
        let (text, found) = placeholders("a {} {0} {e:?} {{x}} {width$}").unwrap();
        assert_eq!(text, "a {} {} {} {{x}} {}");
        assert_eq!(found.iter().map(|hole| hole.name.as_str()).collect::<Vec<_>>(), ["", "0", "e", "width$"]);
        assert_eq!(placeholders("a { b"), None);
        assert_eq!(placeholders("a } b"), None);
    }
}
