//! Backslash escapes of string literals, as Python and JavaScript write them. Decoding never fails: what is not an
//! escape stays as written, for a rule that reads a message is better served by odd text than by none.

/// Appends `raw` to `out` with its escapes decoded.
pub(super) fn unescape(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = one(&rest[at..], out);
    }
    out.push_str(rest);
}

/// Decodes the escape at the start of `text` and returns what follows it.
fn one<'t>(text: &'t str, out: &mut String) -> &'t str {
    let mut chars = text.char_indices().skip(1);
    let Some((_, letter)) = chars.next() else {
        out.push('\\');
        return "";
    };
    let after = &text[1 + letter.len_utf8()..];
    let plain = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '\\' | '\'' | '"' | '`' | '$' | '/' => letter,
        '\n' => return after,
        '\r' => return after.strip_prefix('\n').unwrap_or(after),
        'x' => return code_point(text, after, 2, out),
        'U' => return code_point(text, after, 8, out),
        'u' => match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((digits, rest)) => return push_code(digits, 16, rest, text, out),
            None => return code_point(text, after, 4, out),
        },
        '0'..='7' => {
            let digits = text[1..].bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            return push_code(&text[1..=digits], 8, &text[1 + digits..], text, out);
        }
        _ => {
            out.push('\\');
            letter
        }
    };
    out.push(plain);
    after
}

fn code_point<'t>(text: &'t str, after: &'t str, digits: usize, out: &mut String) -> &'t str {
    match (after.get(..digits), after.get(digits..)) {
        (Some(code), Some(rest)) => push_code(code, 16, rest, text, out),
        _ => keep(text, out),
    }
}

fn push_code<'t>(digits: &str, radix: u32, rest: &'t str, text: &'t str, out: &mut String) -> &'t str {
    match u32::from_str_radix(digits, radix) {
        // A lone surrogate is no character; its place is kept.
        Ok(code) => out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
        Err(_) => return keep(text, out),
    }
    rest
}

/// Not an escape after all: the backslash stays.
fn keep<'t>(text: &'t str, out: &mut String) -> &'t str {
    out.push('\\');
    &text[1..]
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escapes_are_decoded_and_what_is_none_stays() {
        for (raw, text) in [
            (r"a\nb", "a\nb"),
            (r"\x41\u00df\U0001F600", "Aß😀"),
            (r"\u{1F600}", "😀"),
            (r"\0\101", "\0A"),
            (r"\d\ud800", "\\d\u{fffd}"),
            ("a\\\nb", "ab"),
            (r"\xg", r"\xg"),
            (r"\u12", r"\u12"),
            ("\\", "\\"),
            ("\\ß", "\\ß"),
            (r"\xßß", r"\xßß"),
        ] {
            let mut out = String::new();
            unescape(raw, &mut out);
            assert_eq!(out, text, "{raw}");
        }
    }
}
