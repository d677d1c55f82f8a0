//! Repositories, their contents and their history: everything read from git.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::call::{Answer, Call, Reply};
use super::super::json::{CommitText, escaped};
use super::super::refusal::Refusal;

pub(super) fn get(call: &Call) -> Answer {
    let world = call.site.world();
    let repo = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?;
    Reply::ok(call.urls().full_repository(&world, repo))
}

fn default_branch(call: &Call) -> String {
    call.site.world().repo(&call.repo()).map(|repo| repo.default_branch.clone()).unwrap_or_default()
}

/// The JSON form serves files up to 1 MB, the raw form up to 100 MB.
const JSON_MOST: usize = 1024 * 1024;
const RAW_MOST: usize = 100 * 1024 * 1024;

pub(super) fn contents(call: &Call) -> Answer {
    let (repo, path) = (call.repo(), call.param("path").trim_matches('/').to_owned());
    let rev = call.query.get("ref").cloned().unwrap_or_else(|| default_branch(call));
    let git = &call.site.git;
    let sha = git.rev(&repo, &rev).map_err(|_| Refusal::new(404, format!("No commit found for the ref {rev}")))?;
    let object = format!("{sha}:{path}");
    let kind = git.text(&repo, &["cat-file", "-t", &object])?;
    if kind == "tree" {
        let listing = git.run(&repo, &["ls-tree", "-z", "-l", &object])?;
        let entries = listing.split(|byte| *byte == 0).filter_map(|line| directory_entry(call, &path, &rev, line));
        return Reply::ok(Value::Array(entries.collect()));
    }
    let bytes = git.run(&repo, &["cat-file", "blob", &object])?;
    let raw = call.accept.contains("raw");
    if bytes.len() > if raw { RAW_MOST } else { JSON_MOST } {
        return Err(Refusal::new(403, "This API returns blobs up to 1 MB in size. The requested blob is too large"));
    }
    if raw {
        return Reply::text("application/vnd.github.raw; charset=utf-8", bytes);
    }
    let blob = git.text(&repo, &["rev-parse", &object])?;
    let mut shown = entry(call, &Entry { path: &path, rev: &rev, kind: "file", sha: &blob, size: bytes.len() as u64 });
    shown["content"] = json!(lines_of_60(&STANDARD.encode(&bytes)));
    shown["encoding"] = json!("base64");
    Reply::ok(shown)
}

struct Entry<'a> {
    path: &'a str,
    rev: &'a str,
    kind: &'a str,
    sha: &'a str,
    size: u64,
}

fn entry(call: &Call, entry: &Entry<'_>) -> Value {
    let (repo, urls, path) = (call.repo(), call.urls(), escaped(entry.path));
    let url = format!("{}/contents/{path}?ref={}", urls.api_repo(&repo), entry.rev);
    let objects = if entry.kind == "dir" { "trees" } else { "blobs" };
    let git = format!("{}/git/{objects}/{}", urls.api_repo(&repo), entry.sha);
    let html = format!("{}/blob/{}/{path}", urls.html_repo(&repo), entry.rev);
    let download = (entry.kind == "file").then(|| format!("{}/raw/{}/{path}", urls.html_repo(&repo), entry.rev));
    json!({
        "type": entry.kind, "name": entry.path.rsplit('/').next(), "path": entry.path, "sha": entry.sha,
        "size": entry.size, "url": url, "git_url": git, "html_url": html, "download_url": download,
        "_links": {"self": url, "git": git, "html": html},
    })
}

fn directory_entry(call: &Call, folder: &str, rev: &str, line: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(line);
    let (meta, name) = text.split_once('\t')?;
    let mut fields = meta.split_whitespace();
    let (mode, kind, sha, size) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let kind = match (mode, kind) {
        ("120000", _) => "symlink",
        (_, "tree") => "dir",
        // A submodule shows as a file in listings, for the sake of old clients.
        _ => "file",
    };
    let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    Some(entry(call, &Entry { path: &path, rev, kind, sha, size: size.parse().unwrap_or(0) }))
}

fn lines_of_60(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 60 + 1);
    for (index, c) in text.chars().enumerate() {
        if index > 0 && index % 60 == 0 {
            wrapped.push('\n');
        }
        wrapped.push(c);
    }
    wrapped.push('\n');
    wrapped
}

pub(super) fn git_commit(call: &Call) -> Answer {
    let repo = call.repo();
    let commit = CommitText::one(&call.site.git, &repo, call.param("commit_sha"))?;
    Reply::ok(call.urls().git_commit(&repo, &commit))
}

pub(super) fn git_ref(call: &Call) -> Answer {
    let (repo, name) = (call.repo(), format!("refs/{}", call.param("ref")));
    let sha = call.site.git.rev(&repo, &name)?;
    let api = call.urls().api_repo(&repo);
    Reply::ok(json!({
        "ref": name, "node_id": format!("REF_{sha}"), "url": format!("{api}/git/{name}"),
        "object": {"type": "commit", "sha": sha, "url": format!("{api}/git/commits/{sha}")},
    }))
}

pub(super) fn blob(call: &Call) -> Answer {
    let (repo, sha) = (call.repo(), call.param("file_sha"));
    if !sha.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Refusal::not_found());
    }
    let bytes = call.site.git.run(&repo, &["cat-file", "blob", sha])?;
    Reply::ok(json!({
        "sha": sha, "node_id": format!("B_{sha}"), "size": bytes.len(), "encoding": "base64",
        "url": format!("{}/git/blobs/{sha}", call.urls().api_repo(&repo)),
        "content": lines_of_60(&STANDARD.encode(&bytes)),
    }))
}

pub(super) fn tree(call: &Call) -> Answer {
    let (repo, git) = (call.repo(), &call.site.git);
    let spec = format!("{}^{{tree}}", call.param("tree_sha"));
    let sha = git.text(&repo, &["rev-parse", "--verify", "--quiet", "--end-of-options", &spec])?;
    let recursive = call.query.get("recursive").is_some_and(|value| !value.is_empty());
    let deep: &[&str] = if recursive { &["-r", "-t"] } else { &[] };
    let listing = git.run(&repo, &[&["ls-tree", "-z", "-l"], deep, &[&sha]].concat())?;
    let api = call.urls().api_repo(&repo);
    let entries = listing.split(|byte| *byte == 0).filter_map(|line| {
        let text = String::from_utf8_lossy(line);
        let (meta, path) = text.split_once('\t')?;
        let mut fields = meta.split_whitespace();
        let (mode, kind, sha, size) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let mut shown =
            json!({"path": path, "mode": mode, "type": kind, "sha": sha, "url": format!("{api}/git/{kind}s/{sha}")});
        if let Ok(size) = size.parse::<u64>() {
            shown["size"] = json!(size);
        }
        Some(shown)
    });
    let entries: Vec<Value> = entries.collect();
    let truncated = entries.len() > 100_000;
    let shown: Vec<Value> = entries.into_iter().take(100_000).collect();
    Reply::ok(json!({"sha": sha, "url": format!("{api}/git/trees/{sha}"), "tree": shown, "truncated": truncated}))
}

pub(super) fn commits(call: &Call) -> Answer {
    let repo = call.repo();
    let rev = call.query.get("sha").cloned().unwrap_or_else(|| default_branch(call));
    let sha = call.site.git.rev(&repo, &rev)?;
    let log = CommitText::log(&call.site.git, &repo, &["-300", &sha])?;
    call.page(log.iter().map(|commit| call.urls().commit(&repo, commit)).collect())
}

pub(super) fn commit(call: &Call) -> Answer {
    const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    let (repo, rev) = (call.repo(), call.param("ref"));
    let missing = |_| Refusal::new(422, format!("No commit found for SHA: {rev}"));
    let commit = CommitText::one(&call.site.git, &repo, rev).map_err(missing)?;
    let parent = commit.parents.first().map_or(EMPTY_TREE, String::as_str);
    let files = call.site.plain_diff(&repo, parent, &commit.sha)?;
    let urls = call.urls();
    let mut shown = urls.commit(&repo, &commit);
    let (added, removed) = files.iter().fold((0, 0), |(a, r), file| (a + file.count('+'), r + file.count('-')));
    shown["stats"] = json!({"additions": added, "deletions": removed, "total": added + removed});
    let listed = files.iter().take(300).map(|file| urls.changed_file(&repo, &commit.sha, file));
    shown["files"] = Value::Array(listed.collect());
    Reply::ok(shown)
}

pub(super) fn pulls_of_commit(call: &Call) -> Answer {
    let name = call.repo();
    let sha = call.site.git.rev(&name, call.param("commit_sha"))?;
    let world = call.site.world();
    let repo = world.repo(&name).ok_or_else(Refusal::not_found)?;
    let holds = |base: &str, head: &str| {
        let range = call.site.git.text(&name, &["rev-list", head, &format!("^{base}")]);
        range.is_ok_and(|shas| shas.lines().any(|line| line == sha))
    };
    let found = repo.pulls.values().filter(|pull| pull.head_sha == sha || holds(&pull.base_sha, &pull.head_sha));
    call.page(found.map(|pull| call.urls().pull_simple(&world, repo, pull)).collect())
}

/// 300 files, on the first page only; 250 commits.
pub(super) fn compare(call: &Call) -> Answer {
    let repo = call.repo();
    let (base, head) = call.param("basehead").split_once("...").ok_or_else(Refusal::not_found)?;
    let git = &call.site.git;
    let (base, head) = (CommitText::one(git, &repo, base)?, CommitText::one(git, &repo, head)?);
    let merge_base = CommitText::one(git, &repo, &git.merge_base(&repo, &base.sha, &head.sha)?)?;
    let commits = CommitText::log(git, &repo, &["--reverse", &format!("{}..{}", base.sha, head.sha)])?;
    let behind =
        git.text(&repo, &["rev-list", "--count", &format!("{}..{}", head.sha, base.sha)])?.parse().unwrap_or(0);
    let status = match (commits.len(), behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let files = call.site.plain_diff(&repo, &merge_base.sha, &head.sha)?;
    let urls = call.urls();
    let name = call.param("basehead");
    let (api, html) = (urls.api_repo(&repo), urls.html_repo(&repo));
    let first_page = call.query.get("page").is_none_or(|page| page == "1");
    let listed =
        files.iter().take(if first_page { 300 } else { 0 }).map(|file| urls.changed_file(&repo, &head.sha, file));
    Reply::ok(json!({
        "url": format!("{api}/compare/{name}"), "html_url": format!("{html}/compare/{name}"),
        "permalink_url": format!("{html}/compare/{}...{}", base.sha, head.sha),
        "diff_url": format!("{html}/compare/{name}.diff"), "patch_url": format!("{html}/compare/{name}.patch"),
        "base_commit": urls.commit(&repo, &base), "merge_base_commit": urls.commit(&repo, &merge_base),
        "status": status, "ahead_by": commits.len(), "behind_by": behind, "total_commits": commits.len(),
        "commits": commits.iter().take(250).map(|commit| urls.commit(&repo, commit)).collect::<Vec<_>>(),
        "files": listed.collect::<Vec<_>>(),
    }))
}

pub(super) fn permission(call: &Call) -> Answer {
    let mut world = call.site.world();
    let account = world.account(call.param("username"));
    let owner = world.repo(&call.repo()).ok_or_else(Refusal::not_found)?.owner.clone();
    let level = if account.login.eq_ignore_ascii_case(&owner) { "admin" } else { "write" };
    let mut user = call.urls().user(&account);
    let admin = level == "admin";
    user["permissions"] = json!({"pull": true, "triage": true, "push": true, "maintain": admin, "admin": admin});
    user["role_name"] = json!(level);
    Reply::ok(json!({"permission": level, "role_name": level, "user": user}))
}
