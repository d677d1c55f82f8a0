//! One git process: what it may see, how long it may run, how much it may say.
//!
//! The environment is built from nothing, so neither the user's configuration nor a variable of the caller (a token,
//! `GIT_DIR` of a surrounding hook) reaches git by accident. Every process leads its own group and the group is
//! killed when the deadline passes, because git's own children (`git-remote-https`) would survive it otherwise.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::error::WorkspaceError;

/// Settings that hold for every process: nothing of the repository's configuration may start a program.
const FIXED: &[(&str, &str)] = &[
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.quotePath", "false"),
    ("core.pager", "cat"),
    ("core.untrackedCache", "false"),
    ("core.commitGraph", "true"),
    ("credential.helper", ""),
    ("protocol.allow", "never"),
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("log.showSignature", "false"),
];

/// Variables of the caller that git may see: where programs, certificates and proxies are, nothing else.
const PASSED: &[&str] = &[
    "PATH",
    "HOME",
    "XDG_CONFIG_HOME",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
];

const STDERR_CAP: u64 = 64 << 10;
const POLL: Duration = Duration::from_millis(100);

/// A place to run git in, with a common deadline.
#[derive(Clone)]
pub(super) struct Git {
    dir: PathBuf,
    variables: Vec<(OsString, OsString)>,
    settings: Vec<(String, String)>,
    deadline: Instant,
    limit: Duration,
    watched: Option<(PathBuf, u64)>,
    own_configuration: bool,
}

pub(super) struct Output {
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
    pub(super) code: Option<i32>,
    /// More was written than allowed; what is here is the beginning.
    pub(super) cut: bool,
}

impl Output {
    pub(super) fn ok(&self) -> bool {
        self.code == Some(0)
    }

    /// Standard output as one trimmed line.
    pub(super) fn line(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim().to_owned()
    }
}

enum End {
    Done,
    Timeout,
    TooLarge,
}

impl Git {
    pub(super) fn new(dir: &Path, limit: Duration) -> Self {
        Self {
            dir: dir.to_owned(),
            variables: Vec::new(),
            settings: Vec::new(),
            deadline: Instant::now() + limit,
            limit,
            watched: None,
            own_configuration: false,
        }
    }

    pub(super) fn at(&self, dir: &Path) -> Self {
        Self { dir: dir.to_owned(), ..self.clone() }
    }

    /// The same with all of its time ahead.
    pub(super) fn again(&self) -> Self {
        Self { deadline: Instant::now() + self.limit, ..self.clone() }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// A configuration value. It travels in the environment: arguments can be read by every user of the machine.
    pub(super) fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// Stop a process that makes this folder grow beyond so many bytes.
    pub(super) fn watching(mut self, folder: PathBuf, bytes: u64) -> Self {
        self.watched = Some((folder, bytes));
        self
    }

    /// Let this process read the user's and the system's configuration.
    pub(super) fn own_configuration(mut self) -> Self {
        self.own_configuration = true;
        self
    }

    pub(super) fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Runs git and fails unless it ends with 0.
    pub(super) fn run<S: AsRef<OsStr>>(&self, args: &[S], input: &[u8], cap: usize) -> Result<Output, WorkspaceError> {
        let output = self.attempt(args, input, cap)?;
        if output.ok() || output.cut {
            return Ok(output);
        }
        Err(WorkspaceError::Git { command: subcommand(args), message: last_words(&output.stderr) })
    }

    /// Runs git and fails unless it ends with 0 and stays below the cap.
    pub(super) fn whole<S: AsRef<OsStr>>(
        &self,
        args: &[S],
        input: &[u8],
        cap: usize,
    ) -> Result<Vec<u8>, WorkspaceError> {
        let output = self.run(args, input, cap)?;
        if output.cut {
            return Err(WorkspaceError::TooMuchOutput { command: subcommand(args), limit: cap as u64 });
        }
        Ok(output.stdout)
    }

    /// Runs git; how it ended is for the caller to judge.
    pub(super) fn attempt<S: AsRef<OsStr>>(
        &self,
        args: &[S],
        input: &[u8],
        cap: usize,
    ) -> Result<Output, WorkspaceError> {
        if self.time_left().is_zero() {
            return Err(self.timeout(args));
        }
        let mut child = self.command(args).spawn().map_err(WorkspaceError::GitMissing)?;
        let mut stdin = child.stdin.take();
        let stdout = child.stdout.take();
        let stderr = child.stderr.take();
        let (finished, finish) = mpsc::channel();
        let (end, out, err) = thread::scope(|scope| {
            scope.spawn(move || {
                // A process that stops reading closes the pipe; its exit status tells why.
                let _closed = stdin.take().map(|mut pipe| pipe.write_all(input));
            });
            let errors = scope.spawn(move || stderr.map(|pipe| drain(pipe, STDERR_CAP)).unwrap_or_default().0);
            let words = scope.spawn(move || {
                let result = stdout.map(|pipe| take(pipe, cap)).unwrap_or_default();
                let _gone = finished.send(());
                result
            });
            let end = self.supervise(&mut child, &finish, &words);
            (end, words.join().unwrap_or_default(), errors.join().unwrap_or_default())
        });
        let status = child.wait().ok();
        match end {
            End::Done => {}
            End::Timeout => return Err(self.timeout(args)),
            End::TooLarge => {
                let limit = self.watched.as_ref().map_or(0, |(_, bytes)| *bytes);
                return Err(WorkspaceError::TooMuchOutput { command: subcommand(args), limit });
            }
        }
        Ok(Output {
            stdout: out.0,
            stderr: String::from_utf8_lossy(&err).into_owned(),
            code: status.and_then(|status| status.code()),
            cut: out.1,
        })
    }

    fn supervise(
        &self,
        child: &mut Child,
        finish: &mpsc::Receiver<()>,
        words: &thread::ScopedJoinHandle<'_, (Vec<u8>, bool)>,
    ) -> End {
        let mut spoken = false;
        loop {
            if !spoken {
                let wait = self.time_left().min(POLL);
                spoken = finish.recv_timeout(wait).is_ok() || words.is_finished();
            }
            if spoken && matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
                return End::Done;
            }
            let too_large = self.watched.as_ref().is_some_and(|(folder, bytes)| super::evict::size_of(folder) > *bytes);
            if too_large || self.time_left().is_zero() {
                kill_group(child);
                return if too_large { End::TooLarge } else { End::Timeout };
            }
            if spoken {
                thread::sleep(Duration::from_millis(2));
            }
        }
    }

    fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new("git");
        command
            .arg("--literal-pathspecs")
            .args(args)
            .current_dir(&self.dir)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        for name in PASSED {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("LC_ALL", "C")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "")
            .env("SSH_ASKPASS", "")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_LFS_SKIP_SMUDGE", "1");
        if !self.own_configuration {
            command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let settings = FIXED.iter().map(|(name, value)| (*name, *value));
        let settings = settings.chain(self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let mut count = 0;
        for (name, value) in settings {
            command.env(format!("GIT_CONFIG_KEY_{count}"), name).env(format!("GIT_CONFIG_VALUE_{count}"), value);
            count += 1;
        }
        command.env("GIT_CONFIG_COUNT", count.to_string());
        command
    }

    fn timeout<S: AsRef<OsStr>>(&self, args: &[S]) -> WorkspaceError {
        WorkspaceError::Timeout { command: subcommand(args), limit: self.limit }
    }
}

/// Reads at most `cap` bytes, then closes the pipe, which ends the writer.
fn take(mut pipe: impl Read, cap: usize) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let _broken = pipe.by_ref().take(cap as u64 + 1).read_to_end(&mut bytes);
    let cut = bytes.len() > cap;
    bytes.truncate(cap);
    (bytes, cut)
}

/// Keeps the first `cap` bytes and throws the rest away, so that the writer never blocks.
fn drain(mut pipe: impl Read, cap: u64) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let _broken = pipe.by_ref().take(cap).read_to_end(&mut bytes);
    let rest = std::io::copy(&mut pipe, &mut std::io::sink()).unwrap_or(0);
    (bytes, rest > 0)
}

fn kill_group(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _gone_already = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _gone_already = child.kill();
}

fn subcommand<S: AsRef<OsStr>>(args: &[S]) -> String {
    args.first().map(|first| first.as_ref().to_string_lossy().into_owned()).unwrap_or_default()
}

/// The line of git's complaint that says most: the first `fatal:` or `error:`, else the last line.
pub(super) fn last_words(stderr: &str) -> String {
    let lines = || stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines()
        .find(|line| line.starts_with("fatal:"))
        .or_else(|| lines().find(|line| line.starts_with("error:")))
        .or_else(|| lines().next_back())
        .unwrap_or("it gave no reason");
    let line = line.trim_start_matches("fatal: ").trim_start_matches("error: ");
    line.chars().filter(|c| !c.is_control()).take(400).collect()
}
