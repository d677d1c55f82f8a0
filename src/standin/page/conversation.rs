//! The conversation, in the order in which it happened, and the checks below it.

use maud::{Markup, html};

use super::super::conversation::{Conversation, ReviewView};
use super::super::diff::FileDiff;
use super::super::world::Time;
use super::checks::checks;
use super::layout::short;
use super::markdown::render;
use super::thread::{byline, comment, thread};

pub(super) fn body(seen: &Conversation, files: &[FileDiff]) -> Markup {
    let mut timeline: Vec<(Time, Markup)> = Vec::new();
    for said in &seen.comments {
        timeline.push((said.created, comment(said, "commented", None)));
    }
    for done in &seen.reviews {
        let (Some(at), Some(shown)) = (done.submitted, review(seen, done)) else { continue };
        timeline.push((at, shown));
    }
    timeline.sort_by_key(|(at, _)| *at);
    let (added, removed) = files.iter().fold((0, 0), |(a, r), file| (a + file.count('+'), r + file.count('-')));
    html! {
        article.comment {
            (byline(&seen.author, "opened this pull request", None))
            @if seen.body.is_empty() { p.quiet { "No description provided." } } @else { (render(&seen.body, None)) }
            p.quiet {
                (files.len()) " files changed, " span.added { "+" (added) } " " span.removed { "−" (removed) }
                ", head " code { (short(&seen.head_sha)) }
            }
        }
        @for (_, entry) in &timeline { (entry) }
        @if timeline.is_empty() { p.waiting { "Nobody has said anything yet." } }
        (checks(&seen.checks))
    }
}

/// A review with the threads it opened. Answers in older threads are reviews too, but empty ones: they show there.
fn review(seen: &Conversation, done: &ReviewView) -> Option<Markup> {
    let mut opened = seen.threads.iter().filter(|thread| thread.review == done.id).peekable();
    if done.body.is_empty() && opened.peek().is_none() {
        return None;
    }
    let said = match done.state.as_str() {
        "APPROVED" => "approved these changes",
        "CHANGES_REQUESTED" => "requested changes",
        "DISMISSED" => "left a review that was dismissed",
        _ => "reviewed",
    };
    let files_page = format!("/{}/pull/{}/files", seen.repo, seen.number);
    Some(html! {
        article.review id=(format!("review-{}", done.id)) {
            (byline(&done.author, said, None))
            @if !done.body.is_empty() { (render(&done.body, None)) }
            @for found in opened { (thread(found, &files_page)) }
        }
    })
}
