//! What a pull request looks like at one moment: plain data for tests, for the demo and for the page.

use super::pull::{IssueComment, Pull, ReviewComment, Side, Thread};
use super::world::{Repo, Time, World};

#[derive(Clone, Debug)]
pub struct Conversation {
    pub repo: String,
    pub number: u64,
    pub title: String,
    /// The description; empty when there is none.
    pub body: String,
    pub author: String,
    pub opened: Time,
    pub base_ref: String,
    pub head_ref: String,
    pub open: bool,
    pub merged: bool,
    pub draft: bool,
    pub head_sha: String,
    pub base_sha: String,
    pub reviews: Vec<ReviewView>,
    pub threads: Vec<ThreadView>,
    pub comments: Vec<CommentView>,
    /// Check runs on the head, oldest first.
    pub checks: Vec<CheckView>,
}

#[derive(Clone, Debug)]
pub struct ReviewView {
    pub id: u64,
    pub author: String,
    /// `None` for a draft.
    pub submitted: Option<Time>,
    pub state: String,
    pub body: String,
}

#[derive(Clone, Debug)]
pub struct ThreadView {
    pub id: u64,
    /// The review that opened it.
    pub review: u64,
    pub path: String,
    pub side: Side,
    /// `None` when outdated or about the whole file.
    pub line: Option<u32>,
    pub start_line: Option<u32>,
    pub original_line: Option<u32>,
    pub outdated: bool,
    pub resolved: bool,
    pub diff_hunk: String,
    pub comments: Vec<CommentView>,
}

#[derive(Clone, Debug)]
pub struct CommentView {
    pub id: u64,
    pub author: String,
    pub body: String,
    pub created: Time,
    pub edited: bool,
    /// The reason in capitals, as it was given.
    pub minimised: Option<String>,
    pub reactions: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct CheckView {
    pub id: u64,
    pub name: String,
    pub head_sha: String,
    pub status: String,
    pub conclusion: Option<String>,
    pub title: Option<String>,
    pub summary: Option<String>,
    pub text: Option<String>,
    pub annotations: Vec<AnnotationView>,
    pub actions: Vec<ActionView>,
}

/// A button beside a completed run.
#[derive(Clone, Debug)]
pub struct ActionView {
    pub label: String,
    pub description: String,
    pub identifier: String,
}

#[derive(Clone, Debug)]
pub struct AnnotationView {
    pub path: String,
    pub start_line: u64,
    pub end_line: u64,
    pub level: String,
    pub title: Option<String>,
    pub message: String,
    pub raw_details: Option<String>,
}

impl Conversation {
    pub(super) fn of(world: &World, repo: &str, number: u64) -> Option<Self> {
        let found = world.repo(repo)?;
        let pull = found.pulls.get(&number)?;
        Some(Self {
            repo: found.full_name(),
            number,
            title: pull.title.clone(),
            body: pull.body.clone().unwrap_or_default(),
            author: pull.author.clone(),
            opened: pull.created,
            base_ref: pull.base_ref.clone(),
            head_ref: pull.head_ref.clone(),
            open: pull.open,
            merged: pull.merged.is_some(),
            draft: pull.draft,
            head_sha: pull.head_sha.clone(),
            base_sha: pull.base_sha.clone(),
            reviews: reviews(pull),
            threads: pull.threads.iter().map(thread).collect(),
            comments: pull.comments.iter().map(issue_comment).collect(),
            checks: checks(found, &pull.head_sha),
        })
    }

    /// Every comment in every thread.
    pub fn inline_comments(&self) -> impl Iterator<Item = &CommentView> {
        self.threads.iter().flat_map(|thread| &thread.comments)
    }
}

fn reviews(pull: &Pull) -> Vec<ReviewView> {
    let view = |review: &super::pull::Review| ReviewView {
        id: review.id,
        author: review.author.clone(),
        submitted: review.submitted,
        state: review.state.name().to_owned(),
        body: review.body.clone(),
    };
    pull.reviews.iter().map(view).collect()
}

fn thread(thread: &Thread) -> ThreadView {
    ThreadView {
        id: thread.id,
        review: thread.comments.first().map_or(0, |comment| comment.review),
        path: thread.path.clone(),
        side: thread.side,
        line: thread.current.as_ref().map(|spot| spot.line),
        start_line: thread.current.as_ref().and_then(|spot| spot.start_line),
        original_line: thread.original.as_ref().map(|spot| spot.line),
        outdated: thread.outdated(),
        resolved: thread.resolved_by.is_some(),
        diff_hunk: thread.diff_hunk.clone(),
        comments: thread.comments.iter().map(review_comment).collect(),
    }
}

fn review_comment(comment: &ReviewComment) -> CommentView {
    CommentView {
        id: comment.id,
        author: comment.author.clone(),
        body: comment.body.clone(),
        created: comment.created,
        edited: comment.updated > comment.created,
        minimised: comment.minimised.clone(),
        reactions: comment.reactions.iter().map(|reaction| reaction.content.clone()).collect(),
    }
}

fn issue_comment(comment: &IssueComment) -> CommentView {
    CommentView {
        id: comment.id,
        author: comment.author.clone(),
        body: comment.body.clone(),
        created: comment.created,
        edited: comment.updated > comment.created,
        minimised: comment.minimised.clone(),
        reactions: comment.reactions.iter().map(|reaction| reaction.content.clone()).collect(),
    }
}

pub(super) fn checks(repo: &Repo, sha: &str) -> Vec<CheckView> {
    let on_head = repo.runs.iter().filter(|run| run.head_sha == sha);
    let view = |run: &super::checks::CheckRun| CheckView {
        id: run.id,
        name: run.name.clone(),
        head_sha: run.head_sha.clone(),
        status: run.status.clone(),
        conclusion: run.conclusion.clone(),
        title: run.title.clone(),
        summary: run.summary.clone(),
        text: run.text.clone(),
        annotations: run.annotations.iter().map(annotation).collect(),
        actions: run.actions.iter().map(action).collect(),
    };
    on_head.map(view).collect()
}

fn action(action: &super::checks::Action) -> ActionView {
    ActionView {
        label: action.label.clone(),
        description: action.description.clone(),
        identifier: action.identifier.clone(),
    }
}

fn annotation(note: &super::checks::Note) -> AnnotationView {
    AnnotationView {
        path: note.path.clone(),
        start_line: note.start_line,
        end_line: note.end_line,
        level: note.level.clone(),
        title: note.title.clone(),
        message: note.message.clone(),
        raw_details: note.raw_details.clone(),
    }
}
