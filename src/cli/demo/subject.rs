//! What is reviewed: the bundled sample, or two revisions of a repository of the user, which is only read.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use super::sample;
use crate::standin::{Opening, Standin};

/// The user's own repository and what of it.
pub(super) struct Own {
    pub(super) path: PathBuf,
    pub(super) base: Option<String>,
    pub(super) head: Option<String>,
}

pub(super) struct Opened {
    pub(super) repo: String,
    pub(super) number: u64,
}

/// The branches of the pull request in the stand-in.
const BASE: &str = "main";
const HEAD: &str = "change";

pub(super) async fn open(standin: &Standin, own: Option<Own>) -> anyhow::Result<Opened> {
    match own {
        Some(own) => open_own(standin, &own).await,
        None => open_sample(standin).await,
    }
}

async fn open_sample(standin: &Standin) -> anyhow::Result<Opened> {
    standin.add_repository(sample::REPO, sample::BASE).await?;
    standin.push_as(sample::AUTHOR, sample::REPO, HEAD, sample::HEAD).await?;
    let opening = Opening {
        repo: sample::REPO,
        base: BASE,
        head: HEAD,
        fork: None,
        title: sample::TITLE,
        body: sample::BODY,
        author: sample::AUTHOR,
        draft: false,
    };
    let number = standin.open_pull_request(opening).await?;
    Ok(Opened { repo: sample::REPO.to_owned(), number })
}

async fn open_own(standin: &Standin, own: &Own) -> anyhow::Result<Opened> {
    let head = commit(&own.path, own.head.as_deref().unwrap_or("HEAD"))?;
    let base = match &own.base {
        Some(base) => commit(&own.path, base)?,
        None => default_base(&own.path, &head)?,
    };
    if base == head {
        bail!("base and head are the same commit; name two revisions with --base and --head");
    }
    let title = git(&own.path, &["log", "-1", "--format=%s", &head])?;
    let author = git(&own.path, &["log", "-1", "--format=%an", &head])?;
    let repo = format!("acme/{}", name_of(&own.path));
    standin.lend_repository(&repo, &own.path, &[(BASE, &base), (HEAD, &head)]).await?;
    let opening = Opening {
        repo: &repo,
        base: BASE,
        head: HEAD,
        fork: None,
        title: &title,
        body: "",
        author: &login(&author),
        draft: false,
    };
    let number = standin.open_pull_request(opening).await?;
    Ok(Opened { repo, number })
}

/// Where a branch left the default one.
fn default_base(repo: &Path, head: &str) -> anyhow::Result<String> {
    let candidates = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];
    let found = candidates.iter().find_map(|name| commit(repo, name).ok());
    let tip = found.context("could not find the default branch; name the base with --base")?;
    git(repo, &["merge-base", &tip, head]).context("base and head have no common history; name the base with --base")
}

fn commit(repo: &Path, rev: &str) -> anyhow::Result<String> {
    git(repo, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{rev}^{{commit}}")])
        .with_context(|| format!("{} has no commit {rev:?}", repo.display()))
}

/// Runs a reading command of git in the user's repository, with the user's own settings: it is theirs.
fn git(repo: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git").arg("-C").arg(repo).args(args).output().context("could not run git")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("git {}: {}", args.first().copied().unwrap_or_default(), said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A name GitHub would take for a repository.
fn name_of(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let kept: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
    let kept = kept.trim_matches('.').trim_end_matches(".git");
    if kept.is_empty() { "repository".to_owned() } else { kept.to_owned() }
}

/// A name GitHub would take for a person.
fn login(name: &str) -> String {
    let kept: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = kept.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "author".to_owned() } else { parts.join("-") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ones_github_takes() {
        assert_eq!(name_of(Path::new("/home/me/my shop!.git")), "myshop");
        assert_eq!(name_of(Path::new("/")), "repository");
        assert_eq!(login("Ada Lovelace <x>"), "ada-lovelace-x");
        assert_eq!(login("李"), "author");
    }
}
