//! Tokens of macros and attributes, and the question whether they are safe to hand to a recursive parser.

use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// How many tokens along one path may make a recursive-descent parser (or the drop of its tree) go one level deeper. Real
/// code stays below a tenth of it; the stack of a two-megabyte thread lasts for several times as many.
const MAX_DEPTH: u32 = 256;
/// What one delimiter counts for.
const GROUP_DEPTH: u32 = 3;
/// Longer arguments are data, not code.
const MAX_BYTES: usize = 32 * 1024;

/// The tokens of a text, unless it does not lex or is nested deeper than anyone writes by hand.
pub(super) fn lex(text: &str) -> Option<TokenStream> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let tokens = TokenStream::from_str(text).ok()?;
    is_shallow(tokens.clone(), 0).then_some(tokens)
}

fn is_shallow(tokens: TokenStream, outer: u32) -> bool {
    let mut depth = outer;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if depth > MAX_DEPTH {
            return false;
        }
        match token {
            TokenTree::Group(group) => {
                if !is_shallow(group.stream(), depth + GROUP_DEPTH) {
                    return false;
                }
                let goes_on = matches!(tokens.peek(), Some(TokenTree::Ident(word)) if *word == "else");
                depth = if group.delimiter() == Delimiter::Brace && !goes_on { outer } else { depth + 1 };
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ',' | ';' => depth = outer,
                ':' => {}
                _ => depth += 1,
            },
            TokenTree::Ident(word) => depth += u32::from(is_prefix(&word)),
            TokenTree::Literal(_) => {}
        }
    }
    depth <= MAX_DEPTH
}

/// Words after which an expression begins anew.
fn is_prefix(word: &proc_macro2::Ident) -> bool {
    ["return", "break", "yield", "move", "async", "if", "match", "while", "let", "static", "const"]
        .iter()
        .any(|prefix| word == prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_arguments_lex_and_bombs_do_not() {
        assert!(lex("\"{} {e}\", a.b().c(&mut d)?, |x| x + 1").is_some());
        assert!(lex("a, ".repeat(3000).as_str()).is_some());
        for bomb in
            ["(", "[", "{", "!", "-", "&", "|a|", "return ", "a.b().", "a = ", "if a {} else ", "*", "T<", "..="]
        {
            assert!(lex(&bomb.repeat(9000)).is_none(), "{bomb}");
        }
        let groups = format!("{}{}", "(".repeat(300), ")".repeat(300));
        assert!(lex(&groups).is_none());
    }
}
