//! What log queries look for: line filters of LogQL, and filter patterns of cloud log alarms.

use crate::facts::MessageUse;

/// Shorter texts find too much to be about one message.
const MIN_TEXT: usize = 4;

/// Whether an expression filters log lines.
pub(super) fn is_logql(text: &str) -> bool {
    text.contains('{') && ["|=", "|~"].iter().any(|filter| text.contains(filter))
}

/// The texts and patterns of `|= "…"` and `|~ "…"`.
pub(super) fn messages(text: &str, line: u32) -> Vec<MessageUse> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut offset = 0;
    while let Some(at) = rest.find(['|']) {
        let after = &rest[at + 1..];
        let pattern = match after.chars().next() {
            Some('=') => Some(false),
            Some('~') => Some(true),
            _ => None,
        };
        let tail = after.get(1..).unwrap_or_default().trim_start();
        if let (Some(pattern), Some(found)) = (pattern, quoted(tail)) {
            let line = line + text[..offset + at].matches('\n').count() as u32;
            if found.len() >= MIN_TEXT {
                out.push(MessageUse { text: found, pattern, line });
            }
        }
        offset += at + 1;
        rest = after;
    }
    out
}

/// `"literal text"` or words of a CloudWatch filter pattern; JSON and column patterns are about fields, not about texts.
pub(super) fn filter_pattern(text: &str, line: u32) -> Vec<MessageUse> {
    let text = text.trim();
    if text.starts_with(['{', '[']) {
        return Vec::new();
    }
    let found = quoted(text).unwrap_or_else(|| text.to_owned());
    let worth = found.len() >= MIN_TEXT && found.contains(' ');
    if worth { vec![MessageUse { text: found, pattern: false, line }] } else { Vec::new() }
}

/// The string literal at the start of a text, unescaped.
fn quoted(text: &str) -> Option<String> {
    let open = text.chars().next().filter(|one| matches!(one, '"' | '`'))?;
    let mut out = String::new();
    let mut characters = text[1..].chars();
    while let Some(one) = characters.next() {
        match one {
            _ if one == open => return Some(out),
            '\\' if open == '"' => match characters.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                other => out.push(other),
            },
            _ => out.push(one),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_filters_are_found_with_their_kind() {
        let text = "sum(rate({app=\"pay\"} |= \"declined by\" != \"dry run\"\n |~ `time(d)? out` | json [5m]))";
        assert!(is_logql(text));
        let found: Vec<(String, bool, u32)> =
            messages(text, 3).into_iter().map(|one| (one.text, one.pattern, one.line)).collect();
        assert_eq!(found, [("declined by".to_owned(), false, 3), ("time(d)? out".to_owned(), true, 4)]);
        assert!(!is_logql("rate(x{a=\"b\"}[5m])"));
    }

    #[test]
    fn filter_patterns_are_texts_only() {
        assert_eq!(filter_pattern("\"payment declined\"", 1)[0].text, "payment declined");
        assert!(filter_pattern("{ $.level = \"error\" }", 1).is_empty());
    }
}
