//! What a publication has to change: what stands on the pull request, against what should stand there. Pure. The same
//! finding changes nothing, moved code changes nothing, a finding that is gone has its comment closed, one that returns
//! has it re-opened. Nothing is ever deleted, and nothing that a person hid or resolved is brought back.

use std::collections::{HashMap, HashSet};

use super::conversation::{Comment, Thread};
use super::edit::{Classifier, Edit};
use crate::model::FilePath;
use crate::model::publication::ReviewComment;
use crate::report::closing::closed;
use crate::report::marker::{FindingMark, Standing, is_summary, without_marker};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// New comments, as one review.
    pub review: Vec<ReviewComment>,
    /// In order: a comment is hidden before its text says why, so that the text is what marks the work as done.
    pub edits: Vec<Edit>,
    /// Fingerprints that have a comment in the diff, once the review is posted.
    pub shown: HashSet<String>,
}

/// `closing` says what became of a finding that is no longer wanted (by fingerprint and path), or `None` when that is
/// not known: a file that was not read this time proves nothing.
pub fn plan(
    threads: &[Thread],
    wanted: &[ReviewComment],
    closing: impl Fn(&str, &FilePath) -> Option<String>,
    resolve_threads: bool,
) -> Plan {
    let mut plan = Plan::default();
    let mut open: HashMap<&str, &ReviewComment> = HashMap::new();
    for comment in wanted {
        open.entry(comment.fingerprint.as_str()).or_insert(comment);
    }
    let aside = put_aside(threads, wanted, &open);
    for (thread, mark) in threads.iter().filter(|thread| thread.comment.ours).filter_map(marked) {
        match open.get(mark.fingerprint.as_str()) {
            _ if !plan.shown.insert(mark.fingerprint.clone()) => plan.hide_duplicate(&thread.comment),
            Some(wanted) => plan.keep(thread, mark.standing, wanted, resolve_threads),
            None if aside.contains_key(thread.id.as_str()) => {
                plan.shown.extend(aside.get(thread.id.as_str()).map(|successor| (*successor).to_owned()));
            }
            None => {
                if mark.standing == Standing::Open
                    && let Some(outcome) = closing(&mark.fingerprint, &thread.path)
                {
                    plan.close(thread, &outcome, resolve_threads);
                }
            }
        }
    }
    for comment in wanted {
        if comment.inline && comment.anchor.is_some() && plan.shown.insert(comment.fingerprint.clone()) {
            plan.review.push(comment.clone());
        }
    }
    plan
}

/// Threads that a person has put aside and whose finding has changed a little since: by id, with the fingerprint that it
/// has now. It stays aside: the same rule in the same file, where it was, and where there is a new one.
fn put_aside<'a>(
    threads: &'a [Thread],
    wanted: &'a [ReviewComment],
    open: &HashMap<&str, &ReviewComment>,
) -> HashMap<&'a str, &'a str> {
    let known: HashSet<String> = threads
        .iter()
        .filter(|thread| thread.comment.ours)
        .filter_map(marked)
        .map(|(_, mark)| mark.fingerprint)
        .collect();
    let mut fresh: HashMap<(&FilePath, &str), Vec<&str>> = HashMap::new();
    for comment in wanted.iter().rev().filter(|comment| !known.contains(&comment.fingerprint)) {
        if let (Some(anchor), Some(rule)) = (&comment.anchor, rule_of(&comment.body)) {
            fresh.entry((&anchor.path, rule)).or_default().push(&comment.fingerprint);
        }
    }
    let mut aside = HashMap::new();
    for (thread, mark) in threads.iter().filter(|thread| thread.comment.ours).filter_map(marked) {
        // We hide duplicates ourselves, and everything else only once it is closed.
        let hidden = thread.comment.hidden.as_ref().is_some_and(|why| !why.eq_ignore_ascii_case("duplicate"));
        let by_person = mark.standing == Standing::Open && (thread.resolved || hidden);
        if by_person
            && !open.contains_key(mark.fingerprint.as_str())
            && let Some(rule) = rule_of(&thread.comment.body)
            && let Some(successor) = fresh.get_mut(&(&thread.path, rule)).and_then(Vec::pop)
        {
            aside.insert(thread.id.as_str(), successor);
        }
    }
    aside
}

/// The rule of one of our comments: the last line for people says how to silence it.
fn rule_of(body: &str) -> Option<&str> {
    let (_, rest) = body.rsplit_once("sightline: allow(")?;
    rest.split_once(')').map(|(rule, _)| rule)
}

fn marked(thread: &Thread) -> Option<(&Thread, FindingMark)> {
    FindingMark::of_body(&thread.comment.body).map(|mark| (thread, mark))
}

impl Plan {
    fn keep(&mut self, thread: &Thread, standing: Standing, wanted: &ReviewComment, resolve_threads: bool) {
        let comment = &thread.comment;
        let update = || Edit::UpdateReviewComment { comment: comment.id.clone(), body: wanted.body.clone() };
        match standing {
            Standing::Open if same_but_for_places(&comment.body, &wanted.body) => {}
            Standing::Open => self.edits.push(update()),
            Standing::Closed => {
                if comment.hidden.is_some() {
                    self.edits.push(Edit::Unminimise { comment: comment.id.clone() });
                }
                if resolve_threads && thread.resolved {
                    self.edits.push(Edit::Unresolve { thread: thread.id.clone() });
                }
                self.edits.push(update());
            }
        }
    }

    fn close(&mut self, thread: &Thread, outcome: &str, resolve_threads: bool) {
        let comment = &thread.comment;
        if comment.hidden.is_none() {
            self.edits.push(Edit::Minimise { comment: comment.id.clone(), why: Classifier::Resolved });
        }
        if resolve_threads && !thread.resolved {
            self.edits.push(Edit::Resolve { thread: thread.id.clone() });
        }
        let body = closed(&comment.body, outcome);
        self.edits.push(Edit::UpdateReviewComment { comment: comment.id.clone(), body });
    }

    fn hide_duplicate(&mut self, comment: &Comment) {
        if comment.hidden.is_none() {
            self.edits.push(Edit::Minimise { comment: comment.id.clone(), why: Classifier::Duplicate });
        }
    }
}

/// What the summary comment needs: `wanted` is its text, if there is anything to say; a comment that has nothing left
/// to say becomes `all_clear`.
pub fn summary_edits(
    comments: &[Comment],
    subject: &str,
    wanted: Option<String>,
    all_clear: impl FnOnce() -> String,
) -> Vec<Edit> {
    let mut ours = comments.iter().filter(|comment| comment.ours && is_summary(&comment.body));
    let Some(existing) = ours.next() else {
        return wanted.map(|body| Edit::AddComment { subject: subject.to_owned(), body }).into_iter().collect();
    };
    let body = match wanted {
        Some(body) if normal(&body) == normal(&existing.body) => None,
        Some(body) => Some(body),
        // A new commit alone is no news.
        None => Some(all_clear()).filter(|body| !same_but_for_places(body, &existing.body)),
    };
    let update = body.map(|body| Edit::UpdateComment { comment: existing.id.clone(), body });
    let duplicates = ours.filter(|comment| comment.hidden.is_none());
    let hide = duplicates.map(|comment| Edit::Minimise { comment: comment.id.clone(), why: Classifier::Duplicate });
    update.into_iter().chain(hide).collect()
}

/// Whether two bodies say the same, line numbers and commits aside.
fn same_but_for_places(one: &str, other: &str) -> bool {
    placeless(without_marker(one)) == placeless(without_marker(other))
}

fn normal(body: &str) -> String {
    body.replace("\r\n", "\n").trim().to_owned()
}

/// The text with every number and every commit id replaced by one sign.
fn placeless(text: &str) -> String {
    let text = normal(text);
    let mut out = String::with_capacity(text.len());
    let word = |c: char| c.is_ascii_alphanumeric();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let length = if word(first) { rest.find(|c| !word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, after) = rest.split_at(length);
        let commit = token.len() >= 7
            && token.bytes().all(|b| b.is_ascii_hexdigit())
            && token.bytes().any(|b| b.is_ascii_digit());
        let number = !token.is_empty() && token.trim_start_matches('L').bytes().all(|b| b.is_ascii_digit());
        out.push_str(if commit || number { "0" } else { token });
        rest = after;
    }
    out
}

#[cfg(test)]
#[path = "reconcile_tests.rs"]
mod tests;
