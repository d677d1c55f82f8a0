//! The frame of every page: head, title of the pull request, tabs.

use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::super::conversation::Conversation;

const STYLE: &str = include_str!("style.css");
const LIVE: &str = include_str!("live.js");

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Conversation,
    Files,
}

/// The policy lets the page's own script run, once per answer, and nothing else load.
pub(super) fn served(title: &str, tab: Option<(Tab, &Conversation, usize)>, body: &Markup) -> Response {
    let nonce = format!("{:032x}", fastrand::u128(..));
    let page = page(title, tab, &nonce, body).into_string();
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'"
    );
    let mut response = ([(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn page(title: &str, tab: Option<(Tab, &Conversation, usize)>, nonce: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                div.notice { "This is Sightline's stand-in of GitHub, on this machine only." }
                main id="page" {
                    @if let Some((tab, seen, files)) = tab { (header(tab, seen, files)) }
                    (body)
                }
                @if tab.is_some() { script nonce=(nonce) { (PreEscaped(LIVE)) } }
            }
        }
    }
}

fn header(tab: Tab, seen: &Conversation, files: usize) -> Markup {
    let here = format!("/{}/pull/{}", seen.repo, seen.number);
    let (state, word) = match (seen.open, seen.merged, seen.draft) {
        (true, _, true) => ("draft", "Draft"),
        (true, ..) => ("open", "Open"),
        (false, true, _) => ("merged", "Merged"),
        (false, ..) => ("closed", "Closed"),
    };
    html! {
        p.crumb { a href=(format!("/{}", seen.repo)) { (seen.repo) } }
        h1 { (seen.title) " " span.number { "#" (seen.number) } }
        p.lead {
            span class=(format!("pill {state}")) { (word) } " "
            b { (seen.author) } " wants to merge into " code { (seen.base_ref) } " from " code { (seen.head_ref) }
            " at " code { (short(&seen.head_sha)) }
        }
        nav {
            a href=(here) aria-current=[(tab == Tab::Conversation).then_some("page")] {
                "Conversation " span.count { (seen.comments.len() + seen.threads.len()) }
            }
            a href=(format!("{here}/files")) aria-current=[(tab == Tab::Files).then_some("page")] {
                "Files changed " span.count { (files) }
            }
        }
    }
}

pub(super) fn short(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}
