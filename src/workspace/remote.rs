//! Bringing commits and contents from a server into a cached repository.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use crate::model::CommitSha;

use super::assemble::Provide;
use super::blobs;
use super::cache::Fetch;
use super::error::{FetchFailure, WorkspaceError};
use super::git::{Git, last_words};
use super::limits::Limits;

const FIRST_DEPTH: u32 = 20;
/// Beyond this depth the whole history is cheaper than another round.
const LAST_DEPTH: u32 = 1_280;
const WORDS: usize = 64 << 10;

pub(super) struct Remote<'a> {
    /// Speaks to the server; every other process of this review must not.
    git: Git,
    request: &'a Fetch,
    depth: u32,
    fetch_bytes: u64,
}

impl<'a> Remote<'a> {
    pub(super) fn new(git: &Git, request: &'a Fetch, limits: &Limits) -> Self {
        let mut online = git
            .clone()
            .setting("protocol.https.allow", "always")
            .setting("protocol.http.allow", "always")
            .setting("http.lowSpeedLimit", "1000")
            .setting("http.lowSpeedTime", "30")
            .variable("HOME", git.dir())
            .variable("XDG_CONFIG_HOME", git.dir());
        if let Some(token) = &request.token {
            // Only for this server: a redirect elsewhere must not carry it along.
            let name = format!("http.{}.extraHeader", request.url);
            online = online.setting(name, format!("Authorization: Basic {}", basic(token)));
        }
        let depth = request.commits.map_or(FIRST_DEPTH, |commits| commits.saturating_add(1).max(FIRST_DEPTH));
        Self { git: online, request, depth, fetch_bytes: limits.fetch_bytes }
    }

    /// Makes sure that both tips are there, with some history.
    pub(super) fn bring_commits(&mut self, git: &Git) -> Result<(), WorkspaceError> {
        let ids = [self.request.base.as_str(), self.request.head.as_str()];
        if blobs::sizes(git, &ids)?.iter().all(|(_, size)| size.is_some()) {
            return Ok(());
        }
        self.fetch_tips(&format!("--depth={}", self.depth))
    }

    /// Deepens the history until both tips have a common ancestor; none if they really have none.
    pub(super) fn merge_base(&mut self, git: &Git) -> Result<Option<CommitSha>, WorkspaceError> {
        loop {
            let (base, head) = (self.request.base.as_str(), self.request.head.as_str());
            let answer = git.attempt(&["merge-base", base, head], b"", WORDS)?;
            match answer.code {
                Some(0) => return Ok(answer.line().lines().next().map(CommitSha::from)),
                Some(1) => {}
                _ => {
                    let message = last_words(&answer.stderr);
                    return Err(WorkspaceError::Git { command: "merge-base".to_owned(), message });
                }
            }
            if !git.dir().join("shallow").exists() {
                return Ok(None);
            }
            self.depth = self.depth.saturating_mul(4);
            if self.depth > LAST_DEPTH {
                self.fetch_tips("--unshallow")?;
            } else {
                self.fetch_tips(&format!("--depth={}", self.depth))?;
            }
        }
    }

    fn fetch_tips(&self, depth: &str) -> Result<(), WorkspaceError> {
        let (base, head) = (&self.request.base, &self.request.head);
        // Refs of our own tell the server next time what is here already.
        let base_spec = format!("+{base}:refs/sightline/base/{base}");
        let head_spec = format!("+{head}:refs/sightline/head/{head}");
        let outcome = self.fetch(&[depth], &format!("{base_spec}\n{head_spec}\n"));
        match (outcome, &self.request.head_ref) {
            (Err(WorkspaceError::Fetch { failure: FetchFailure::MissingCommit, .. }), Some(name)) => {
                // Under its name a newer head may come; this one is then in its history, or really gone.
                self.fetch(&[depth], &format!("{base_spec}\n+{name}:refs/sightline/head/{head}\n"))?;
                match blobs::sizes(&self.git, &[head.as_str()])?.first() {
                    Some((_, Some(_))) => Ok(()),
                    _ => Err(self.failed(FetchFailure::MissingCommit, format!("{head} is not there any more"))),
                }
            }
            (outcome, _) => outcome,
        }
    }

    fn fetch(&self, options: &[&str], refspecs: &str) -> Result<(), WorkspaceError> {
        let mut args = vec!["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"];
        args.extend(["--no-recurse-submodules", "--filter=blob:none"]);
        args.extend(options);
        args.extend(["--stdin", "origin"]);
        let objects = self.git.dir().join("objects");
        let allowed = super::evict::size_of(&objects) + self.fetch_bytes;
        let git = self.git.clone().watching(objects, allowed);
        let answer = match git.attempt(&args, refspecs.as_bytes(), WORDS) {
            Err(WorkspaceError::TooMuchOutput { .. }) => {
                let text = format!("it would take more than {} MiB", self.fetch_bytes >> 20);
                return Err(self.failed(FetchFailure::TooLarge, text));
            }
            answer => answer?,
        };
        if answer.ok() {
            return Ok(());
        }
        let message = self.redact(&last_words(&answer.stderr));
        match classify(&answer.stderr) {
            Some(failure) => Err(self.failed(failure, message)),
            None => Err(WorkspaceError::Git { command: "fetch".to_owned(), message }),
        }
    }

    fn failed(&self, failure: FetchFailure, message: String) -> WorkspaceError {
        WorkspaceError::Fetch { repo: self.request.repo.as_str().to_owned(), failure, message }
    }

    /// git does not print the header, but a server may echo what it was sent.
    fn redact(&self, text: &str) -> String {
        match &self.request.token {
            Some(token) => text.replace(&basic(token), "…").replace(token.expose_secret(), "…"),
            None => text.to_owned(),
        }
    }
}

impl Provide for Remote<'_> {
    /// Fetches what is missing, all in one request.
    fn provide(&mut self, git: &Git, oids: &[&str]) -> Result<(), WorkspaceError> {
        let mut oids = oids.to_vec();
        oids.sort_unstable();
        oids.dedup();
        if oids.is_empty() {
            return Ok(());
        }
        let missing: String = blobs::sizes(git, &oids)?
            .into_iter()
            .filter(|(_, size)| size.is_none())
            .map(|(oid, _)| format!("{oid}\n"))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        // Contents have no history to negotiate about.
        let noop = Self {
            git: self.git.clone().setting("fetch.negotiationAlgorithm", "noop"),
            request: self.request,
            depth: self.depth,
            fetch_bytes: self.fetch_bytes,
        };
        noop.fetch(&[], &missing)
    }
}

fn basic(token: &SecretString) -> String {
    STANDARD.encode(format!("x-access-token:{}", token.expose_secret()))
}

/// What a failed fetch means, by git's words; nothing when they point at the repository on this side.
fn classify(stderr: &str) -> Option<FetchFailure> {
    let text = stderr.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["authentication failed", "could not read username", "returned error: 401", "returned error: 403"]) {
        Some(FetchFailure::Denied)
    } else if has(&["repository not found", "returned error: 404", "not found"]) {
        Some(FetchFailure::NotFound)
    } else if has(&["not our ref", "couldn't find remote ref", "unadvertised object"]) {
        Some(FetchFailure::MissingCommit)
    } else if has(&[
        "could not resolve",
        "failed to connect",
        "couldn't connect",
        "could not connect",
        "timed out",
        "early eof",
        "hung up",
        "rpc failed",
        "reset by peer",
        "returned error: 5",
        "returned error: 429",
        "ssl",
        "tls",
        "unable to access",
    ]) {
        Some(FetchFailure::Network)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_apart_by_who_can_mend_them() {
        let of = |text| classify(text);
        assert_eq!(of("fatal: Authentication failed for 'https://x/'"), Some(FetchFailure::Denied));
        assert_eq!(of("remote: Repository not found.\nfatal: repository 'x' not found"), Some(FetchFailure::NotFound));
        assert_eq!(of("fatal: remote error: upload-pack: not our ref 12"), Some(FetchFailure::MissingCommit));
        assert_eq!(
            of("fatal: unable to access 'x': The requested URL returned error: 502"),
            Some(FetchFailure::Network)
        );
        assert_eq!(of("fatal: bad object HEAD"), None);
    }
}
