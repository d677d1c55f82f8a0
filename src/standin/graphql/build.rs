//! The world as trees: one function per GraphQL type.

use super::super::checks::{CheckRun, CheckSuite};
use super::super::clock::stamp;
use super::super::json::{CommitText, Urls, node_id};
use super::super::pull::{IssueComment, Pull, Review, ReviewComment, Spot, Thread};
use super::super::site::Site;
use super::super::world::{AccountKind, Repo, World};
use super::tree::Tree;

pub(super) struct Builder<'a> {
    pub(super) site: &'a Site,
    pub(super) world: &'a World,
    /// The login of the caller, for `viewerDidAuthor`.
    pub(super) viewer: &'a str,
}

impl Builder<'_> {
    fn urls(&self) -> Urls<'_> {
        Urls::new(&self.site.url)
    }

    /// GraphQL shows a bot without the `[bot]` REST puts behind its name.
    pub(super) fn actor(&self, login: &str) -> Tree {
        let account = self.world.known(login);
        let (kind, prefix) = match account.kind {
            AccountKind::Person => ("User", "U"),
            AccountKind::Bot => ("Bot", "BOT"),
            AccountKind::Organization => ("Organization", "O"),
        };
        let name = account.login.trim_end_matches("[bot]");
        let page = if kind == "Bot" { format!("/apps/{name}") } else { format!("/{name}") };
        Tree::new(kind)
            .with("id", node_id(prefix, account.id))
            .with("databaseId", account.id & 0x7fff_ffff)
            .with("login", name)
            .with("url", format!("{}{page}", self.site.url))
            .with("resourcePath", page)
            .with("avatarUrl", format!("{}/avatars/{}", self.site.url, account.id))
    }

    pub(super) fn pull(&self, repo: &Repo, pull: &Pull) -> Tree {
        let url = self.urls().html_pull(&repo.full_name(), pull.number);
        let state = match (pull.open, pull.merged) {
            (true, _) => "OPEN",
            (false, Some(_)) => "MERGED",
            (false, None) => "CLOSED",
        };
        let threads = pull.threads.iter().map(|thread| self.thread(repo, pull, thread)).collect();
        let comments = pull.comments.iter().map(|comment| self.issue_comment(repo, pull.number, comment)).collect();
        let reviews = pull.reviews.iter().map(|review| self.review(repo, pull, review)).collect();
        Tree::new("PullRequest")
            .with("id", node_id("PR", pull.id))
            .with("fullDatabaseId", pull.id.to_string())
            .with("number", pull.number)
            .with("title", pull.title.as_str())
            .with("body", pull.body.clone().unwrap_or_default())
            .with("state", state)
            .with("closed", !pull.open)
            .with("merged", pull.merged.is_some())
            .with("mergedAt", pull.merged.map(stamp))
            .with("closedAt", pull.closed.map(stamp))
            .with("isDraft", pull.draft)
            .with("isCrossRepository", !pull.head_repo.eq_ignore_ascii_case(&repo.full_name()))
            .with("locked", false)
            .with("author", self.actor(&pull.author))
            .with("viewerDidAuthor", pull.author == self.viewer)
            .with("baseRefName", pull.base_ref.as_str())
            .with("baseRefOid", pull.base_sha.as_str())
            .with("headRefName", pull.head_ref.as_str())
            .with("headRefOid", pull.head_sha.as_str())
            .with("createdAt", stamp(pull.created))
            .with("updatedAt", stamp(pull.updated))
            .with("url", url)
            .list("reviewThreads", "PullRequestReviewThreadConnection", "PullRequestReviewThreadEdge", threads)
            .list("comments", "IssueCommentConnection", "IssueCommentEdge", comments)
            .list("reviews", "PullRequestReviewConnection", "PullRequestReviewEdge", reviews)
    }

    pub(super) fn thread(&self, repo: &Repo, pull: &Pull, thread: &Thread) -> Tree {
        let line = |spot: &Option<Spot>| spot.as_ref().map(|spot| u64::from(spot.line));
        let start = |spot: &Option<Spot>| spot.as_ref().and_then(|spot| spot.start_line).map(u64::from);
        let ranged = thread.original.as_ref().is_some_and(|spot| spot.start_line.is_some());
        let comments = thread.comments.iter().map(|comment| self.review_comment(repo, pull, thread, comment)).collect();
        Tree::new("PullRequestReviewThread")
            .with("id", node_id("PRRT", thread.id))
            .with("isResolved", thread.resolved_by.is_some())
            .with("resolvedBy", thread.resolved_by.as_deref().map(|login| self.actor(login)))
            .with("isCollapsed", thread.resolved_by.is_some() || thread.outdated())
            .with("isOutdated", thread.outdated())
            .with("path", thread.path.as_str())
            .with("line", line(&thread.current))
            .with("originalLine", line(&thread.original))
            .with("startLine", start(&thread.current))
            .with("originalStartLine", start(&thread.original))
            .with("diffSide", thread.side.name())
            .with("startDiffSide", ranged.then(|| thread.start_side.unwrap_or(thread.side).name()))
            .with("subjectType", if thread.original.is_some() { "LINE" } else { "FILE" })
            .list("comments", "PullRequestReviewCommentConnection", "PullRequestReviewCommentEdge", comments)
    }

    pub(super) fn review_comment(&self, repo: &Repo, pull: &Pull, thread: &Thread, comment: &ReviewComment) -> Tree {
        let pull_url = self.urls().html_pull(&repo.full_name(), pull.number);
        let line = |spot: &Option<Spot>| spot.as_ref().map(|spot| u64::from(spot.line));
        let tree = Tree::new("PullRequestReviewComment")
            .with("id", node_id("PRRC", comment.id))
            .with("url", format!("{pull_url}#discussion_r{}", comment.id))
            .with("path", thread.path.as_str())
            .with("diffHunk", thread.diff_hunk.as_str())
            .with("line", line(&thread.current))
            .with("originalLine", line(&thread.original))
            .with("outdated", thread.outdated())
            .with("subjectType", if thread.original.is_some() { "LINE" } else { "FILE" });
        self.said(tree, comment.id, &comment.author, &comment.body, comment.minimised.as_deref())
            .with("createdAt", stamp(comment.created))
            .with("updatedAt", stamp(comment.updated))
    }

    pub(super) fn issue_comment(&self, repo: &Repo, number: u64, comment: &IssueComment) -> Tree {
        let url = self.urls().html_pull(&repo.full_name(), number);
        let tree = Tree::new("IssueComment")
            .with("id", node_id("IC", comment.id))
            .with("url", format!("{url}#issuecomment-{}", comment.id));
        self.said(tree, comment.id, &comment.author, &comment.body, comment.minimised.as_deref())
            .with("createdAt", stamp(comment.created))
            .with("updatedAt", stamp(comment.updated))
    }

    /// What every kind of comment has.
    fn said(&self, tree: Tree, id: u64, author: &str, body: &str, minimised: Option<&str>) -> Tree {
        tree.with("fullDatabaseId", id.to_string())
            // Cut to 32 bits as the real one is: a client that relies on it finds nothing.
            .with("databaseId", id & 0x7fff_ffff)
            .with("author", self.actor(author))
            .with("viewerDidAuthor", author == self.viewer)
            .with("body", body)
            .with("bodyText", body)
            .with("isMinimized", minimised.is_some())
            .with("minimizedReason", minimised.map(str::to_lowercase))
            .with("viewerCanMinimize", true)
            .with("viewerCanUpdate", author == self.viewer)
            .with("viewerCanDelete", author == self.viewer)
    }

    fn review(&self, repo: &Repo, pull: &Pull, review: &Review) -> Tree {
        let url = self.urls().html_pull(&repo.full_name(), pull.number);
        let tree = Tree::new("PullRequestReview")
            .with("id", node_id("PRR", review.id))
            .with("state", review.state.name())
            .with("submittedAt", review.submitted.map(stamp))
            .with("url", format!("{url}#pullrequestreview-{}", review.id));
        self.said(tree, review.id, &review.author, &review.body, None)
    }

    pub(super) fn commit(&self, repo: &Repo, commit: &CommitText) -> Tree {
        let of_commit = repo.suites.iter().filter(|suite| suite.head_sha == commit.sha);
        let suites = of_commit.map(|suite| self.suite(repo, suite)).collect();
        Tree::new("Commit")
            .with("id", format!("C_{}", commit.sha))
            .with("oid", commit.sha.as_str())
            .with("abbreviatedOid", commit.sha[..7].to_owned())
            .with("message", commit.message.as_str())
            .with("messageHeadline", commit.message.lines().next().unwrap_or_default())
            .with("url", format!("{}/commit/{}", self.urls().html_repo(&repo.full_name()), commit.sha))
            .list("checkSuites", "CheckSuiteConnection", "CheckSuiteEdge", suites)
    }

    fn suite(&self, repo: &Repo, suite: &CheckSuite) -> Tree {
        let runs: Vec<&CheckRun> = repo.runs.iter().filter(|run| run.suite == suite.id).collect();
        let (status, conclusion) = suite.verdict(runs.iter().copied());
        let app = self.world.apps.get(&suite.app);
        let app = app.map(|app| {
            Tree::new("App")
                .with("id", node_id("A", app.id))
                .with("databaseId", app.id & 0x7fff_ffff)
                .with("name", app.name.as_str())
                .with("slug", app.slug.as_str())
        });
        Tree::new("CheckSuite")
            .with("id", node_id("CS", suite.id))
            .with("status", status.to_uppercase())
            .with("conclusion", conclusion.map(|text| text.to_uppercase()))
            .with("app", app)
            .list("checkRuns", "CheckRunConnection", "CheckRunEdge", runs.into_iter().map(check_run).collect())
    }
}

fn check_run(run: &CheckRun) -> Tree {
    Tree::new("CheckRun")
        .with("id", node_id("CR", run.id))
        .with("databaseId", run.id & 0x7fff_ffff)
        .with("name", run.name.as_str())
        .with("status", run.status.to_uppercase())
        .with("conclusion", run.conclusion.as_ref().map(|text| text.to_uppercase()))
        .with("title", run.title.clone())
        .with("summary", run.summary.clone())
        .with("text", run.text.clone())
        .with("externalId", run.external_id.clone())
}
