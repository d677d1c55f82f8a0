//! The words of a finding: the rule's message with the code that its metavariables stand for.

use ast_grep_core::NodeMatch;

use super::document::Document;
use super::fault::plain;
use super::limits::SHOWN;

/// `$NAME` and `$$$NAME` are replaced by what they matched, shortened; unknown ones stay as they are written.
pub(super) fn message(template: &str, found: &NodeMatch<'_, Document>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let signs = rest[at..].bytes().take_while(|byte| *byte == b'$').count();
        let after = &rest[at + signs..];
        let length =
            after.find(|c: char| !(c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())).unwrap_or(after.len());
        let name = &after[..length];
        match text_of(name, signs, found) {
            Some(text) => out.push_str(&plain(&text, SHOWN)),
            None => {
                out.push_str(&rest[at..at + signs]);
                out.push_str(name);
            }
        }
        rest = &after[length..];
    }
    out.push_str(rest);
    out
}

fn text_of(name: &str, signs: usize, found: &NodeMatch<'_, Document>) -> Option<String> {
    let variables = found.get_env();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if signs == 3 {
        let nodes = variables.get_multiple_matches(name);
        let (first, last) = (nodes.first()?, nodes.last()?);
        let range = first.range().start..last.range().end;
        return Some(found.get_doc().part(range).to_owned());
    }
    variables.get_match(name).map(|node| node.text().into_owned())
}
