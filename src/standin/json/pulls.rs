//! Pull requests, reviews, review comments, issue comments, reactions.

use serde_json::{Value, json};

use super::super::clock::stamp;
use super::super::pull::{IssueComment, Pull, Reaction, Review, ReviewComment, ReviewState, Spot, Thread};
use super::super::world::{AccountKind, Repo, World};
use super::accounts::merge;
use super::urls::{Urls, node_id};

/// What only git knows about a pull request.
pub(crate) struct Numbers {
    pub(crate) additions: u64,
    pub(crate) deletions: u64,
    pub(crate) files: usize,
    pub(crate) commits: usize,
    pub(crate) mergeable: Option<bool>,
    pub(crate) merge_commit: Option<String>,
}

impl Urls<'_> {
    /// The form of lists and of `pull_request` webhooks' kin.
    pub(crate) fn pull_simple(&self, world: &World, repo: &Repo, pull: &Pull) -> Value {
        let full_name = repo.full_name();
        let api = format!("{}/pulls/{}", self.api_repo(&full_name), pull.number);
        let issue = format!("{}/issues/{}", self.api_repo(&full_name), pull.number);
        let html = self.html_pull(&full_name, pull.number);
        let statuses = format!("{}/statuses/{}", self.api_repo(&full_name), pull.head_sha);
        let review_comment = format!("{}/pulls/comments{{/number}}", self.api_repo(&full_name));
        json!({
            "id": pull.id, "node_id": node_id("PR", pull.id), "number": pull.number, "title": pull.title,
            "body": pull.body, "state": if pull.open { "open" } else { "closed" }, "locked": false,
            "draft": pull.draft, "user": self.user(&world.known(&pull.author)),
            "author_association": association(world, repo, &pull.author),
            "url": api, "html_url": html, "diff_url": format!("{html}.diff"), "patch_url": format!("{html}.patch"),
            "issue_url": issue, "commits_url": format!("{api}/commits"),
            "review_comments_url": format!("{api}/comments"), "review_comment_url": review_comment,
            "comments_url": format!("{issue}/comments"), "statuses_url": statuses,
            "_links": {
                "self": {"href": api}, "html": {"href": html}, "issue": {"href": issue},
                "comments": {"href": format!("{issue}/comments")},
                "review_comments": {"href": format!("{api}/comments")},
                "review_comment": {"href": review_comment},
                "commits": {"href": format!("{api}/commits")}, "statuses": {"href": statuses},
            },
            "base": self.side(world, &full_name, &pull.base_ref, &pull.base_sha),
            "head": self.side(world, &pull.head_repo, &pull.head_ref, &pull.head_sha),
            "labels": pull.labels.iter().map(|name| self.label(&full_name, name)).collect::<Vec<_>>(),
            "assignee": null, "assignees": [], "requested_reviewers": [], "requested_teams": [],
            "milestone": null, "auto_merge": null, "active_lock_reason": null, "merge_commit_sha": null,
            "created_at": stamp(pull.created), "updated_at": stamp(pull.updated),
            "closed_at": pull.closed.map(stamp), "merged_at": pull.merged.map(stamp),
        })
    }

    pub(crate) fn pull(&self, world: &World, repo: &Repo, pull: &Pull, numbers: &Numbers) -> Value {
        let mut shown = self.pull_simple(world, repo, pull);
        let state = match (pull.draft, numbers.mergeable) {
            (true, _) => "draft",
            (_, Some(true)) => "clean",
            (_, Some(false)) => "dirty",
            (_, None) => "unknown",
        };
        let more = json!({
            "merged": pull.merged.is_some(), "mergeable": numbers.mergeable, "rebaseable": numbers.mergeable,
            "mergeable_state": state, "merged_by": null, "merge_commit_sha": numbers.merge_commit,
            "maintainer_can_modify": false, "additions": numbers.additions, "deletions": numbers.deletions,
            "changed_files": numbers.files, "commits": numbers.commits, "comments": pull.comments.len(),
            "review_comments": pull.threads.iter().map(|thread| thread.comments.len()).sum::<usize>(),
        });
        merge(&mut shown, more);
        shown
    }

    /// The form inside check suites and check runs.
    pub(crate) fn pull_minimal(&self, repo: &Repo, pull: &Pull) -> Value {
        let name = repo.full_name();
        let place = json!({"id": repo.id, "url": self.api_repo(&name), "name": repo.name});
        json!({
            "id": pull.id, "number": pull.number, "url": format!("{}/pulls/{}", self.api_repo(&name), pull.number),
            "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": place},
            "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": place},
        })
    }

    fn side(&self, world: &World, full_name: &str, name: &str, sha: &str) -> Value {
        let owner = full_name.split('/').next().unwrap_or_default();
        json!({
            "label": format!("{owner}:{name}"), "ref": name, "sha": sha, "user": self.user(&world.known(owner)),
            "repo": world.repo(full_name).map(|repo| self.repository(world, repo)),
        })
    }

    pub(crate) fn label(&self, full_name: &str, name: &str) -> Value {
        let id = name.bytes().fold(7u64, |sum, byte| sum * 31 % 1_000_000_007 + u64::from(byte));
        json!({
            "id": id, "node_id": node_id("LA", id), "url": format!("{}/labels/{name}", self.api_repo(full_name)),
            "name": name, "description": "", "color": "ededed", "default": false,
        })
    }

    /// The pull request as an issue: what `issue_comment` events carry.
    pub(crate) fn issue(&self, world: &World, repo: &Repo, pull: &Pull) -> Value {
        let name = repo.full_name();
        let api = format!("{}/issues/{}", self.api_repo(&name), pull.number);
        let html = self.html_pull(&name, pull.number);
        let pull_api = format!("{}/pulls/{}", self.api_repo(&name), pull.number);
        json!({
            "id": pull.id, "node_id": node_id("PR", pull.id), "number": pull.number, "title": pull.title,
            "body": pull.body, "state": if pull.open { "open" } else { "closed" }, "state_reason": null,
            "locked": false, "draft": pull.draft, "user": self.user(&world.known(&pull.author)),
            "author_association": association(world, repo, &pull.author), "url": api, "html_url": html,
            "repository_url": self.api_repo(&name), "labels_url": format!("{api}/labels{{/name}}"),
            "comments_url": format!("{api}/comments"), "events_url": format!("{api}/events"),
            "timeline_url": format!("{api}/timeline"), "active_lock_reason": null, "performed_via_github_app": null,
            "labels": pull.labels.iter().map(|label| self.label(&name, label)).collect::<Vec<_>>(),
            "assignee": null, "assignees": [], "milestone": null, "comments": pull.comments.len(),
            "created_at": stamp(pull.created), "updated_at": stamp(pull.updated),
            "closed_at": pull.closed.map(stamp), "reactions": self.rollup(&api, &[]),
            "pull_request": {
                "url": pull_api, "html_url": html, "diff_url": format!("{html}.diff"),
                "patch_url": format!("{html}.patch"), "merged_at": pull.merged.map(stamp),
            },
        })
    }

    pub(crate) fn review(&self, world: &World, repo: &Repo, pull: &Pull, review: &Review) -> Value {
        let name = repo.full_name();
        let api = format!("{}/pulls/{}", self.api_repo(&name), pull.number);
        let html = format!("{}#pullrequestreview-{}", self.html_pull(&name, pull.number), review.id);
        let mut shown = json!({
            "id": review.id, "node_id": node_id("PRR", review.id), "user": self.user(&world.known(&review.author)),
            "body": review.body, "state": review.state.name(), "html_url": html, "pull_request_url": api,
            "author_association": association(world, repo, &review.author),
            "_links": {"html": {"href": html}, "pull_request": {"href": api}}, "commit_id": review.commit,
        });
        if let (Some(time), true) = (review.submitted, review.state != ReviewState::Pending) {
            shown["submitted_at"] = json!(stamp(time));
        }
        shown
    }

    pub(crate) fn review_comment(
        &self,
        world: &World,
        repo: &Repo,
        pull: &Pull,
        thread: &Thread,
        comment: &ReviewComment,
    ) -> Value {
        let name = repo.full_name();
        let pull_api = format!("{}/pulls/{}", self.api_repo(&name), pull.number);
        let api = format!("{}/pulls/comments/{}", self.api_repo(&name), comment.id);
        let html = format!("{}#discussion_r{}", self.html_pull(&name, pull.number), comment.id);
        let line = |spot: &Option<Spot>| spot.as_ref().map(|spot| spot.line);
        let start = |spot: &Option<Spot>| spot.as_ref().and_then(|spot| spot.start_line);
        let position = |spot: &Option<Spot>| spot.as_ref().map(|spot| spot.position);
        let start_side =
            thread.original.as_ref().and_then(|spot| spot.start_line).map(|_| thread.start_side.unwrap_or(thread.side));
        let mut shown = json!({
            "id": comment.id, "node_id": node_id("PRRC", comment.id), "url": api, "html_url": html,
            "pull_request_review_id": comment.review, "pull_request_url": pull_api,
            "diff_hunk": thread.diff_hunk, "path": thread.path, "body": comment.body,
            "commit_id": thread.commit, "original_commit_id": thread.original_commit,
            "line": line(&thread.current), "original_line": line(&thread.original),
            "start_line": start(&thread.current), "original_start_line": start(&thread.original),
            "position": position(&thread.current), "original_position": position(&thread.original),
            "side": thread.side.name(), "start_side": start_side.map(|side| side.name()),
            "subject_type": if thread.original.is_some() { "line" } else { "file" },
            "user": self.user(&world.known(&comment.author)),
            "author_association": association(world, repo, &comment.author),
            "created_at": stamp(comment.created), "updated_at": stamp(comment.updated),
            "_links": {"self": {"href": api}, "html": {"href": html}, "pull_request": {"href": pull_api}},
            "reactions": self.rollup(&api, &comment.reactions),
        });
        if let Some(first) = comment.reply_to {
            shown["in_reply_to_id"] = json!(first);
        }
        shown
    }

    pub(crate) fn issue_comment(&self, world: &World, repo: &Repo, number: u64, comment: &IssueComment) -> Value {
        let name = repo.full_name();
        let api = format!("{}/issues/comments/{}", self.api_repo(&name), comment.id);
        let app = comment.via_app.and_then(|id| world.apps.get(&id));
        json!({
            "id": comment.id, "node_id": node_id("IC", comment.id), "url": api,
            "html_url": format!("{}#issuecomment-{}", self.html_pull(&name, number), comment.id),
            "issue_url": format!("{}/issues/{number}", self.api_repo(&name)), "body": comment.body,
            "user": self.user(&world.known(&comment.author)),
            "author_association": association(world, repo, &comment.author),
            "created_at": stamp(comment.created), "updated_at": stamp(comment.updated),
            "performed_via_github_app": app.map(|app| self.app(world, app)),
            "reactions": self.rollup(&api, &comment.reactions),
            "minimized": comment.minimised.as_ref().map(|reason| json!({"reason": reason.to_lowercase()})),
        })
    }

    pub(crate) fn reaction(&self, world: &World, reaction: &Reaction) -> Value {
        json!({
            "id": reaction.id, "node_id": node_id("REA", reaction.id), "content": reaction.content,
            "user": self.user(&world.known(&reaction.author)), "created_at": stamp(reaction.created),
        })
    }

    fn rollup(&self, api: &str, reactions: &[Reaction]) -> Value {
        let mut shown = json!({"url": format!("{api}/reactions"), "total_count": reactions.len()});
        for content in ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"] {
            shown[content] = json!(reactions.iter().filter(|reaction| reaction.content == content).count());
        }
        shown
    }
}

/// How close somebody is to the repository; only what the world can know.
pub(crate) fn association(world: &World, repo: &Repo, login: &str) -> &'static str {
    let owner = world.known(&repo.owner);
    if login.eq_ignore_ascii_case(&owner.login) {
        return "OWNER";
    }
    match (world.known(login).kind, owner.kind) {
        (AccountKind::Bot, _) => "NONE",
        (_, AccountKind::Organization) => "MEMBER",
        _ => "CONTRIBUTOR",
    }
}
