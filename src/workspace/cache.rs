//! Bare repositories of other machines, one per repository, kept between reviews.
//!
//! Commits and trees come with a shallow, blob-filtered fetch; the contents a review needs come in one further
//! request for all of them. The token travels in an `http.extraHeader` through the environment of one process.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use secrecy::SecretString;

use crate::model::{CommitSha, RepoName};

use super::assemble::{Sides, assemble};
use super::error::WorkspaceError;
use super::evict;
use super::fetched::Fetched;
use super::git::Git;
use super::limits::Limits;
use super::names;
use super::remote::Remote;

/// More packs than this slow every look-up down; then it is cheaper to start anew than to repack.
const PACKS: usize = 200;

/// What a review needs of a repository somewhere else.
#[derive(Clone, Debug)]
pub struct Fetch {
    pub repo: RepoName,
    /// `https://…` or `http://…`, without credentials.
    pub url: String,
    pub token: Option<SecretString>,
    /// The tip of the base branch, or the base of a merge group.
    pub base: CommitSha,
    pub head: CommitSha,
    /// A name of the head in the base repository (`refs/pull/7/head`), for servers that do not hand out bare ids.
    pub head_ref: Option<String>,
    /// How many commits the change has, if known: it tells how deep to look for the merge base.
    pub commits: Option<u32>,
}

/// The folder of all repositories. Several threads and processes may share one.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
    limits: Limits,
}

impl Cache {
    pub fn new(root: PathBuf, limits: Limits) -> Self {
        Self { root, limits }
    }

    /// The change from the merge base to the head. Blocks for as long as the limits allow.
    pub fn change_set(&self, request: &Fetch) -> Result<Fetched, WorkspaceError> {
        names::check_url(&request.url)?;
        check_ids(request)?;
        let name = names::folder_name(&request.repo);
        let git = Git::new(&self.root.join(&name), self.limits.time);
        let locks = self.root.join("locks");
        fs::create_dir_all(&locks).map_err(io("create", &locks))?;
        let _lock = lock(&locks.join(&name), &git, request)?;
        let existed = git.dir().join("HEAD").exists();
        match self.attempt(&git, request) {
            Err(error) if existed && error.suggests_corruption() => {
                tracing::warn!(repo = %request.repo, %error, "the cached repository is broken, making it anew");
                remove(git.dir())?;
                self.attempt(&git, request)
            }
            outcome => outcome,
        }
    }

    /// Removes what is unused for too long or beyond the size limit. Repositories in use are left alone.
    pub fn evict(&self, now: SystemTime) -> Result<usize, WorkspaceError> {
        let residents = evict::residents(&self.root);
        let mut gone = 0;
        for victim in evict::victims(residents, self.limits.cache_bytes, self.limits.cache_age, now) {
            let Some(name) = victim.path.file_name() else { continue };
            let lock =
                File::create(self.root.join("locks").join(name)).map_err(io("open the lock of", &victim.path))?;
            if lock.try_lock().is_ok() {
                remove(&victim.path)?;
                gone += 1;
            }
        }
        Ok(gone)
    }

    fn attempt(&self, git: &Git, request: &Fetch) -> Result<Fetched, WorkspaceError> {
        self.prepare(git, request)?;
        let mut remote = Remote::new(git, request, &self.limits);
        remote.bring_commits(git)?;
        let base = remote.merge_base(git)?.unwrap_or_else(|| request.base.clone());
        let compared_with = format!("the merge base {}", base.short());
        let sides = Sides {
            base: Some(base),
            head_tree: request.head.as_str().to_owned(),
            head: Some(request.head.clone()),
            compared_with,
        };
        assemble(git, sides, &self.limits, &mut remote)
    }

    /// Makes the repository if there is none, and sets it up as a partial clone that never fetches by itself.
    fn prepare(&self, git: &Git, request: &Fetch) -> Result<(), WorkspaceError> {
        let folder = git.dir();
        if packs(folder) > PACKS {
            remove(folder)?;
        }
        if !folder.join(evict::USED).exists() {
            // Without the marker a former set-up broke off half-way.
            remove(folder)?;
            fs::create_dir_all(folder).map_err(io("create", folder))?;
            git.run(&["init", "--quiet", "--bare", "--template=", "."], b"", 4_096)?;
        }
        // The URL is written at every use: a repository may have moved.
        let config = format!(
            "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n\
             [remote \"origin\"]\n\turl = \"{}\"\n\tpromisor = true\n\tpartialCloneFilter = blob:none\n\
             [fetch]\n\tunpackLimit = 1\n\twriteCommitGraph = false\n",
            request.url.replace('\\', "\\\\").replace('"', "\\\"")
        );
        let path = folder.join("config");
        fs::write(&path, config).map_err(io("write", &path))?;
        let used = folder.join(evict::USED);
        fs::write(&used, request.repo.as_str()).map_err(io("write", &used))
    }
}

/// Waits for the repository to be free, as long as there is time.
fn lock(path: &Path, git: &Git, request: &Fetch) -> Result<File, WorkspaceError> {
    let file = File::create(path).map_err(io("open the lock", path))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) if git.time_left() > Duration::from_millis(50) => {
                std::thread::sleep(Duration::from_millis(25));
            }
            Err(fs::TryLockError::WouldBlock) => {
                return Err(WorkspaceError::Busy { repo: request.repo.as_str().to_owned() });
            }
            Err(fs::TryLockError::Error(source)) => return Err(io("lock", path)(source)),
        }
    }
}

/// Ids and names end up as arguments of git, so they must be what they claim to be.
fn check_ids(request: &Fetch) -> Result<(), WorkspaceError> {
    for id in [&request.base, &request.head] {
        let text = id.as_str();
        if !matches!(text.len(), 40 | 64) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let revision = text.chars().filter(|c| !c.is_control()).take(80).collect();
            return Err(WorkspaceError::UnknownRevision { revision, remedy: "; a full object id is needed" });
        }
    }
    let odd = |name: &&String| {
        !name.starts_with("refs/")
            || name.contains("..")
            || name.contains(|c: char| c.is_control() || " ~^:?*[\\".contains(c))
    };
    match request.head_ref.as_ref().filter(odd) {
        None => Ok(()),
        Some(name) => {
            let revision = name.chars().filter(|c| !c.is_control()).take(80).collect();
            Err(WorkspaceError::UnknownRevision { revision, remedy: "; a full name of a ref is needed" })
        }
    }
}

fn packs(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder.join("objects/pack")) else { return 0 };
    entries.flatten().filter(|entry| entry.path().extension().is_some_and(|extension| extension == "pack")).count()
}

fn remove(folder: &Path) -> Result<(), WorkspaceError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io("remove", folder)(error)),
        _ => Ok(()),
    }
}

fn io<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(std::io::Error) -> WorkspaceError + 'a {
    move |source| WorkspaceError::Io { doing, path: path.to_owned(), source }
}
