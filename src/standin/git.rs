//! The bare repositories behind the stand-in, moved by git's own plumbing; nothing here keeps a second truth.
//!
//! Settings of the machine and of the user are shut out, so that a hook, an alias or a signing key of theirs
//! can neither run nor fail here.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::world::Time;

#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("cannot run git: {0}; is it installed?")]
    Start(#[from] std::io::Error),
    #[error("git {command} failed: {message}")]
    Failed { command: String, message: String },
}

/// One file of a commit: its new content, or `None` to delete it.
pub type Change<'a> = (&'a str, Option<&'a [u8]>);

pub(super) struct GitStore {
    root: PathBuf,
}

pub(super) struct Commit<'a> {
    pub(super) branch: &'a str,
    /// The commit it stands on; `None` starts a history.
    pub(super) parent: Option<&'a str>,
    pub(super) author: &'a str,
    pub(super) message: &'a str,
    pub(super) at: Time,
    pub(super) changes: &'a [Change<'a>],
}

/// `git` without anybody's settings.
pub(super) fn scrubbed() -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        if name != "GIT_EXEC_PATH" {
            command.env_remove(name);
        }
    }
    let settings =
        [("safe.directory", "*"), ("core.quotePath", "false"), ("gc.auto", "0"), ("core.hooksPath", "/dev/null")];
    for (index, (key, value)) in settings.iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{index}"), key).env(format!("GIT_CONFIG_VALUE_{index}"), value);
    }
    command
        .env("GIT_CONFIG_COUNT", settings.len().to_string())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C");
    command
}

fn finish(command: &str, output: Output) -> Result<Vec<u8>, GitError> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(GitError::Failed { command: command.to_owned(), message })
}

impl GitStore {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn path(&self, full_name: &str) -> PathBuf {
        self.root.join(format!("{}.git", full_name.to_lowercase()))
    }

    pub(super) fn run(&self, full_name: &str, args: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = scrubbed().arg("--git-dir").arg(self.path(full_name)).args(args).stdin(Stdio::null()).output()?;
        finish(args.first().unwrap_or(&""), output)
    }

    pub(super) fn text(&self, full_name: &str, args: &[&str]) -> Result<String, GitError> {
        Ok(String::from_utf8_lossy(&self.run(full_name, args)?).trim_end().to_owned())
    }

    pub(super) fn init(&self, full_name: &str, default_branch: &str) -> Result<(), GitError> {
        let path = self.path(full_name);
        std::fs::create_dir_all(&path)?;
        let output = scrubbed()
            .args(["init", "--quiet", "--bare", "--template=", "-b", default_branch])
            .arg(&path)
            .stdin(Stdio::null())
            .output()?;
        finish("init", output)?;
        for key in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant", "uploadpack.allowReachableSHA1InWant"] {
            self.run(full_name, &["config", key, "true"])?;
        }
        Ok(())
    }

    /// Lets `full_name` read the objects of a repository elsewhere without copying them or writing there.
    pub(super) fn borrow_objects(&self, full_name: &str, from: &Path) -> Result<(), GitError> {
        let ask = |what: &str| -> Result<PathBuf, GitError> {
            let output = scrubbed().arg("-C").arg(from).args(["rev-parse", "--git-path", what]).output()?;
            let printed = finish("rev-parse", output)?;
            Ok(std::path::absolute(from.join(String::from_utf8_lossy(&printed).trim_end()))?)
        };
        let objects = ask("objects")?;
        let home = self.path(full_name);
        std::fs::create_dir_all(home.join("objects/info"))?;
        std::fs::write(home.join("objects/info/alternates"), format!("{}\n", objects.display()))?;
        let shallow = ask("shallow")?;
        if shallow.is_file() {
            std::fs::copy(shallow, home.join("shallow"))?;
        }
        Ok(())
    }

    /// Makes one commit on a branch and returns its id. One process, however many files.
    pub(super) fn commit(&self, full_name: &str, commit: &Commit<'_>) -> Result<String, GitError> {
        let mut child = scrubbed()
            .arg("--git-dir")
            .arg(self.path(full_name))
            .args(["fast-import", "--quiet", "--force", "--done", "--date-format=raw"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stream = import_stream(commit);
        // A refused stream closes the pipe early; what git says about it is the better message.
        let written = child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(&stream));
        finish("fast-import", child.wait_with_output()?)?;
        written?;
        self.rev(full_name, &format!("refs/heads/{}", commit.branch))
    }

    pub(super) fn rev(&self, full_name: &str, rev: &str) -> Result<String, GitError> {
        self.text(full_name, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{rev}^{{commit}}")])
    }

    pub(super) fn set_ref(&self, full_name: &str, name: &str, sha: &str) -> Result<(), GitError> {
        self.run(full_name, &["update-ref", name, sha]).map(drop)
    }

    pub(super) fn merge_base(&self, full_name: &str, a: &str, b: &str) -> Result<String, GitError> {
        self.text(full_name, &["merge-base", a, b])
    }

    /// The commit a merge of both would be; `None` when they conflict or git is too old to say.
    pub(super) fn try_merge(&self, full_name: &str, base: &str, head: &str, message: &str, at: Time) -> Option<String> {
        let tree = self.text(full_name, &["merge-tree", "--write-tree", base, head]).ok()?;
        let tree = tree.lines().next()?.to_owned();
        let date = format!("{} +0000", at.timestamp());
        let mut command = scrubbed();
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "GitHub").env(format!("GIT_{who}_EMAIL"), "noreply@github.com");
            command.env(format!("GIT_{who}_DATE"), &date);
        }
        let output = command
            .arg("--git-dir")
            .arg(self.path(full_name))
            .args(["commit-tree", &tree, "-p", base, "-p", head, "-m", message])
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let sha = finish("commit-tree", output).ok()?;
        Some(String::from_utf8_lossy(&sha).trim_end().to_owned())
    }

    /// Brings the objects of `sha` from a fork into its parent, as GitHub's shared storage does.
    pub(super) fn share_commit(&self, from: &str, to: &str, sha: &str) -> Result<(), GitError> {
        if from.eq_ignore_ascii_case(to) {
            return Ok(());
        }
        let source = self.path(from);
        self.run(to, &["fetch", "--quiet", "--no-tags", &source.to_string_lossy(), sha]).map(drop)
    }
}

fn import_stream(commit: &Commit<'_>) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut put = |bytes: &[u8]| stream.extend_from_slice(bytes);
    let name = commit.author.replace(['<', '>', '\n'], "");
    put(format!("commit refs/heads/{}\n", commit.branch).as_bytes());
    let seconds = commit.at.timestamp();
    for role in ["author", "committer"] {
        put(format!("{role} {name} <{name}@users.noreply.github.com> {seconds} +0000\n").as_bytes());
    }
    put(format!("data {}\n{}\n", commit.message.len(), commit.message).as_bytes());
    if let Some(parent) = commit.parent {
        put(format!("from {parent}\n").as_bytes());
    }
    for (path, content) in commit.changes {
        let quoted = quoted(path);
        match content {
            Some(bytes) => {
                put(format!("M 100644 inline {quoted}\ndata {}\n", bytes.len()).as_bytes());
                put(bytes);
                put(b"\n");
            }
            None => put(format!("D {quoted}\n").as_bytes()),
        }
    }
    put(b"done\n");
    stream
}

fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
