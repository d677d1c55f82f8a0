//! Commits and changed files, read from git.

use serde_json::{Value, json};

use super::super::diff::FileDiff;
use super::super::git::{GitError, GitStore};
use super::urls::Urls;

/// One commit as `git log` tells it.
pub(crate) struct CommitText {
    pub(crate) sha: String,
    pub(crate) tree: String,
    pub(crate) parents: Vec<String>,
    pub(crate) author: Person,
    pub(crate) committer: Person,
    pub(crate) message: String,
}

pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) date: String,
}

const FORMAT: &str = "--format=%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cn%x1f%ce%x1f%cI%x1f%B%x1e";

impl CommitText {
    /// The commits `git log` names for these arguments, newest first.
    pub(crate) fn log(git: &GitStore, repo: &str, args: &[&str]) -> Result<Vec<Self>, GitError> {
        let text = git.text(repo, &[&["log", FORMAT], args].concat())?;
        Ok(text.split('\x1e').filter_map(Self::read).collect())
    }

    pub(crate) fn one(git: &GitStore, repo: &str, rev: &str) -> Result<Self, GitError> {
        let sha = git.rev(repo, rev)?;
        let found = Self::log(git, repo, &["-1", &sha])?.pop();
        found.ok_or_else(|| GitError::Failed { command: "log".to_owned(), message: format!("no commit {sha}") })
    }

    fn read(record: &str) -> Option<Self> {
        let fields: Vec<&str> = record.trim_start_matches('\n').split('\x1f').collect();
        let [sha, tree, parents, an, ae, ad, cn, ce, cd, message] = fields[..] else { return None };
        let person = |name: &str, email: &str, date: &str| Person {
            name: name.to_owned(),
            email: email.to_owned(),
            date: date.to_owned(),
        };
        Some(Self {
            sha: sha.to_owned(),
            tree: tree.to_owned(),
            parents: parents.split_whitespace().map(str::to_owned).collect(),
            author: person(an, ae, ad),
            committer: person(cn, ce, cd),
            message: message.trim_end().to_owned(),
        })
    }
}

impl Person {
    fn json(&self) -> Value {
        json!({"name": self.name, "email": self.email, "date": self.date})
    }
}

impl Urls<'_> {
    pub(crate) fn commit(&self, full_name: &str, commit: &CommitText) -> Value {
        let (api, html) = (self.api_repo(full_name), self.html_repo(full_name));
        let parents: Vec<Value> = commit.parents.iter().map(|sha| {
            json!({"sha": sha, "url": format!("{api}/commits/{sha}"), "html_url": format!("{html}/commit/{sha}")})
        }).collect();
        let sha = &commit.sha;
        json!({
            "sha": sha, "node_id": format!("C_{sha}"), "url": format!("{api}/commits/{sha}"),
            "html_url": format!("{html}/commit/{sha}"), "comments_url": format!("{api}/commits/{sha}/comments"),
            "commit": {
                "author": commit.author.json(), "committer": commit.committer.json(), "message": commit.message,
                "tree": {"sha": commit.tree, "url": format!("{api}/git/trees/{}", commit.tree)},
                "url": format!("{api}/git/commits/{sha}"), "comment_count": 0,
                "verification": unsigned(),
            },
            "author": null, "committer": null, "parents": parents,
        })
    }

    /// `GET /git/commits/{sha}`.
    pub(crate) fn git_commit(&self, full_name: &str, commit: &CommitText) -> Value {
        let mut shown = self.commit(full_name, commit);
        let api = self.api_repo(full_name);
        json!({
            "sha": commit.sha, "node_id": shown["node_id"].take(), "url": format!("{api}/git/commits/{}", commit.sha),
            "html_url": shown["html_url"].take(), "author": commit.author.json(), "committer": commit.committer.json(),
            "tree": shown["commit"]["tree"].take(), "message": commit.message, "parents": shown["parents"].take(),
            "verification": unsigned(),
        })
    }

    /// The short form inside check suites and `push` events.
    pub(crate) fn simple_commit(&self, commit: &CommitText) -> Value {
        let who = |person: &Person| json!({"name": person.name, "email": person.email});
        json!({
            "id": commit.sha, "tree_id": commit.tree, "message": commit.message, "timestamp": commit.author.date,
            "author": who(&commit.author), "committer": who(&commit.committer),
        })
    }

    pub(crate) fn changed_file(&self, full_name: &str, at: &str, file: &FileDiff) -> Value {
        let (added, removed) = (file.count('+'), file.count('-'));
        let path = &file.path;
        let mut shown = json!({
            "sha": file.blob, "filename": path, "status": file.status, "additions": added, "deletions": removed,
            "changes": added + removed,
            "blob_url": format!("{}/blob/{at}/{}", self.html_repo(full_name), escaped(path)),
            "raw_url": format!("{}/raw/{at}/{}", self.html_repo(full_name), escaped(path)),
            "contents_url": format!("{}/contents/{}?ref={at}", self.api_repo(full_name), escaped(path)),
        });
        if let Some(patch) = &file.patch {
            shown["patch"] = json!(patch);
        }
        if file.status == "renamed" {
            shown["previous_filename"] = json!(file.old_path);
        }
        shown
    }
}

fn unsigned() -> Value {
    json!({"verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null})
}

/// A path inside an address: everything but the plainest characters as `%XX`.
pub(crate) fn escaped(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
