//! One comment, one thread of them.

use maud::{Markup, html};

use super::super::clock::stamp;
use super::super::conversation::{CommentView, ThreadView};
use super::super::diff::hunks;
use super::super::pull::Side;
use super::diff_table::row;
use super::markdown::{Replaced, render};

/// Letters that stand in for a picture of the author.
fn avatar(login: &str) -> Markup {
    let letter = login.chars().next().unwrap_or('?').to_uppercase().to_string();
    html! { span.avatar aria-hidden="true" { (letter) } }
}

pub(super) fn byline(login: &str, said: &str, comment: Option<&CommentView>) -> Markup {
    let bot = login.ends_with("[bot]");
    html! {
        div.byline {
            (avatar(login)) b { (login.trim_end_matches("[bot]")) }
            @if bot { span.label { "bot" } }
            " " span.quiet { (said) }
            @if let Some(comment) = comment {
                " " time.quiet datetime=(stamp(comment.created)) { (comment.created.format("%H:%M:%S")) }
                @if comment.edited { span.quiet { " · edited" } }
            }
        }
    }
}

/// A comment; folded with its reason when it was minimised.
pub(super) fn comment(comment: &CommentView, said: &str, replaced: Replaced<'_>) -> Markup {
    let body = html! {
        (render(&comment.body, replaced))
        @if !comment.reactions.is_empty() {
            div.reactions { @for reaction in &comment.reactions { span.label { (face(reaction)) } } }
        }
    };
    html! {
        article.comment id=(format!("comment-{}", comment.id)) {
            (byline(&comment.author, said, Some(comment)))
            @if let Some(reason) = &comment.minimised {
                details.minimised {
                    summary { "This comment was marked as " (reason.to_lowercase().replace('_', "-")) "." }
                    (body)
                }
            } @else {
                (body)
            }
        }
    }
}

fn face(reaction: &str) -> &'static str {
    match reaction {
        "+1" => "👍",
        "-1" => "👎",
        "laugh" => "😄",
        "hooray" => "🎉",
        "confused" => "😕",
        "heart" => "❤️",
        "rocket" => "🚀",
        _ => "👀",
    }
}

/// A thread below the lines it is about, as the conversation shows it.
pub(super) fn thread(seen: &ThreadView, files_page: &str) -> Markup {
    let place = seen.line.or(seen.original_line);
    html! {
        section.thread id=(format!("thread-{}", seen.id)) {
            header {
                a href=(format!("{files_page}#thread-{}", seen.id)) { code { (seen.path) @if let Some(line) = place { ":" (line) } } }
                @if seen.outdated { span.label.warn { "Outdated" } }
                @if seen.resolved { span.label { "Resolved" } }
            }
            (quoted(seen))
            (comments(seen))
        }
    }
}

/// The comments alone, for a place where the lines are shown already.
pub(super) fn comments(seen: &ThreadView) -> Markup {
    let lines = replaced(seen);
    html! {
        @for (index, said) in seen.comments.iter().enumerate() {
            (comment(said, if index == 0 { "commented" } else { "replied" }, Some(&lines)))
        }
    }
}

/// The last lines of the hunk: those of the thread and a few before.
fn quoted(seen: &ThreadView) -> Markup {
    let hunks = hunks(&seen.diff_hunk);
    let Some(hunk) = hunks.first() else { return html! {} };
    let range = match (seen.start_line, seen.line) {
        (Some(start), Some(line)) => usize::try_from(line.saturating_sub(start)).unwrap_or(0),
        _ => 0,
    };
    let shown = hunk.lines.len().saturating_sub(range + 4);
    html! { table.diff { @for line in &hunk.lines[shown..] { (row(line)) } } }
}

/// The text a suggestion in this thread would replace.
fn replaced(seen: &ThreadView) -> Vec<String> {
    let (Some(last), Side::Right) = (seen.original_line, seen.side) else { return Vec::new() };
    let first = seen.start_line.unwrap_or(last).min(last);
    let hunks = hunks(&seen.diff_hunk);
    let lines = hunks.iter().flat_map(|hunk| &hunk.lines);
    lines.filter(|line| line.new.is_some_and(|n| (first..=last).contains(&n))).map(|line| line.text.clone()).collect()
}
