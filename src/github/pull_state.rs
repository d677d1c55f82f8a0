//! Reads the state of a pull request: one request for 200 threads and 200 comments, further ones only beyond that.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::json;

use super::client::Repository;
use super::conversation::{Author, Comment, PullState, Thread};
use super::error::{Failure, GitHubError, Retry};
use super::graphql::of_refused;
use crate::model::{CommitSha, FilePath, Timestamp};

const DOCUMENT: &str = include_str!("pull_state.graphql");
const NEEDS: &str = "pull_requests: read";
/// 20,000 threads: far beyond any real conversation, and a bound on a server that repeats its cursors.
const MAX_REQUESTS: usize = 100;

impl Repository {
    pub async fn pull_state(&self, number: u64) -> Result<PullState, GitHubError> {
        let tried = format!("read the state of {}#{number}", self.name);
        let mut threads = Ends::default();
        let mut comments = Ends::default();
        let mut state = None;
        for _ in 0..MAX_REQUESTS {
            let pull = self.page(&tried, number, &threads, &comments).await?;
            threads.add(pull.old_threads, pull.new_threads, |thread: &RawThread| thread.id.clone());
            comments.add(pull.old_comments, pull.new_comments, |comment: &RawComment| comment.id.clone());
            state = Some(pull.facts);
            if threads.complete() && comments.complete() {
                break;
            }
        }
        let facts = state.ok_or_else(|| GitHubError::unexpected(&tried, "no answer"))?;
        Ok(facts.state(threads.in_order(), comments.in_order()))
    }

    async fn page(
        &self,
        tried: &str,
        number: u64,
        threads: &Ends<RawThread>,
        comments: &Ends<RawComment>,
    ) -> Result<RawPull, GitHubError> {
        let (owner, name) = self.name.parts();
        let variables = json!({
            "owner": owner, "name": name, "number": number,
            "threadsAfter": threads.after, "threadsBefore": threads.before,
            "commentsAfter": comments.after, "commentsBefore": comments.before,
        });
        let reply = self.graphql(tried, NEEDS, DOCUMENT, variables, false).await?;
        if let Some(error) = reply.errors.first() {
            return Err(of_refused(tried, NEEDS, error));
        }
        let data: RawData = serde_json::from_value(reply.data).map_err(|error| {
            GitHubError::unexpected(tried, format!("the answer is not what GitHub documents: {error}"))
        })?;
        let missing = || GitHubError::new(tried, Failure::NotFound, "there is no such pull request", Retry::Never);
        data.repository.and_then(|repository| repository.pull_request).ok_or_else(missing)
    }
}

/// A connection read from both ends until they meet.
struct Ends<T> {
    old: Vec<T>,
    /// Pages from the newest one backwards.
    new: Vec<Vec<T>>,
    seen: HashSet<String>,
    total: usize,
    /// Both pages of the last request brought nothing new.
    stuck: bool,
    after: Option<String>,
    before: Option<String>,
}

impl<T> Default for Ends<T> {
    fn default() -> Self {
        let (old, new, seen) = (Vec::new(), Vec::new(), HashSet::new());
        Self { old, new, seen, total: 0, stuck: false, after: None, before: None }
    }
}

impl<T> Ends<T> {
    fn add(&mut self, old: Page<T>, new: Page<T>, id: impl Fn(&T) -> String) {
        if self.complete() && self.total > 0 {
            return;
        }
        let before = self.seen.len();
        self.total = old.total_count.max(new.total_count);
        self.after = old.page_info.end_cursor.or(self.after.take());
        self.before = new.page_info.start_cursor.or(self.before.take());
        let mut unseen = |page: Vec<Option<T>>| {
            page.into_iter().flatten().filter(|node| self.seen.insert(id(node))).collect::<Vec<_>>()
        };
        self.old.extend(unseen(old.nodes));
        let newest = unseen(new.nodes);
        self.new.push(newest);
        self.stuck = self.seen.len() == before;
    }

    fn complete(&self) -> bool {
        self.stuck || self.seen.len() >= self.total
    }

    fn in_order(self) -> Vec<T> {
        self.old.into_iter().chain(self.new.into_iter().rev().flatten()).collect()
    }
}

#[derive(Deserialize)]
struct RawData {
    repository: Option<RawRepository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRepository {
    pull_request: Option<RawPull>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPull {
    #[serde(flatten)]
    facts: RawFacts,
    old_threads: Page<RawThread>,
    new_threads: Page<RawThread>,
    old_comments: Page<RawComment>,
    new_comments: Page<RawComment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawFacts {
    id: String,
    title: String,
    state: String,
    is_draft: bool,
    is_cross_repository: bool,
    head_ref_oid: CommitSha,
    base_ref_oid: CommitSha,
    base_ref_name: String,
    created_at: Option<Timestamp>,
    author: Option<RawAuthor>,
}

#[derive(Deserialize)]
struct RawAuthor {
    #[serde(rename = "__typename", default)]
    kind: String,
    login: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    total_count: usize,
    page_info: Cursors,
    // GitHub's schema allows a null for a node it could not load.
    nodes: Vec<Option<T>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cursors {
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawThread {
    id: String,
    path: FilePath,
    is_resolved: bool,
    comments: RawOpening,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawOpening {
    total_count: u64,
    nodes: Vec<Option<RawComment>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawComment {
    id: String,
    body: String,
    viewer_did_author: bool,
    is_minimized: bool,
    minimized_reason: Option<String>,
}

impl RawComment {
    fn comment(self) -> Comment {
        let hidden = self.is_minimized.then(|| self.minimized_reason.unwrap_or_default());
        Comment { id: self.id, body: self.body, ours: self.viewer_did_author, hidden }
    }
}

impl RawThread {
    /// `None` for a thread whose first comment was deleted.
    fn thread(self) -> Option<Thread> {
        let replies = self.comments.total_count.saturating_sub(1);
        let comment = self.comments.nodes.into_iter().flatten().next()?.comment();
        Some(Thread { id: self.id, path: self.path, resolved: self.is_resolved, replies, comment })
    }
}

impl RawFacts {
    fn state(self, threads: Vec<RawThread>, comments: Vec<RawComment>) -> PullState {
        PullState {
            id: self.id,
            title: self.title,
            open: self.state == "OPEN",
            draft: self.is_draft,
            fork: self.is_cross_repository,
            head: self.head_ref_oid,
            base: self.base_ref_oid,
            base_ref: self.base_ref_name,
            created: self.created_at,
            author: self.author.map(|author| Author { bot: author.kind == "Bot", login: author.login }),
            threads: threads.into_iter().filter_map(RawThread::thread).collect(),
            comments: comments.into_iter().map(RawComment::comment).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection of `total` nodes, served as GitHub does.
    fn serve(total: usize, ends: &mut Ends<usize>) {
        let at = |cursor: &Option<String>| cursor.as_ref().map(|text| text.parse::<usize>().unwrap());
        let from = at(&ends.after).map_or(0, |cursor| cursor + 1);
        let to = at(&ends.before).unwrap_or(total);
        let page = |range: std::ops::Range<usize>| Page {
            total_count: total,
            page_info: Cursors {
                start_cursor: range.clone().next().map(|n| n.to_string()),
                end_cursor: range.clone().last().map(|n| n.to_string()),
            },
            nodes: range.map(Some).collect(),
        };
        let (old, new) = (page(from..(from + 100).min(total)), page(to.saturating_sub(100)..to));
        ends.add(old, new, |node| node.to_string());
    }

    #[test]
    fn every_page_is_read_once_and_in_order() {
        for (total, requests) in [(0, 1), (1, 1), (200, 1), (201, 2), (400, 2), (555, 3)] {
            let mut ends = Ends::default();
            let mut sent = 0;
            while sent == 0 || !ends.complete() {
                serve(total, &mut ends);
                sent += 1;
            }
            assert_eq!((sent, ends.in_order()), (requests, (0..total).collect()), "{total}");
        }
    }
}
