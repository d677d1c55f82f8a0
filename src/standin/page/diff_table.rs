//! Lines of a diff as rows of a table: numbers of both sides, the mark, the text.

use maud::{Markup, html};

use super::super::diff::{Hunk, Line};

pub(super) fn row(line: &Line) -> Markup {
    let class = match line.mark {
        '+' => "plus",
        '-' => "minus",
        _ => "same",
    };
    html! {
        tr class=(class) {
            td.no { @if let Some(number) = line.old { (number) } }
            td.no { @if let Some(number) = line.new { (number) } }
            td.mark { (line.mark) }
            td.code { (visible(&line.text)) }
        }
    }
}

pub(super) fn hunk_header(hunk: &Hunk) -> Markup {
    html! { tr.hunk { td.no {} td.no {} td.mark {} td.code { (visible(&hunk.header)) } } }
}

/// Characters that would change how the text around them reads are shown by name.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push(c),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
                shown.push_str(&format!("<U+{:04X}>", c as u32));
            }
            c if c.is_control() => shown.push('\u{fffd}'),
            c => shown.push(c),
        }
    }
    shown
}
