//! Text from strangers, made safe for GitHub's Markdown. Everything a report quotes (names, paths, code, messages)
//! passes through here: it can neither notify anyone, nor link, nor close a comment, nor leave its table cell.

/// Keeps GitHub from reading `@name` and `#123` across it, and takes no room.
const JOINER: char = '\u{2060}';

/// A sentence with optional `code` in backticks: the code stays code, everything else is inert.
pub fn prose(text: &str) -> String {
    render(text, false)
}

/// [`prose`] for a cell of a table.
pub fn cell_prose(text: &str) -> String {
    render(text, true)
}

/// A code span that shows exactly this text, with a fence longer than any run of backticks inside.
pub fn code(text: &str) -> String {
    code_span(text, false)
}

/// [`code`] for a cell of a table, where even inside code a bar must be escaped.
pub fn cell_code(text: &str) -> String {
    code_span(text, true)
}

/// A fenced block. `info` is ours, never a stranger's.
pub fn fence(info: &str, text: &str) -> String {
    let ticks = "`".repeat(longest_run(text).max(2) + 1);
    let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{ticks}{info}\n{text}{newline}{ticks}")
}

/// A sentence from a fragment: upper case at the start, a full stop at the end.
pub fn sentence(fragment: &str) -> String {
    let fragment = fragment.trim();
    let mut chars = fragment.chars();
    let start: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let stop = if fragment.is_empty() || fragment.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{start}{}{stop}", chars.as_str())
}

/// At most `max` characters, with an ellipsis for what is gone.
pub fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// One line without control characters and without characters that reorder or hide text.
pub fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if c.is_control() || is_deceptive(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Bidirectional controls and invisible characters: harmless in few texts, used to hide something in the others.
fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn render(text: &str, cell: bool) -> String {
    let text = visible(text);
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.as_str();
    // Backticks pair up from the left; one without a partner is an ordinary character.
    while let Some((before, after)) = rest.split_once('`') {
        let Some((inside, after)) = after.split_once('`') else { break };
        plain(before, &mut out);
        if inside.trim().is_empty() {
            plain("``", &mut out)
        } else {
            out.push_str(&code_span(inside, cell))
        }
        rest = after;
    }
    plain(rest, &mut out);
    out
}

fn plain(text: &str, out: &mut String) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '&' | '$' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.extend([c, JOINER]),
            '#' => out.extend(['\\', c, JOINER]),
            // `GH-12` is a reference, `http://` and `www.` link by themselves.
            '-' if ends_with_ignoring_case(out, "GH") => out.extend([c, JOINER]),
            ':' if chars.peek() == Some(&'/') => out.extend([c, JOINER]),
            '.' if ends_with_ignoring_case(out, "www") => out.extend([c, JOINER]),
            // Only at the start of a line would these open a list, a heading or a rule.
            '-' | '+' | '=' if out.is_empty() => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    text.len() >= end.len()
        && text.is_char_boundary(text.len() - end.len())
        && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

fn code_span(text: &str, cell: bool) -> String {
    let mut text = visible(text);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    if cell {
        text = text.replace('|', "\\|");
    }
    let ticks = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for byte in text.bytes() {
        run = if byte == b'`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_notify_link_or_close_a_comment() {
        assert_eq!(prose("ping @octocat about #12"), "ping @\u{2060}octocat about \\#\u{2060}12");
        assert_eq!(prose("see GH-12 and owner/repo#3"), "see GH-\u{2060}12 and owner/repo\\#\u{2060}3");
        assert_eq!(prose("a <!-- b --> c"), "a &lt;!-- b --&gt; c");
        assert_eq!(
            prose("https://evil.example www.evil.example"),
            "https:\u{2060}//evil.example www.\u{2060}evil.example"
        );
        assert_eq!(prose("![x](y) **b** | &lt;"), "!\\[x\\](y) \\*\\*b\\*\\* \\| \\&lt;");
        assert_eq!(prose("a\nb\u{202e}c\u{7}"), "a b\u{fffd}c\u{fffd}");
        assert_eq!(prose("- list"), "\\- list");
    }

    #[test]
    fn code_in_a_sentence_stays_code() {
        assert_eq!(prose("`err` is lost"), "`err` is lost");
        assert_eq!(prose("`a_b` and *c*"), "`a_b` and \\*c\\*");
        assert_eq!(prose("an odd ` tick @x"), "an odd \\` tick @\u{2060}x");
        assert_eq!(cell_prose("`a|b` | c"), "`a\\|b` \\| c");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(cell_code("a|b"), "`a\\|b`");
        assert_eq!(code("  "), "(empty)");
        assert_eq!(fence("suggestion", "a ``` b"), "````suggestion\na ``` b\n````");
        assert_eq!(fence("suggestion", ""), "```suggestion\n```");
    }

    #[test]
    fn sentences_and_cuts() {
        assert_eq!(sentence("the error is lost"), "The error is lost.");
        assert_eq!(sentence("`x` is lost!"), "`x` is lost!");
        assert_eq!(shortened("abcdef", 4), "abc…");
        assert_eq!(shortened("äöü", 3), "äöü");
    }
}
