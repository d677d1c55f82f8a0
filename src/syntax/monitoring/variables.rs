//! Variables of dashboards and templates in an expression, replaced so that a parser can read it.

/// Stands for whatever a variable will be; never part of a name that anybody looks up.
pub(super) const HOLE: &str = "sightlinehole";

/// `$x`, `${x:csv}`, `[[x]]`, `{{ .x }}`, `%(x)s` replaced: by a duration where one must stand, inside quotes left as a
/// text, elsewhere by a name that is known to be none.
pub(super) fn filled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut quote: Option<u8> = None;
    while at < bytes.len() {
        let rest = &text[at..];
        if let Some(length) = variable(rest) {
            let duration = quote.is_none() && in_duration(&out, &text[at + length..]);
            out.push_str(if duration { "5m" } else { HOLE });
            at += length;
            continue;
        }
        let byte = bytes[at];
        match quote {
            Some(_) if byte == b'\\' => {
                // What is escaped goes with its backslash.
                let next = rest.chars().nth(1).map_or(1, |one| 1 + one.len_utf8());
                out.push_str(&rest[..next]);
                at += next;
                continue;
            }
            Some(open) if byte == open => quote = None,
            None if matches!(byte, b'"' | b'\'' | b'`') => quote = Some(byte),
            _ => {}
        }
        let length = rest.chars().next().map_or(1, char::len_utf8);
        out.push_str(&rest[..length]);
        at += length;
    }
    out
}

/// The length of a variable at the start of a text.
fn variable(text: &str) -> Option<usize> {
    let until = |open: &str, close: &str| {
        let rest = text.strip_prefix(open)?;
        let end = rest.find(close)?;
        (end <= 120).then_some(open.len() + end + close.len())
    };
    if let Some(length) = until("${", "}").or_else(|| until("[[", "]]")).or_else(|| until("{{", "}}")) {
        return Some(length);
    }
    if let Some(length) = until("%(", ")s").or_else(|| until("%(", ")d")) {
        return Some(length);
    }
    let rest = text.strip_prefix('$')?;
    let end = rest.find(|one: char| !one.is_ascii_alphanumeric() && one != '_').unwrap_or(rest.len());
    (end > 0).then_some(end + 1)
}

/// Whether what stands here must be a duration: in a range, or after `offset`.
fn in_duration(before: &str, after: &str) -> bool {
    let before = before.trim_end();
    let next = after.trim_start().chars().next();
    let range = before.ends_with('[') || before.ends_with(':') && before.rfind('[') > before.rfind(']');
    range && matches!(next, Some(']' | ':')) || before.ends_with("offset")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_durations_names_or_texts() {
        let cases = [
            ("rate(x{job=~\"$job\"}[$__rate_interval])", "rate(x{job=~\"sightlinehole\"}[5m])"),
            ("sum by ([[by]]) (x offset $gap)", "sum by (sightlinehole) (x offset 5m)"),
            ("${metric:raw}_total > {{ .Values.limit }}", "sightlinehole_total > sightlinehole"),
            ("a{b=\"\\\"$x\"}", "a{b=\"\\\"sightlinehole\"}"),
            ("é $", "é $"),
        ];
        for (text, expected) in cases {
            assert_eq!(filled(text), expected);
        }
    }
}
