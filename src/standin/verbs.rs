//! What tests and the demo do to the world. Every verb returns when the webhooks it caused have been answered.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::acts::{self, Actor};
use super::births;
use super::conversation::Conversation;
use super::exchange::Exchange;
use super::git::{Change, GitError};
use super::hooks;
use super::limits::Fault;
use super::moves::{self, MoveError, Opening};
use super::running::Standin;
use super::site::Site;
use super::suites;

/// A webhook as it was sent and answered.
#[derive(Clone, Debug)]
pub struct DeliveryView {
    pub id: u64,
    pub guid: String,
    pub event: String,
    pub action: Option<String>,
    pub redelivery: bool,
    /// 0 while it was not answered.
    pub status_code: u16,
    pub payload: Value,
    pub headers: Vec<(String, String)>,
}

impl Standin {
    async fn quiet(&self) {
        let site = Arc::clone(&self.site);
        // On the stand-in's own runtime, so that a paused clock on this one does not matter.
        let waited = self.runtime.spawn(async move { site.quiet().await });
        let _ = waited.await;
    }

    async fn act<T: Send + 'static>(&self, act: impl FnOnce(&Site) -> T + Send + 'static) -> T {
        let site = Arc::clone(&self.site);
        let done = self.runtime.spawn_blocking(move || act(&site)).await;
        let value = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        self.quiet().await;
        value
    }

    /// Waits until every webhook was answered or given up.
    pub async fn settled(&self) {
        self.quiet().await;
    }

    /// Where the webhooks of the App go from now on.
    pub fn set_hook_url(&self, url: &str) {
        let mut world = self.site.world();
        if let Some(app) = self.app.and_then(|app| world.apps.get_mut(&app)) {
            app.hook_url = Some(url.to_owned());
        }
    }

    /// A private repository whose `main` holds these files. No webhook tells of it.
    pub async fn add_repository(&self, name: &str, files: &[Change<'_>]) -> Result<String, MoveError> {
        births::repository(&self.site, name, true, None)?;
        let at = self.site.now();
        let first = super::git::Commit {
            branch: "main",
            parent: None,
            author: "acme",
            message: "First commit",
            at,
            changes: files,
        };
        Ok(self.site.git.commit(name, &first)?)
    }

    /// A private repository that reads the objects of one on this machine, with branches at two of its commits.
    /// Nothing is written to the original.
    pub async fn lend_repository(&self, name: &str, from: &Path, branches: &[(&str, &str)]) -> Result<(), MoveError> {
        births::repository(&self.site, name, true, None)?;
        self.site.git.borrow_objects(name, from)?;
        for (branch, sha) in branches {
            self.site.git.set_ref(name, &format!("refs/heads/{branch}"), sha)?;
        }
        Ok(())
    }

    /// A fork with the branches of its parent.
    pub async fn fork(&self, repo: &str, to: &str) -> Result<(), MoveError> {
        births::repository(&self.site, to, true, Some(repo))?;
        let parent = self.site.git.path(repo);
        self.site.git.run(to, &["fetch", "--quiet", &parent.to_string_lossy(), "+refs/heads/*:refs/heads/*"])?;
        Ok(())
    }

    pub fn make_public(&self, repo: &str) {
        if let Some(found) = self.site.world().repo_mut(repo) {
            found.private = false;
        }
    }

    /// Commits to a branch (made from the default one when new) and returns the commit.
    pub async fn push(&self, repo: &str, branch: &str, files: &[Change<'_>]) -> Result<String, MoveError> {
        self.push_as("monalisa", repo, branch, files).await
    }

    pub async fn push_as(
        &self,
        author: &str,
        repo: &str,
        branch: &str,
        files: &[Change<'_>],
    ) -> Result<String, MoveError> {
        let (author, repo, branch) = (author.to_owned(), repo.to_owned(), branch.to_owned());
        let files: Vec<(String, Option<Vec<u8>>)> =
            files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.map(<[u8]>::to_vec))).collect();
        self.act(move |site| {
            let changes: Vec<Change<'_>> =
                files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_deref())).collect();
            moves::push(site, &repo, &branch, &author, "Change", &changes)
        })
        .await
    }

    /// Points a branch at a commit the repository has: a force push.
    pub async fn force_push(&self, repo: &str, branch: &str, rev: &str) -> Result<String, MoveError> {
        let (repo, branch, rev) = (repo.to_owned(), branch.to_owned(), rev.to_owned());
        self.act(move |site| moves::point(site, &repo, &branch, &rev, "monalisa")).await
    }

    pub async fn open_pull_request(&self, opening: Opening<'_>) -> Result<u64, MoveError> {
        let own = |text: &str| text.to_owned();
        let (repo, base, head) = (own(opening.repo), own(opening.base), own(opening.head));
        let (title, body, author) = (own(opening.title), own(opening.body), own(opening.author));
        let (fork, draft) = (opening.fork.map(str::to_owned), opening.draft);
        self.act(move |site| {
            let opening = Opening {
                repo: &repo,
                base: &base,
                head: &head,
                fork: fork.as_deref(),
                title: &title,
                body: &body,
                author: &author,
                draft,
            };
            moves::open(site, &opening)
        })
        .await
    }

    /// Sends one `pull_request` event of that action after changing the state it stands for.
    pub async fn set_pull_request(&self, repo: &str, number: u64, action: &str) -> Result<(), MoveError> {
        let (repo, action) = (repo.to_owned(), action.to_owned());
        self.act(move |site| {
            let now = site.now();
            moves::change(site, &repo, number, &action.clone(), "monalisa", |pull| match action.as_str() {
                "closed" => (pull.open, pull.closed) = (false, Some(now)),
                "reopened" => (pull.open, pull.closed) = (true, None),
                "ready_for_review" => pull.draft = false,
                "converted_to_draft" => pull.draft = true,
                _ => {}
            })
        })
        .await
    }

    pub async fn merge(&self, repo: &str, number: u64) -> Result<String, MoveError> {
        let repo = repo.to_owned();
        self.act(move |site| moves::merge(site, &repo, number, "monalisa")).await
    }

    /// Puts a pull request into the merge queue; returns the commit of the group.
    pub async fn merge_queue(&self, repo: &str, number: u64) -> Result<String, MoveError> {
        let repo = repo.to_owned();
        self.act(move |site| moves::enqueue(site, &repo, number, "monalisa")).await
    }

    /// A person writes in the conversation.
    pub async fn comment_as(&self, user: &str, repo: &str, number: u64, body: &str) -> Result<u64, MoveError> {
        let (actor, repo, body) = (person(user), repo.to_owned(), body.to_owned());
        self.act(move |site| Ok(acts::comment(site, &mut site.world(), &repo, number, &actor, body)?)).await
    }

    /// A person answers in the thread that holds a comment.
    pub async fn reply_in_thread(&self, user: &str, repo: &str, comment: u64, body: &str) -> Result<u64, MoveError> {
        let (actor, repo, body) = (person(user), repo.to_owned(), body.to_owned());
        self.act(move |site| {
            let mut world = site.world();
            let thread = world.repo_mut(&repo).and_then(|repo| repo.thread_of(comment)).map(|(_, thread)| thread.id);
            let thread = thread.ok_or_else(|| MoveError::Missing(format!("review comment {comment}")))?;
            Ok(acts::reply(site, &mut world, &repo, thread, &actor, body)?)
        })
        .await
    }

    /// A person deletes a comment of the conversation or of a thread.
    pub async fn delete_comment(&self, user: &str, repo: &str, comment: u64) -> Result<(), MoveError> {
        let (actor, repo) = (person(user), repo.to_owned());
        self.act(move |site| {
            let mut world = site.world();
            let inline = world.repo_mut(&repo).and_then(|repo| repo.thread_of(comment)).is_some();
            match inline {
                true => acts::delete_review_comment(site, &mut world, &repo, comment, &actor)?,
                false => acts::delete_comment(site, &mut world, &repo, comment, &actor)?,
            }
            Ok(())
        })
        .await
    }

    /// "Re-run" on one check run.
    pub async fn rerequest_check(&self, repo: &str, run: u64) -> Result<(), MoveError> {
        let repo = repo.to_owned();
        self.act(move |site| Ok(suites::rerequest_run(site, &mut site.world(), &repo, run, "monalisa")?)).await
    }

    /// "Re-run all checks" on the suite a run belongs to.
    pub async fn rerequest_suite_of(&self, repo: &str, run: u64) -> Result<(), MoveError> {
        let repo = repo.to_owned();
        self.act(move |site| {
            let mut world = site.world();
            let suite = world.repo_mut(&repo).and_then(|repo| repo.run(run)).map(|run| run.suite);
            let suite = suite.ok_or_else(|| MoveError::Missing(format!("check run {run}")))?;
            Ok(suites::rerequest_suite(site, &mut world, &repo, suite, "monalisa")?)
        })
        .await
    }

    /// Presses one of the buttons of a completed run.
    pub async fn press_button(&self, repo: &str, run: u64, identifier: &str) -> Result<(), MoveError> {
        let (repo, identifier) = (repo.to_owned(), identifier.to_owned());
        self.act(move |site| {
            let mut world = site.world();
            let shown = world.repo_mut(&repo).and_then(|repo| repo.run(run)).is_some_and(|run| {
                run.status == "completed" && run.actions.iter().any(|action| action.identifier == identifier)
            });
            if !shown {
                return Err(MoveError::Missing(format!("button {identifier} on check run {run}")));
            }
            Ok(suites::tell_run(site, &mut world, &repo, run, "requested_action", "monalisa", Some(&identifier))?)
        })
        .await
    }

    /// Sends a delivery again, under its GUID.
    pub async fn redeliver(&self, delivery: u64) {
        self.act(move |site| hooks::redeliver(site, &mut site.world(), delivery)).await;
    }

    pub fn deliveries(&self) -> Vec<DeliveryView> {
        let world = self.site.world();
        let view = |delivery: &super::delivery::Delivery| DeliveryView {
            id: delivery.id,
            guid: delivery.guid.clone(),
            event: delivery.event.clone(),
            action: delivery.action.clone(),
            redelivery: delivery.redelivery,
            status_code: delivery.status_code,
            payload: delivery.payload.clone(),
            headers: delivery.request_headers.clone(),
        };
        world.deliveries.iter().map(view).collect()
    }

    /// Everything that went over the wire so far.
    pub fn requests(&self) -> Vec<Exchange> {
        self.site.log()
    }

    pub fn forget_requests(&self) {
        self.site.clear_log();
    }

    /// The next `times` requests that match go wrong. A pattern is `METHOD /path`; `*` stands for one segment, `**` for many.
    pub fn fail_next(&self, times: usize, pattern: &str, fault: Fault) {
        self.fail_after(0, times, pattern, fault);
    }

    /// The same after letting `skip` matching requests through.
    pub fn fail_after(&self, skip: usize, times: usize, pattern: &str, fault: Fault) {
        self.site.switches().add(pattern, skip, times, fault);
    }

    pub fn stop_failing(&self) {
        self.site.switches().clear();
    }

    pub fn conversation(&self, repo: &str, number: u64) -> Option<Conversation> {
        Conversation::of(&self.site.world(), repo, number)
    }

    /// Check runs on any commit, oldest first; merge groups have no conversation to find them in.
    pub fn checks(&self, repo: &str, sha: &str) -> Vec<super::conversation::CheckView> {
        self.site.world().repo(repo).map(|found| super::conversation::checks(found, sha)).unwrap_or_default()
    }

    /// Gives the App of this world a permission (or takes it), on the App and on its installations.
    pub fn set_permission(&self, name: &str, level: Option<&str>) {
        let mut world = self.site.world();
        let app = self.app.unwrap_or(0);
        let world = &mut *world;
        let of_app = world.apps.get_mut(&app).map(|app| &mut app.permissions);
        let installed =
            world.installations.values_mut().filter(|found| found.app == app).map(|found| &mut found.permissions);
        for permissions in of_app.into_iter().chain(installed) {
            match level {
                Some(level) => permissions.insert(name.to_owned(), level.to_owned()),
                None => permissions.remove(name),
            };
        }
    }

    /// The text of a file at a revision, straight from git.
    pub fn file(&self, repo: &str, rev: &str, path: &str) -> Result<Vec<u8>, GitError> {
        self.site.git.run(repo, &["cat-file", "blob", &format!("{rev}:{path}")])
    }
}

fn person(login: &str) -> Actor {
    Actor { login: login.to_owned(), app: None }
}
