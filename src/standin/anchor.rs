//! Reading the place a comment asks for, and making the thread that hangs there.

use serde_json::Value;

use super::call::checked_body;
use super::diff::{Anchor, FileDiff, settle};
use super::pull::{ReviewComment, Side, Thread};
use super::refusal::Refusal;
use super::world::Time;

/// A comment on the diff, not yet part of a review.
pub(super) struct Wish {
    pub(super) path: String,
    pub(super) body: String,
    side: Side,
    start_side: Option<Side>,
    /// `None` asks for a comment on the file as a whole.
    line: Option<u32>,
    start_line: Option<u32>,
}

fn side(value: &Value) -> Option<Side> {
    match value.as_str() {
        Some("LEFT") => Some(Side::Left),
        Some("RIGHT" | "side") => Some(Side::Right),
        _ => None,
    }
}

impl Wish {
    /// Reads one entry of `comments`, or the body of a single comment.
    pub(super) fn read(entry: &Value, files: &[FileDiff]) -> Result<Self, Refusal> {
        let resource = "PullRequestReviewComment";
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let number = |key: &str| entry.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        let path = text("path").ok_or_else(|| Refusal::invalid(resource, "path", "missing_field"))?;
        let body = checked_body(resource, text("body"))?;
        let whole_file = text("subject_type").as_deref() == Some("file");
        let mut wish = Self {
            path,
            body,
            side: side(&entry["side"]).unwrap_or(Side::Right),
            start_side: side(&entry["start_side"]),
            line: number("line"),
            start_line: number("start_line"),
        };
        if wish.line.is_none() && !whole_file {
            // The old way to say where: lines counted down from the first hunk header.
            let position = number("position").ok_or_else(|| Refusal::invalid(resource, "line", "missing_field"))?;
            wish.by_position(files, position)?;
        }
        Ok(wish)
    }

    fn by_position(&mut self, files: &[FileDiff], position: u32) -> Result<(), Refusal> {
        let refused = || Refusal::unprocessable(&["Position could not be resolved".to_owned()]);
        let file = files.iter().find(|file| file.path == self.path).ok_or_else(refused)?;
        let hunk = file.hunks.iter().rev().find(|hunk| hunk.position < position).ok_or_else(refused)?;
        let line = hunk.lines.get((position - hunk.position - 1) as usize).ok_or_else(refused)?;
        (self.side, self.line) = match line.new {
            Some(number) => (Side::Right, Some(number)),
            None => (Side::Left, line.old),
        };
        Ok(())
    }

    /// The thread this makes on that diff; the error is GitHub's sentence, which names no comment.
    pub(super) fn hang(&self, files: &[FileDiff], commit: &str, id: u64) -> Result<Thread, String> {
        let settled = match self.line {
            Some(line) => {
                let anchor = Anchor {
                    path: &self.path,
                    side: self.side,
                    line,
                    start_side: self.start_side,
                    start_line: self.start_line,
                };
                Some(settle(files, &anchor)?)
            }
            None if files.iter().any(|file| file.path == self.path) => None,
            None => return Err("Path could not be resolved".to_owned()),
        };
        let (spot, hunk) = settled.map_or((None, String::new()), |(spot, hunk)| (Some(spot), hunk));
        Ok(Thread {
            id,
            path: self.path.clone(),
            side: self.side,
            start_side: self.start_side,
            original: spot.clone(),
            current: spot,
            original_commit: commit.to_owned(),
            commit: commit.to_owned(),
            diff_hunk: hunk,
            resolved_by: None,
            comments: Vec::new(),
        })
    }
}

/// The first comment of a thread.
pub(super) fn opening(id: u64, review: u64, author: &str, body: &str, now: Time) -> ReviewComment {
    ReviewComment {
        id,
        review,
        reply_to: None,
        author: author.to_owned(),
        body: body.to_owned(),
        created: now,
        updated: now,
        minimised: None,
        reactions: Vec::new(),
    }
}
