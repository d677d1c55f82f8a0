//! Comments for the terminal: what Markdown means, without its signs, and without anything a terminal would obey.

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const CODE: &str = "\x1b[36m";
const OFF: &str = "\x1b[0m";

/// Lines of text, none of them wider than `width` where words allow it.
pub(super) fn lines(markdown: &str, width: usize) -> Vec<String> {
    let arena = Arena::new();
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.tasklist = true;
    options.extension.strikethrough = true;
    options.extension.alerts = true;
    let root = parse_document(&arena, markdown, &options);
    let mut writer = Writer { lines: Vec::new(), width };
    for node in root.children() {
        writer.block(node, "");
    }
    while writer.lines.last().is_some_and(String::is_empty) {
        writer.lines.pop();
    }
    writer.lines
}

/// Control characters, and those that turn text around, lose their power.
pub(super) fn tame(text: &str) -> String {
    let safe = |c: char| match c {
        '\t' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(safe).collect()
}

struct Writer {
    lines: Vec<String>,
    width: usize,
}

impl Writer {
    fn block<'a>(&mut self, node: &'a AstNode<'a>, indent: &str) {
        let value = node.data.borrow().value.clone();
        match &value {
            NodeValue::Paragraph => self.wrapped(&inline(node), indent, indent),
            NodeValue::Heading(_) => self.wrapped(&format!("{BOLD}{}{OFF}", inline(node)), indent, indent),
            NodeValue::CodeBlock(block) => self.code(&block.info, &block.literal, indent),
            NodeValue::HtmlBlock(block) => return self.html(&block.literal, indent),
            NodeValue::Table(_) => self.table(node, indent),
            NodeValue::Item(_) | NodeValue::TaskItem(_) => self.item(node, &value, indent),
            NodeValue::List(_) => {
                for child in node.children() {
                    self.block(child, indent);
                }
                self.lines.push(String::new());
                return;
            }
            NodeValue::ThematicBreak => self.lines.push(format!("{indent}{DIM}{}{OFF}", "─".repeat(24))),
            NodeValue::Alert(alert) => {
                let title = alert.title.clone().unwrap_or_else(|| alert.alert_type.default_title().to_owned());
                self.lines.push(format!("{indent}{BOLD}{}{OFF}", tame(&title)));
                self.children(node, &format!("{indent}│ "));
                return;
            }
            NodeValue::BlockQuote => return self.children(node, &format!("{indent}│ ")),
            _ => return self.children(node, indent),
        }
        if !matches!(value, NodeValue::Item(_) | NodeValue::TaskItem(_)) {
            self.lines.push(String::new());
        }
    }

    fn children<'a>(&mut self, node: &'a AstNode<'a>, indent: &str) {
        for child in node.children() {
            self.block(child, indent);
        }
    }

    fn item<'a>(&mut self, node: &'a AstNode<'a>, value: &NodeValue, indent: &str) {
        let mark = match value {
            NodeValue::TaskItem(task) if task.symbol.is_some() => "☑ ",
            NodeValue::TaskItem(_) => "☐ ",
            _ => "• ",
        };
        let inner = format!("{indent}  ");
        for (index, child) in node.children().enumerate() {
            let first = if index == 0 { format!("{indent}{mark}") } else { inner.clone() };
            let paragraph = matches!(child.data.borrow().value, NodeValue::Paragraph);
            if paragraph { self.wrapped(&inline(child), &first, &inner) } else { self.block(child, &inner) }
        }
    }

    fn code(&mut self, info: &str, literal: &str, indent: &str) {
        if info.trim() == "suggestion" {
            self.lines.push(format!("{indent}{DIM}suggested change:{OFF}"));
        }
        let mark = if info.trim() == "suggestion" { "+ " } else { "  " };
        for line in literal.lines() {
            self.lines.push(format!("{indent}{mark}{CODE}{}{OFF}", tame(line)));
        }
    }

    /// Only the words of HTML: marks of the program and tags are not for reading.
    fn html(&mut self, literal: &str, indent: &str) {
        let text = without_tags(literal);
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            self.wrapped(&format!("{BOLD}{}{OFF}", tame(line)), &format!("{indent}▸ "), indent);
            self.lines.push(String::new());
        }
    }

    fn table<'a>(&mut self, node: &'a AstNode<'a>, indent: &str) {
        let rows: Vec<Vec<String>> =
            node.children().map(|row| row.children().map(|cell| inline(cell)).collect()).collect();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let wide = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| shown(cell)).max();
        let widths: Vec<usize> = (0..columns).map(|column| wide(column).unwrap_or(0)).collect();
        if widths.iter().map(|width| width + 2).sum::<usize>() > self.width {
            // Too wide for the terminal: a row is read better as a sentence.
            for row in rows.iter().skip(1) {
                self.wrapped(&row.join(" — "), &format!("{indent}• "), &format!("{indent}  "));
            }
            return;
        }
        for row in &rows {
            let cells = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(shown(cell)))));
            self.lines.push(format!("{indent}{}", cells.collect::<Vec<_>>().join("  ").trim_end()));
        }
    }

    fn wrapped(&mut self, text: &str, first: &str, rest: &str) {
        for paragraph in text.split('\n') {
            let mut line = if self.lines.is_empty() || first == rest { rest.to_owned() } else { first.to_owned() };
            if paragraph.as_ptr() == text.as_ptr() {
                first.clone_into(&mut line);
            }
            let mut empty = true;
            for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
                if !empty && shown(&line) + 1 + shown(word) > self.width {
                    self.lines.push(std::mem::replace(&mut line, rest.to_owned()));
                    empty = true;
                }
                if !empty {
                    line.push(' ');
                }
                line.push_str(word);
                empty = false;
            }
            if !empty {
                self.lines.push(line);
            }
        }
    }
}

/// Width on the terminal: escapes take no place.
fn shown(text: &str) -> usize {
    let mut escape = false;
    let counts = text.chars().filter(|c| match (escape, c) {
        (false, '\x1b') => {
            escape = true;
            false
        }
        (true, 'm') => {
            escape = false;
            false
        }
        (escape, _) => !escape,
    });
    counts.count()
}

fn inline<'a>(node: &'a AstNode<'a>) -> String {
    let mut text = String::new();
    for child in node.children() {
        let value = child.data.borrow().value.clone();
        match value {
            NodeValue::Text(literal) => text.push_str(&tame(&literal)),
            NodeValue::Code(code) => text.push_str(&format!("{CODE}{}{OFF}", tame(&code.literal))),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push('\n'),
            NodeValue::Strong => text.push_str(&format!("{BOLD}{}{OFF}", inline(child))),
            NodeValue::HtmlInline(literal) => text.push_str(&tame(&without_tags(&literal))),
            _ => text.push_str(&inline(child)),
        }
    }
    text
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let end = if rest[at..].starts_with("<!--") {
            rest[at..].find("-->").map(|n| n + 3)
        } else {
            rest[at..].find('>').map(|n| n + 1)
        };
        rest = end.map_or("", |end| &rest[at + end..]);
    }
    text.push_str(rest);
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(markdown: &str, width: usize) -> String {
        let lines = lines(markdown, width).join("\n");
        [BOLD, DIM, CODE, OFF].iter().fold(lines, |text, code| text.replace(code, ""))
    }

    #[test]
    fn markdown_reads_as_text() {
        let text = "**Two** findings<!-- mark -->\n\n- `a.go` line 3\n- [x] done\n\n| rule | count |\n|---|---|\n| x | 10 |\n\n<details><summary>More</summary>\n\nhidden\n\n</details>\n\n```suggestion\nnew\n```";
        insta::assert_snapshot!(plain(text, 80), @r"
        Two findings

        • a.go line 3
        ☑ done

        rule  count
        x     10

        ▸ More

        hidden

        suggested change:
        + new
        ");
    }

    #[test]
    fn long_lines_are_wrapped_and_continue_below_their_text() {
        insta::assert_snapshot!(plain("- one two three four five six", 16), @r"
        • one two three
          four five six
        ");
    }

    #[test]
    fn tables_wider_than_the_terminal_become_sentences() {
        insta::assert_snapshot!(plain("| a | b |\n|---|---|\n| one two three | four five |", 20), @r"
        • one two three —
          four five
        ");
    }

    #[test]
    fn nothing_reaches_the_terminal_as_a_command() {
        let text = plain("a\u{1b}[31mred `\u{7}` \u{202e}x\n\n<b>\u{1b}]0;title\u{7}</b>", 80);
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
    }
}
