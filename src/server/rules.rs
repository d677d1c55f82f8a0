//! The rule pages, at the addresses that check runs and comments link to.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use comrak::Options;
use http::StatusCode;
use maud::{PreEscaped, html};

use super::page::page;
use super::service::Service;

/// A page, ready to be shown.
#[derive(Clone, Debug)]
pub struct RulePage {
    title: String,
    html: String,
}

/// The pages by rule id, rendered once.
#[derive(Clone, Debug, Default)]
pub struct RulePages(BTreeMap<String, RulePage>);

impl RulePages {
    /// From `(id, title, Markdown)`. The Markdown is ours, and is cleaned all the same.
    pub fn new<'a>(pages: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        let mut options = Options::default();
        options.extension.table = true;
        options.extension.strikethrough = true;
        options.extension.autolink = true;
        let render = |(id, title, markdown): (&str, &str, &str)| {
            let html = ammonia::clean(&comrak::markdown_to_html(markdown, &options));
            (id.to_owned(), RulePage { title: title.to_owned(), html })
        };
        Self(pages.into_iter().map(render).collect())
    }
}

pub(super) async fn show(State(service): State<Service>, Path((family, slug)): Path<(String, String)>) -> Response {
    let id = format!("{family}/{slug}");
    let Some(rule) = service.rules.0.get(&id) else {
        let content = html! { h1 { "No such rule" } p { "There is no rule " code { (id) } "; " a href="/rules" { "these" } " exist." } };
        return page(StatusCode::NOT_FOUND, "No such rule", &content);
    };
    let content = html! {
        p.meta { a href="/rules" { "Rules" } " / " code { (id) } }
        (PreEscaped(&rule.html))
    };
    page(StatusCode::OK, &id, &content)
}

pub(super) async fn list(State(service): State<Service>) -> Response {
    let content = html! {
        h1 { "Rules" }
        table {
            thead { tr { th { "Rule" } th { "What it reports" } } }
            tbody {
                @for (id, rule) in &service.rules.0 {
                    tr { td { a href={ "/rules/" (id) } { (id) } } td { (rule.title) } }
                }
            }
        }
    };
    page(StatusCode::OK, "Rules", &content)
}
