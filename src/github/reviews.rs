//! Reviews: one request for all comments, always as COMMENT, never as a verdict. GitHub refuses the whole review for one
//! place it does not accept and does not say which, so a refused review is halved until the rest is posted.

use http::Method;
use serde::{Deserialize, Serialize};

use super::client::{Repository, read};
use super::endpoints::segment;
use super::error::{Failure, GitHubError};
use crate::model::publication::ReviewComment;
use crate::model::{CommitSha, Side};

const NEEDS: &str = "pull_requests: write";

/// A pull request that contains a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullOfCommit {
    pub number: u64,
    pub open: bool,
    pub head: CommitSha,
    pub base: CommitSha,
}

impl Repository {
    /// Posts comments that have an anchor. Returns the fingerprints of those GitHub does not place.
    pub async fn post_review(
        &self,
        number: u64,
        head: &CommitSha,
        comments: &[ReviewComment],
        body: &str,
    ) -> Result<Vec<String>, GitHubError> {
        let mut unplaced = Vec::new();
        let mut waiting = vec![comments];
        while let Some(batch) = waiting.pop() {
            if batch.is_empty() {
                continue;
            }
            match self.create_review(number, head, batch, body).await {
                Ok(()) => {}
                Err(error) if !is_about_a_place(&error) => return Err(error),
                Err(_) if batch.len() > 1 => {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    waiting.extend([second, first]);
                }
                Err(error) => {
                    tracing::warn!(%error, path = %batch[0].anchor.as_ref().map_or("", |at| at.path.as_str()), "a comment has no place in the diff");
                    unplaced.push(batch[0].fingerprint.clone());
                }
            }
        }
        Ok(unplaced)
    }

    async fn create_review(
        &self,
        number: u64,
        head: &CommitSha,
        comments: &[ReviewComment],
        body: &str,
    ) -> Result<(), GitHubError> {
        let tried = format!("post a review on {}#{number}", self.name);
        let comments = comments.iter().filter_map(RawComment::of).collect();
        let body = RawReview { commit_id: head.as_str(), event: "COMMENT", body, comments };
        let answer =
            self.rest(&tried, NEEDS, Method::POST, self.url(&format!("/pulls/{number}/reviews")), Some(&body)).await?;
        read::<RawId>(&tried, &answer).map(drop)
    }

    /// The open pull requests whose head is this commit; for events of forks, which name none.
    pub async fn pulls_of_commit(&self, head: &CommitSha) -> Result<Vec<PullOfCommit>, GitHubError> {
        let tried = format!("find the pull requests of {} in {}", head.short(), self.name);
        let url = self.url(&format!("/commits/{}/pulls?per_page=100", segment(head.as_str())));
        let answer = self.rest::<()>(&tried, "pull_requests: read", Method::GET, url, None).await?;
        let pulls: Vec<RawPull> = read(&tried, &answer)?;
        let pulls = pulls.into_iter().map(|pull| PullOfCommit {
            number: pull.number,
            open: pull.state == "open",
            head: pull.head.sha,
            base: pull.base.sha,
        });
        Ok(pulls.filter(|pull| pull.open && pull.head == *head).collect())
    }
}

/// A 422 about one comment's place, as opposed to the commit or the request as a whole.
fn is_about_a_place(error: &GitHubError) -> bool {
    let said = error.message().to_ascii_lowercase();
    error.failure() == Failure::Unprocessable && !said.contains("commit_id") && !said.contains("commit oid")
}

#[derive(Serialize)]
struct RawReview<'a> {
    commit_id: &'a str,
    event: &'a str,
    body: &'a str,
    comments: Vec<RawComment<'a>>,
}

#[derive(Serialize)]
struct RawComment<'a> {
    path: &'a str,
    body: &'a str,
    line: u32,
    side: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_side: Option<&'static str>,
}

impl<'a> RawComment<'a> {
    fn of(comment: &'a ReviewComment) -> Option<Self> {
        let anchor = comment.anchor.as_ref()?;
        let side = match anchor.side {
            Side::Left => "LEFT",
            Side::Right => "RIGHT",
        };
        let start_line = anchor.start_line.filter(|start| *start < anchor.line);
        let start_side = start_line.map(|_| side);
        Some(Self { path: anchor.path.as_str(), body: &comment.body, line: anchor.line, side, start_line, start_side })
    }
}

#[derive(Deserialize)]
struct RawId {
    #[expect(dead_code, reason = "an answer without an id is no receipt")]
    id: u64,
}

#[derive(Deserialize)]
struct RawPull {
    number: u64,
    state: String,
    head: RawTip,
    base: RawTip,
}

#[derive(Deserialize)]
struct RawTip {
    sha: CommitSha,
}
