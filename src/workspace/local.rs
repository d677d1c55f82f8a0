//! A change in a repository on this machine: two commits, or a commit and the index or the working tree.
//!
//! The user's configuration is not needed and hardly read: only `safe.directory` (a deliberate grant) and
//! `core.excludesFile` (what the user never means to commit) are taken over. Nothing is fetched.

use std::path::{Path, PathBuf};

use crate::model::CommitSha;

use super::assemble::{Provide, Sides, assemble};
use super::error::WorkspaceError;
use super::fetched::Fetched;
use super::git::{Git, last_words};
use super::index::Snapshot;
use super::limits::Limits;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A commit by any name git understands.
    Rev(String),
    /// What would be committed now.
    Staged,
    /// The files as they are, untracked ones included, ignored ones not.
    WorkingTree,
}

/// The change from `base` to `head` in the repository that holds `repo`.
///
/// Without a base it is the merge base with the default branch; on the default branch itself the first parent; for
/// the index the commit that is checked out. A base that is given stands for its merge base with the head.
pub fn local(repo: &Path, base: Option<&str>, head: &Head) -> Result<Fetched, WorkspaceError> {
    local_with(repo, base, head, &Limits::default())
}

pub fn local_with(repo: &Path, base: Option<&str>, head: &Head, limits: &Limits) -> Result<Fetched, WorkspaceError> {
    let repository = Repository::open(repo, limits)?;
    let git = &repository.git;
    match head {
        Head::Rev(revision) => {
            let head = repository.commit(revision)?;
            let (base, compared_with) = repository.base_for(base, &head, true)?;
            let sides = Sides { base, head_tree: head.as_str().to_owned(), head: Some(head), compared_with };
            assemble(git, sides, limits, &mut OnDisk)
        }
        Head::Staged => {
            repository.needs_working_tree()?;
            let snapshot = Snapshot::staged(git)?;
            let (base, compared_with) = match (base, repository.head_commit()?) {
                (None, Some(head)) => (Some(head), "the commit that is checked out".to_owned()),
                (Some(_), Some(head)) => repository.base_for(base, &head, false)?,
                (_, None) => (None, "an empty repository".to_owned()),
            };
            let sides = Sides { base, head_tree: snapshot.tree.clone(), head: None, compared_with };
            assemble(&snapshot.git, sides, limits, &mut OnDisk)
        }
        Head::WorkingTree => repository.working_tree(base, limits),
    }
}

/// Everything there is in the working tree, or in a commit of a repository without one: the change from nothing.
pub fn whole(repo: &Path, limits: &Limits) -> Result<Fetched, WorkspaceError> {
    let repository = Repository::open(repo, limits)?;
    let compared_with = "the empty tree".to_owned();
    if repository.bare {
        let head = repository.commit("HEAD")?;
        let sides = Sides { base: None, head_tree: head.as_str().to_owned(), head: Some(head), compared_with };
        return assemble(&repository.git, sides, limits, &mut OnDisk);
    }
    let snapshot = Snapshot::working_tree(&repository.git, limits)?;
    let sides = Sides { base: None, head_tree: snapshot.tree.clone(), head: None, compared_with };
    let mut fetched = assemble(&snapshot.git, sides, limits, &mut OnDisk)?;
    snapshot.describe_left_out(&mut fetched);
    Ok(fetched)
}

/// One tree of a repository on this machine.
pub(super) struct Opened {
    pub(super) git: Git,
    /// A commit or a tree.
    pub(super) tree: String,
    pub(super) head: Option<CommitSha>,
    /// Holds the objects of what is not committed.
    _snapshot: Option<Snapshot>,
}

pub(super) fn open(repo: &Path, head: &Head, limits: &Limits) -> Result<Opened, WorkspaceError> {
    let repository = Repository::open(repo, limits)?;
    let snapshot = match head {
        Head::Rev(revision) => {
            let head = repository.commit(revision)?;
            let tree = head.as_str().to_owned();
            return Ok(Opened { git: repository.git, tree, head: Some(head), _snapshot: None });
        }
        Head::Staged => {
            repository.needs_working_tree()?;
            Snapshot::staged(&repository.git)?
        }
        Head::WorkingTree => {
            repository.needs_working_tree()?;
            Snapshot::working_tree(&repository.git, limits)?
        }
    };
    Ok(Opened { git: snapshot.git.clone(), tree: snapshot.tree.clone(), head: None, _snapshot: Some(snapshot) })
}

struct Repository {
    git: Git,
    path: PathBuf,
    bare: bool,
    shallow: bool,
}

impl Repository {
    fn open(path: &Path, limits: &Limits) -> Result<Self, WorkspaceError> {
        let git = Git::new(path, limits.time);
        if !path.is_dir() {
            return Err(WorkspaceError::NotARepository { path: path.to_owned() });
        }
        let git = with_user_grants(git)?;
        let questions = ["rev-parse", "--is-bare-repository", "--is-shallow-repository", "--absolute-git-dir"];
        let answer = git.attempt(&questions, b"", 64 << 10)?;
        if !answer.ok() {
            let path = path.to_owned();
            return Err(if answer.stderr.contains("dubious ownership") {
                WorkspaceError::ForeignOwner { path }
            } else if answer.stderr.contains("not a git repository") {
                WorkspaceError::NotARepository { path }
            } else {
                WorkspaceError::Git { command: "rev-parse".to_owned(), message: last_words(&answer.stderr) }
            });
        }
        let text = answer.line();
        let mut lines = text.lines();
        let (bare, shallow) = (lines.next() == Some("true"), lines.next() == Some("true"));
        let top = if bare {
            PathBuf::from(lines.next().unwrap_or_default())
        } else {
            // Inside `.git` there is no working tree around; its parent is meant.
            match git.attempt(&["rev-parse", "--show-toplevel"], b"", 64 << 10)? {
                top if top.ok() => PathBuf::from(top.line()),
                _ => PathBuf::from(lines.next().unwrap_or_default()).parent().unwrap_or(path).to_owned(),
            }
        };
        Ok(Self { git: git.at(&top), path: path.to_owned(), bare, shallow })
    }

    fn needs_working_tree(&self) -> Result<(), WorkspaceError> {
        if self.bare { Err(WorkspaceError::Bare { path: self.path.clone() }) } else { Ok(()) }
    }

    fn working_tree(&self, base: Option<&str>, limits: &Limits) -> Result<Fetched, WorkspaceError> {
        self.needs_working_tree()?;
        let snapshot = Snapshot::working_tree(&self.git, limits)?;
        let (base, compared_with) = match self.head_commit()? {
            None => (None, "an empty repository".to_owned()),
            // On the default branch without local commits the uncommitted changes are meant; when there are none
            // either, the last commit is the best answer to "what did I just do?".
            Some(head) => {
                let dirty = snapshot.differs_from(&head)?;
                self.base_for(base, &head, !dirty)?
            }
        };
        let sides = Sides { base, head_tree: snapshot.tree.clone(), head: None, compared_with };
        let mut fetched = assemble(&snapshot.git, sides, limits, &mut OnDisk)?;
        snapshot.describe_left_out(&mut fetched);
        Ok(fetched)
    }

    fn head_commit(&self) -> Result<Option<CommitSha>, WorkspaceError> {
        self.try_commit("HEAD")
    }

    fn try_commit(&self, revision: &str) -> Result<Option<CommitSha>, WorkspaceError> {
        let name = format!("{revision}^{{commit}}");
        let answer = self.git.attempt(&["rev-parse", "--verify", "--quiet", "--end-of-options", &name], b"", 4_096)?;
        Ok(answer.ok().then(|| CommitSha::from(answer.line().as_str())))
    }

    fn commit(&self, revision: &str) -> Result<CommitSha, WorkspaceError> {
        if let Some(commit) = self.try_commit(revision)? {
            return Ok(commit);
        }
        if revision == "HEAD" {
            return Err(WorkspaceError::NoCommits { path: self.path.clone() });
        }
        let remedy = if self.shallow {
            "; the clone is shallow, so fetch it first (in GitHub Actions: `fetch-depth: 0`)"
        } else {
            "; check its spelling or fetch it first"
        };
        let revision = revision.chars().filter(|c| !c.is_control()).take(200).collect();
        Err(WorkspaceError::UnknownRevision { revision, remedy })
    }

    /// What a head is compared with, and how to call that. `step_back`: when the head is its own base, its parent.
    fn base_for(
        &self,
        base: Option<&str>,
        head: &CommitSha,
        step_back: bool,
    ) -> Result<(Option<CommitSha>, String), WorkspaceError> {
        if let Some(name) = base {
            let base = self.commit(name)?;
            let shown: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
            return Ok(match self.merge_base(&base, head)? {
                Some(common) if common != base => (Some(common), format!("the merge base with {shown}")),
                _ => (Some(base), shown),
            });
        }
        if let Some((name, tip)) = self.default_branch()?
            && let Some(common) = self.merge_base(&tip, head)?
            && (common != *head || !step_back)
        {
            return Ok((Some(common), format!("the merge base with {name}")));
        }
        if !step_back {
            return Ok((Some(head.clone()), "the commit that is checked out".to_owned()));
        }
        Ok(match self.try_commit(&format!("{head}^1"))? {
            Some(parent) => (Some(parent), "the first parent".to_owned()),
            None => (None, "the empty tree".to_owned()),
        })
    }

    /// `origin/HEAD` if the clone knows it, else the usual names, else what the current branch follows.
    fn default_branch(&self) -> Result<Option<(String, CommitSha)>, WorkspaceError> {
        let known = self.git.attempt(&["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"], b"", 4_096)?;
        let usual = ["refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"];
        let names = known.ok().then(|| known.line()).into_iter().chain(usual.map(str::to_owned));
        for name in names.chain(["@{upstream}".to_owned()]) {
            if let Some(commit) = self.try_commit(&name)? {
                let short = name.trim_start_matches("refs/remotes/").trim_start_matches("refs/heads/");
                return Ok(Some((short.to_owned(), commit)));
            }
        }
        Ok(None)
    }

    fn merge_base(&self, one: &CommitSha, other: &CommitSha) -> Result<Option<CommitSha>, WorkspaceError> {
        let answer = self.git.attempt(&["merge-base", one.as_str(), other.as_str()], b"", 4_096)?;
        match answer.code {
            Some(0) => Ok(answer.line().lines().next().map(CommitSha::from)),
            Some(1) => Ok(None),
            _ => Err(WorkspaceError::Git { command: "merge-base".to_owned(), message: last_words(&answer.stderr) }),
        }
    }
}

/// Reads two values of the user's own configuration; everything else in there stays out of sight.
fn with_user_grants(git: Git) -> Result<Git, WorkspaceError> {
    let mut granted = git.clone();
    // `/dev/null` is what every other process sees; this one asks the real files.
    for scope in ["--system", "--global"] {
        let ask = git.clone().own_configuration();
        let trusted = ask.attempt(&["config", scope, "-z", "--get-all", "safe.directory"], b"", 256 << 10)?;
        for value in String::from_utf8_lossy(&trusted.stdout).split('\0').filter(|value| !value.is_empty()) {
            granted = granted.setting("safe.directory", value);
        }
        let ignored = ask.attempt(&["config", scope, "-z", "--type=path", "--get", "core.excludesFile"], b"", 8_192)?;
        if let Some(value) = String::from_utf8_lossy(&ignored.stdout).split('\0').find(|value| !value.is_empty()) {
            granted = granted.setting("core.excludesFile", value);
        }
    }
    Ok(granted)
}

/// A local repository has its objects or is a partial clone; Sightline does not use anyone's credentials to complete it.
struct OnDisk;

impl Provide for OnDisk {
    fn provide(&mut self, _: &Git, _: &[&str]) -> Result<(), WorkspaceError> {
        Ok(())
    }
}
