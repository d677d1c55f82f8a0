//! Pull requests: reading them, their files and their commits.

use super::super::call::{Answer, Call, Reply};
use super::super::git::GitError;
use super::super::json::{CommitText, Numbers};
use super::super::pull::Pull;
use super::super::refusal::Refusal;
use super::super::site::Site;

/// What only git knows about a pull request.
pub(in super::super) fn numbers(site: &Site, repo: &str, pull: &Pull) -> Result<Numbers, GitError> {
    let files = site.pull_diff(repo, &pull.base_sha, &pull.head_sha)?;
    let range = format!("{}..{}", pull.base_sha, pull.head_sha);
    let commits = site.git.text(repo, &["rev-list", "--count", &range])?.parse().unwrap_or(0);
    let merged = site.git.rev(repo, &format!("refs/pull/{}/merge", pull.number)).ok();
    Ok(Numbers {
        additions: files.iter().map(|file| file.count('+')).sum(),
        deletions: files.iter().map(|file| file.count('-')).sum(),
        files: files.len(),
        commits,
        mergeable: pull.open.then_some(merged.is_some()),
        merge_commit: merged,
    })
}

/// Base and head of the pull request a call is about.
pub(super) fn range(call: &Call) -> Result<(String, String), Refusal> {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let pull = repo.pulls.get(&call.number("pull_number")?).ok_or_else(Refusal::not_found)?;
    Ok((pull.base_sha.clone(), pull.head_sha.clone()))
}

pub(super) fn list(call: &Call) -> Answer {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    let ask = |key: &str| call.query.get(key).map(String::as_str);
    let state = ask("state").unwrap_or("open");
    let wanted = repo.pulls.values().rev().filter(|pull| {
        let owner = pull.head_repo.split('/').next().unwrap_or_default();
        let label = format!("{owner}:{}", pull.head_ref);
        let open = match state {
            "all" => true,
            "closed" => !pull.open,
            _ => pull.open,
        };
        open && ask("base").is_none_or(|base| base == pull.base_ref) && ask("head").is_none_or(|head| head == label)
    });
    call.page(wanted.map(|pull| call.urls().pull_simple(&world, repo, pull)).collect())
}

pub(super) fn get(call: &Call) -> Answer {
    let name = call.repo();
    if call.accept.contains("diff") {
        return diff(call);
    }
    let world = call.site.world();
    let repo = world.repo(&name).ok_or_else(Refusal::not_found)?;
    let pull = repo.pulls.get(&call.number("pull_number")?).ok_or_else(Refusal::not_found)?;
    let numbers = numbers(&call.site, &name, pull)?;
    Reply::ok(call.urls().pull(&world, repo, pull, &numbers))
}

/// The diff media type is refused beyond 300 files or 20,000 lines.
fn diff(call: &Call) -> Answer {
    let (base, head) = range(call)?;
    let name = call.repo();
    let merge_base = call.site.git.merge_base(&name, &base, &head)?;
    let files = call.site.plain_diff(&name, &merge_base, &head)?;
    let text = call.site.git.run(&name, &["diff", "-M", &merge_base, &head])?;
    if files.len() > 300 || text.iter().filter(|byte| **byte == b'\n').count() > 20_000 {
        return Err(Refusal::new(406, "Sorry, the diff exceeded the maximum number of lines (20000)"));
    }
    Reply::text("application/vnd.github.diff; charset=utf-8", text)
}

pub(super) fn update(call: &Call) -> Answer {
    {
        let mut world = call.site.world();
        let now = call.site.now();
        let repo = world.repo_mut(&call.repo()).ok_or_else(Refusal::not_found)?;
        let pull = repo.pulls.get_mut(&call.number("pull_number")?).ok_or_else(Refusal::not_found)?;
        if let Some(title) = call.text("title") {
            pull.title = title;
        }
        if let Some(body) = call.text("body") {
            pull.body = Some(body);
        }
        if let Some(state) = call.text("state") {
            pull.open = state == "open" && pull.merged.is_none();
            pull.closed = (!pull.open).then_some(now);
        }
        pull.updated = now;
    }
    get(call)
}

/// At most 3,000 files, and no patch for the largest of them.
pub(super) fn files(call: &Call) -> Answer {
    const MOST_FILES: usize = 3000;
    const MOST_CHANGES: u64 = 2000;
    let (base, head) = range(call)?;
    let name = call.repo();
    let files = call.site.pull_diff(&name, &base, &head)?;
    let shown = files.iter().take(MOST_FILES).map(|file| {
        let mut shown = call.urls().changed_file(&name, &head, file);
        if let (true, Some(object)) = (file.count('+') + file.count('-') > MOST_CHANGES, shown.as_object_mut()) {
            object.remove("patch");
        }
        shown
    });
    call.page(shown.collect())
}

/// At most 250 commits.
pub(super) fn commits(call: &Call) -> Answer {
    let (base, head) = range(call)?;
    let name = call.repo();
    let log = CommitText::log(&call.site.git, &name, &["--reverse", &format!("{base}..{head}")])?;
    call.page(log.iter().take(250).map(|commit| call.urls().commit(&name, commit)).collect())
}
