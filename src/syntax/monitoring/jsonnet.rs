//! Jsonnet as text: its string literals, of which those are expressions that look like one.

use super::queries::{MAX_QUERIES, Scalar, query};
use crate::facts::{ConsumerKind, Query};

pub(super) fn queries(text: &str) -> Vec<Query> {
    let mut out = Vec::new();
    let mut alert: Option<String> = None;
    let mut at = 0;
    let mut line = 1_u32;
    while at < text.len() && out.len() < MAX_QUERIES {
        let rest = &text[at..];
        let Some((literal, length)) = literal(rest) else {
            let one = rest.chars().next().map_or(1, char::len_utf8);
            line += u32::from(rest.starts_with('\n'));
            at += one;
            // A comment may hold quotes.
            if rest.starts_with("//") || rest.starts_with('#') {
                at += rest.find('\n').unwrap_or(rest.len()).saturating_sub(one);
            }
            continue;
        };
        let before = text[..at].trim_end();
        if before.ends_with("alert:") || before.ends_with("record:") {
            alert = Some(literal.clone());
        } else if looks_like_a_query(&literal) {
            let named = before.ends_with("expr:") || before.ends_with("expr: |||");
            let kind = if named && alert.is_some() { ConsumerKind::Alert } else { ConsumerKind::Dashboard };
            let name = alert.clone().filter(|_| named);
            out.extend(query(Scalar { key: "expr", parent: "", value: literal, line, kind, name }));
        }
        line += rest[..length].matches('\n').count() as u32;
        at += length;
    }
    out
}

/// The literal that a text begins with, and its length.
fn literal(text: &str) -> Option<(String, usize)> {
    if let Some(block) = text.strip_prefix("|||") {
        let end = block.find("|||")?;
        return Some((block[..end].to_owned(), end + 6));
    }
    let open = text.chars().next().filter(|one| matches!(one, '"' | '\''))?;
    let mut skip = false;
    for (at, one) in text.char_indices().skip(1) {
        match one {
            _ if skip => skip = false,
            '\\' => skip = true,
            _ if one == open => return Some((text[1..at].replace("\\\"", "\"").replace("\\'", "'"), at + 1)),
            _ => {}
        }
    }
    None
}

fn looks_like_a_query(text: &str) -> bool {
    let called =
        ["rate(", "sum(", "sum by", "increase(", "histogram_quantile(", "max(", "avg(", "min(", "count(", "absent("];
    called.iter().any(|function| text.contains(function))
        || text.contains('{') && text.contains('_') && text.contains('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_that_are_expressions() {
        let text = "{\n  alert: 'Down',\n  // it's 'rate(z_total[5m])'\n  expr: |||\n    sum(rate(a_total{%(selector)s}[5m])) > 0\n  ||| % $._config,\n  title: 'just words',\n  q: 'sum(b_total)',\n}";
        let found: Vec<String> = queries(text)
            .iter()
            .map(|query| format!("{} {}@{}", query.title(), query.metrics[0].name, query.metrics[0].line))
            .collect();
        assert_eq!(found, ["alert `Down` a_total@5", "dashboard b_total@8"]);
    }
}
