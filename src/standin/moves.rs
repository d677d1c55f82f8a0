//! What people do with branches and pull requests: push, open, close, merge, queue. Each move tells the Apps.

use serde_json::{Value, json};

use super::diff::{Anchor, follow, settle};
use super::git::{Change, Commit, GitError};
use super::hooks::{self, Event};
use super::json::{CommitText, Urls};
use super::pull::{Pull, Side, Spot, Thread};
use super::refusal::Refusal;
use super::site::Site;
use super::suites;
use super::world::World;

/// How a pull request is opened.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    pub repo: &'a str,
    pub base: &'a str,
    pub head: &'a str,
    /// The repository of the head branch, when it is a fork.
    pub fork: Option<&'a str>,
    pub title: &'a str,
    pub body: &'a str,
    pub author: &'a str,
    pub draft: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("the stand-in has no {0}")]
    Missing(String),
}

impl From<Refusal> for MoveError {
    fn from(refusal: Refusal) -> Self {
        Self::Missing(refusal.message)
    }
}

pub(super) fn push(
    site: &Site,
    repo: &str,
    branch: &str,
    author: &str,
    message: &str,
    changes: &[Change<'_>],
) -> Result<String, MoveError> {
    let tip = site.git.rev(repo, &format!("refs/heads/{branch}")).ok();
    let default = site.world().repo(repo).ok_or_else(|| MoveError::Missing(repo.to_owned()))?.default_branch.clone();
    // A new branch starts from the default one, as people do it.
    let parent = tip.clone().or_else(|| site.git.rev(repo, &format!("refs/heads/{default}")).ok());
    let commit = Commit { branch, parent: parent.as_deref(), author, message, at: site.now(), changes };
    let sha = site.git.commit(repo, &commit)?;
    moved(site, repo, branch, tip.as_deref(), &sha, author)?;
    Ok(sha)
}

/// Points a branch at a commit that exists already: a force push, or a fast-forward from elsewhere.
pub(super) fn point(site: &Site, repo: &str, branch: &str, rev: &str, author: &str) -> Result<String, MoveError> {
    let name = format!("refs/heads/{branch}");
    let before = site.git.rev(repo, &name).ok();
    let sha = site.git.rev(repo, rev)?;
    site.git.set_ref(repo, &name, &sha)?;
    moved(site, repo, branch, before.as_deref(), &sha, author)?;
    Ok(sha)
}

/// A branch moved: `push`, `check_suite`, and `synchronize` for the pull requests it heads.
fn moved(
    site: &Site,
    repo: &str,
    branch: &str,
    before: Option<&str>,
    after: &str,
    author: &str,
) -> Result<(), MoveError> {
    let commits = match before {
        Some(before) => CommitText::log(&site.git, repo, &["--reverse", "-20", &format!("{before}..{after}")])?,
        None => CommitText::log(&site.git, repo, &["-1", after])?,
    };
    let mut world = site.world();
    world.account(author);
    let now = site.now();
    if let Some(found) = world.repo_mut(repo) {
        found.pushed = now;
    }
    let fields = push_payload(site, &world, repo, branch, before, &commits, author);
    hooks::emit(site, &mut world, Event { name: "push", action: None, repo, sender: author, only: None, fields });
    suites::request_for_push(site, &mut world, repo, after, author)?;
    let heads: Vec<(String, u64)> = headed_by(&world, repo, branch);
    for (target, number) in heads {
        synchronise(site, &mut world, &target, number, before, after, author)?;
    }
    Ok(())
}

/// Open pull requests, here or upstream of a fork, whose head is that branch.
fn headed_by(world: &World, repo: &str, branch: &str) -> Vec<(String, u64)> {
    let open = world.repos.values().flat_map(|target| target.pulls.values().map(move |pull| (target, pull)));
    open.filter(|(_, pull)| pull.open && pull.head_ref == branch && pull.head_repo.eq_ignore_ascii_case(repo))
        .map(|(target, pull)| (target.full_name(), pull.number))
        .collect()
}

fn push_payload(
    site: &Site,
    world: &World,
    repo: &str,
    branch: &str,
    before: Option<&str>,
    commits: &[CommitText],
    author: &str,
) -> Value {
    let urls = Urls::new(&site.url);
    let html = urls.html_repo(repo);
    let zero = "0".repeat(40);
    let shown: Vec<Value> = commits
        .iter()
        .map(|commit| {
            let mut shown = urls.simple_commit(commit);
            shown["distinct"] = json!(true);
            shown["url"] = json!(format!("{html}/commit/{}", commit.sha));
            for list in ["added", "removed", "modified"] {
                shown[list] = json!([]);
            }
            shown
        })
        .collect();
    let after = commits.last().map_or(zero.as_str(), |commit| commit.sha.as_str());
    let account = world.known(author);
    json!({
        "ref": format!("refs/heads/{branch}"), "before": before.unwrap_or(&zero), "after": after, "base_ref": null,
        "created": before.is_none(), "deleted": false, "forced": false,
        "compare": format!("{html}/compare/{}...{after}", before.unwrap_or(&zero)),
        "commits": shown, "head_commit": shown.last(),
        "pusher": {"name": account.login, "email": format!("{}@users.noreply.github.com", account.login)},
    })
}

fn synchronise(
    site: &Site,
    world: &mut World,
    repo: &str,
    number: u64,
    before: Option<&str>,
    after: &str,
    author: &str,
) -> Result<(), MoveError> {
    let now = site.now();
    let pull = world.repo(repo).and_then(|found| found.pulls.get(&number)).ok_or_else(|| missing(repo, number))?;
    let (head_repo, base_ref) = (pull.head_repo.clone(), pull.base_ref.clone());
    site.git.share_commit(&head_repo, repo, after)?;
    let base = site.git.rev(repo, &format!("refs/heads/{base_ref}"))?;
    let pull =
        world.repo_mut(repo).and_then(|found| found.pulls.get_mut(&number)).ok_or_else(|| missing(repo, number))?;
    after.clone_into(&mut pull.head_sha);
    pull.base_sha = base;
    pull.updated = now;
    set_pull_refs(site, repo, pull)?;
    for thread in &mut pull.threads {
        thread.current = moved_spot(site, repo, &pull.base_sha, after, thread);
        if thread.current.is_some() {
            after.clone_into(&mut thread.commit);
        }
    }
    tell_pull(
        site,
        world,
        repo,
        number,
        "synchronize",
        author,
        json!({"before": before.unwrap_or_default(), "after": after}),
    )
}

fn missing(repo: &str, number: u64) -> MoveError {
    MoveError::Missing(format!("pull request {repo}#{number}"))
}

/// Where a thread hangs after a push; `None` once its line was touched or left the diff: it is outdated then.
fn moved_spot(site: &Site, repo: &str, base: &str, head: &str, thread: &Thread) -> Option<Spot> {
    let original = thread.original.as_ref()?;
    let files = site.pull_diff(repo, base, head).ok()?;
    let shift = |line: u32| match thread.side {
        Side::Left => Some(line),
        Side::Right => {
            let changes = site.plain_diff(repo, &thread.original_commit, head).ok()?;
            follow(&changes, &thread.path, line)
        }
    };
    let line = shift(original.line)?;
    let start_line = match original.start_line {
        Some(start) => Some(shift(start)?),
        None => None,
    };
    let anchor = Anchor { path: &thread.path, side: thread.side, line, start_side: thread.start_side, start_line };
    settle(&files, &anchor).ok().map(|(spot, _)| spot)
}

fn set_pull_refs(site: &Site, repo: &str, pull: &Pull) -> Result<(), GitError> {
    site.git.set_ref(repo, &format!("refs/pull/{}/head", pull.number), &pull.head_sha)?;
    let name = format!("refs/pull/{}/merge", pull.number);
    let message = format!("Merge {} into {}", pull.head_sha, pull.base_sha);
    match site.git.try_merge(repo, &pull.base_sha, &pull.head_sha, &message, site.now()) {
        Some(merged) => site.git.set_ref(repo, &name, &merged),
        None => site.git.run(repo, &["update-ref", "-d", &name]).map(drop),
    }
}

pub(super) fn open(site: &Site, opening: &Opening<'_>) -> Result<u64, MoveError> {
    let repo = opening.repo;
    let head_repo = opening.fork.unwrap_or(repo);
    let head = site.git.rev(head_repo, &format!("refs/heads/{}", opening.head))?;
    let base = site.git.rev(repo, &format!("refs/heads/{}", opening.base))?;
    site.git.share_commit(head_repo, repo, &head)?;
    let now = site.now();
    let mut world = site.world();
    world.account(opening.author);
    let id = world.next_id();
    let found = world.repo_mut(repo).ok_or_else(|| MoveError::Missing(repo.to_owned()))?;
    let number = found.next_number();
    let pull = Pull {
        id,
        number,
        title: opening.title.to_owned(),
        body: Some(opening.body.to_owned()).filter(|body| !body.is_empty()),
        author: opening.author.to_owned(),
        open: true,
        draft: opening.draft,
        merged: None,
        closed: None,
        base_ref: opening.base.to_owned(),
        base_sha: base,
        head_repo: head_repo.to_owned(),
        head_ref: opening.head.to_owned(),
        head_sha: head,
        labels: std::collections::BTreeSet::new(),
        reviews: Vec::new(),
        threads: Vec::new(),
        comments: Vec::new(),
        created: now,
        updated: now,
    };
    set_pull_refs(site, repo, &pull)?;
    found.pulls.insert(number, pull);
    tell_pull(site, &mut world, repo, number, "opened", opening.author, json!({}))?;
    Ok(number)
}

/// Sends a `pull_request` event; `extra` joins the payload.
pub(super) fn tell_pull(
    site: &Site,
    world: &mut World,
    repo: &str,
    number: u64,
    action: &str,
    sender: &str,
    extra: Value,
) -> Result<(), MoveError> {
    let urls = Urls::new(&site.url);
    let found = world.repo(repo).ok_or_else(|| MoveError::Missing(repo.to_owned()))?;
    let pull = found.pulls.get(&number).ok_or_else(|| missing(repo, number))?;
    let numbers = super::rest::numbers(site, repo, pull)?;
    let mut fields = json!({"number": number, "pull_request": urls.pull(world, found, pull, &numbers)});
    if let (Value::Object(fields), Value::Object(extra)) = (&mut fields, extra) {
        fields.extend(extra);
    }
    hooks::emit(site, world, Event { name: "pull_request", action: Some(action), repo, sender, only: None, fields });
    Ok(())
}

/// Closes, reopens, marks ready or drafts again, edits: what changes the pull request and sends one event.
pub(super) fn change(
    site: &Site,
    repo: &str,
    number: u64,
    action: &str,
    sender: &str,
    edit: impl FnOnce(&mut Pull),
) -> Result<(), MoveError> {
    let now = site.now();
    let mut world = site.world();
    world.account(sender);
    let pull =
        world.repo_mut(repo).and_then(|found| found.pulls.get_mut(&number)).ok_or_else(|| missing(repo, number))?;
    edit(pull);
    pull.updated = now;
    tell_pull(site, &mut world, repo, number, action, sender, json!({}))
}

/// Merges with a merge commit and moves the base branch.
pub(super) fn merge(site: &Site, repo: &str, number: u64, sender: &str) -> Result<String, MoveError> {
    let base_ref = {
        let world = site.world();
        let pull = world.repo(repo).and_then(|found| found.pulls.get(&number)).ok_or_else(|| missing(repo, number))?;
        pull.base_ref.clone()
    };
    let merged = site.git.rev(repo, &format!("refs/pull/{number}/merge"))?;
    let now = site.now();
    change(site, repo, number, "closed", sender, |pull| {
        pull.open = false;
        pull.merged = Some(now);
        pull.closed = Some(now);
    })?;
    point(site, repo, &base_ref, &merged, sender)
}

/// Puts a pull request into the merge queue: a temporary branch, and `merge_group.checks_requested` for it.
pub(super) fn enqueue(site: &Site, repo: &str, number: u64, sender: &str) -> Result<String, MoveError> {
    let (base_ref, base_sha, title) = {
        let world = site.world();
        let pull = world.repo(repo).and_then(|found| found.pulls.get(&number)).ok_or_else(|| missing(repo, number))?;
        (pull.base_ref.clone(), pull.base_sha.clone(), pull.title.clone())
    };
    let merged = site.git.rev(repo, &format!("refs/pull/{number}/merge"))?;
    let branch = format!("gh-readonly-queue/{base_ref}/pr-{number}-{base_sha}");
    site.git.set_ref(repo, &format!("refs/heads/{branch}"), &merged)?;
    let commit = CommitText::one(&site.git, repo, &merged)?;
    let urls = Urls::new(&site.url);
    let mut head_commit = urls.simple_commit(&commit);
    head_commit["message"] = json!(format!("Merge pull request #{number}\n\n{title}"));
    let fields = json!({"merge_group": {
        "head_sha": merged, "head_ref": format!("refs/heads/{branch}"), "base_sha": base_sha,
        "base_ref": format!("refs/heads/{base_ref}"), "head_commit": head_commit,
    }});
    let mut world = site.world();
    let name = "merge_group";
    hooks::emit(site, &mut world, Event { name, action: Some("checks_requested"), repo, sender, only: None, fields });
    Ok(merged)
}
