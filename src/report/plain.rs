//! Text of strangers, made safe for a terminal: nothing in it moves the cursor, changes colours or turns the direction
//! of writing around.

/// One visible character for each that is not; the count of characters stays the same, so columns still fit.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_cannot_be_seen_is_replaced_one_by_one() {
        assert_eq!(super::visible("a\u{1b}[31m\u{202e}b\r\tc"), "a\u{fffd}[31m\u{fffd}b\u{fffd}\tc");
    }
}
