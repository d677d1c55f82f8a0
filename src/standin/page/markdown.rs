//! Markdown as GitHub renders it in comments, made safe, with suggestion blocks as small diffs.

use ammonia::Builder;
use comrak::nodes::{NodeHtmlBlock, NodeValue};
use comrak::{Arena, Options, format_html, parse_document};
use maud::{Markup, PreEscaped, html};

/// The lines a suggestion would replace; `None` where a suggestion has no meaning.
pub(super) type Replaced<'a> = Option<&'a [String]>;

pub(super) fn render(text: &str, replaced: Replaced<'_>) -> Markup {
    let arena = Arena::new();
    let options = options();
    let root = parse_document(&arena, text, &options);
    // Suggestions are put in after sanitising. The marker cannot be guessed, so no comment can forge one.
    let marker = format!("s{:032x}", fastrand::u128(..));
    let mut suggestions = Vec::new();
    for node in root.descendants() {
        let mut data = node.data.borrow_mut();
        let NodeValue::CodeBlock(block) = &data.value else { continue };
        if block.info.trim() != "suggestion" {
            continue;
        }
        let literal = format!("<p>{marker}{}e</p>\n", suggestions.len());
        suggestions.push(suggestion(&block.literal, replaced));
        data.value = NodeValue::HtmlBlock(NodeHtmlBlock { block_type: 6, literal });
    }
    let mut raw = String::new();
    if format_html(root, &options, &mut raw).is_err() {
        return html! { pre { (text) } };
    }
    let mut clean = sanitiser().clean(&raw).to_string();
    for (index, shown) in suggestions.into_iter().enumerate() {
        clean = clean.replace(&format!("<p>{marker}{index}e</p>"), &shown.into_string());
    }
    html! { div.markdown { (PreEscaped(clean)) } }
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.render.hardbreaks = true;
    // Raw HTML is allowed on GitHub; what is dangerous about it is taken out afterwards.
    options.render.r#unsafe = true;
    options
}

fn sanitiser() -> Builder<'static> {
    const ALERTS: [&str; 5] = ["note", "tip", "important", "warning", "caution"];
    const CLASSES: [&str; 6] = [
        "markdown-alert",
        "markdown-alert-note",
        "markdown-alert-tip",
        "markdown-alert-important",
        "markdown-alert-warning",
        "markdown-alert-caution",
    ];
    debug_assert_eq!(ALERTS.len() + 1, CLASSES.len(), "one class per kind of alert, and one for all");
    let mut builder = Builder::default();
    builder
        .add_tags(["input"])
        .add_tag_attributes("input", ["checked", "disabled"])
        .add_tag_attribute_values("input", "type", ["checkbox"])
        .add_tag_attributes("details", ["open"])
        .add_allowed_classes("div", CLASSES)
        .add_allowed_classes("p", ["markdown-alert-title"])
        // Images would have to be fetched, and the pages load nothing.
        .rm_tags(["img"])
        .id_prefix(Some("user-content-"));
    builder
}

fn suggestion(text: &str, replaced: Replaced<'_>) -> Markup {
    html! {
        div.suggestion {
            div.suggestion-title { "Suggested change" }
            table.diff {
                @for line in replaced.unwrap_or_default() {
                    tr.minus { td.mark { "-" } td.code { (line) } }
                }
                @for line in text.lines() {
                    tr.plus { td.mark { "+" } td.code { (line) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::render;

    fn html(text: &str) -> String {
        render(text, None).into_string()
    }

    #[test]
    fn what_github_knows_is_rendered() {
        let page = html(
            "> [!WARNING]\n> careful\n\n| a |\n|---|\n| b |\n\n- [x] done\n\n<details><summary>more</summary>\n\nhidden *text*\n\n</details>",
        );
        for part in ["markdown-alert-warning", "<td>b</td>", "type=\"checkbox\"", "<details>", "<em>text</em>"] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn nothing_dangerous_survives() {
        let page = html(
            "<script>alert(1)</script><img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))\n\n<b onclick=x style='position:fixed'>b</b>",
        );
        for part in ["<script", "<img", "onerror", "href=\"javascript", "onclick", "style="] {
            assert!(!page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn suggestions_become_small_diffs_and_their_text_is_escaped() {
        let lines = ["old <b>".to_owned()];
        let page = render("```suggestion\nnew <i>\n```\n", Some(&lines)).into_string();
        assert!(page.contains("old &lt;b&gt;") && page.contains("new &lt;i&gt;"), "{page}");
    }
}
