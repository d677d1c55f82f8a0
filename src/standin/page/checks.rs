//! Check runs: what they say, their annotations at their files.

use maud::{Markup, html};

use super::super::conversation::{AnnotationView, CheckView};
use super::markdown::render;

/// Sign and class of a run's state.
fn sign(check: &CheckView) -> (&'static str, &'static str) {
    match check.conclusion.as_deref() {
        Some("success") => ("✓", "good"),
        Some("neutral" | "skipped") => ("■", "neutral"),
        Some(_) => ("✕", "bad"),
        None if check.status == "in_progress" => ("●", "busy"),
        None => ("○", "busy"),
    }
}

pub(super) fn checks(found: &[CheckView]) -> Markup {
    let running = found.iter().any(|check| check.conclusion.is_none());
    let head = match (found.is_empty(), running) {
        (true, _) => "No checks yet",
        (false, true) => "Some checks have not completed yet",
        (false, false) => "All checks have completed",
    };
    html! {
        section.checks {
            h2 { (head) }
            @for check in found { (one(check)) }
        }
    }
}

fn one(check: &CheckView) -> Markup {
    let (sign, class) = sign(check);
    let state = check.conclusion.as_deref().unwrap_or(&check.status).replace('_', " ");
    html! {
        details.check open id=(format!("check-{}", check.id)) {
            summary {
                span class=(format!("sign {class}")) { (sign) } " " b { (check.name) } " " span.quiet { (state) }
                @if let Some(title) = &check.title { " — " (title) }
            }
            @if let Some(summary) = &check.summary { (render(summary, None)) }
            @if let Some(text) = &check.text { (render(text, None)) }
            @if !check.actions.is_empty() {
                p { @for action in &check.actions { span.button title=(action.description) { (action.label) } " " } }
            }
            @if !check.annotations.is_empty() {
                h3 { (check.annotations.len()) " annotation" @if check.annotations.len() != 1 { "s" } }
                @for note in &check.annotations { (annotation(note, true)) }
            }
        }
    }
}

pub(super) fn annotation(note: &AnnotationView, with_place: bool) -> Markup {
    let lines = if note.start_line == note.end_line {
        format!("line {}", note.end_line)
    } else {
        format!("lines {} to {}", note.start_line, note.end_line)
    };
    html! {
        div class=(format!("annotation {}", note.level)) {
            div.quiet { "Check " (note.level) @if with_place { " on " (lines) " in " code { (note.path) } } }
            @if let Some(title) = &note.title { b { (title) } }
            pre.message { (note.message) }
            @if let Some(raw) = note.raw_details.as_deref().filter(|raw| !raw.is_empty()) {
                details { summary { "Details" } pre { (raw) } }
            }
        }
    }
}
