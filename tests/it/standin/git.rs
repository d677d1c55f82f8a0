//! Real git over real HTTP.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use sightline::standin::Standin;

use super::super::support::client::Client;
use super::world::{REPO, opening, standin};

fn git(folder: &Path, args: &[&str]) -> (bool, String) {
    let output = Command::new("git")
        .current_dir(folder)
        .args(args)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).trim().to_owned())
}

fn basic(token: &str) -> String {
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{token}"));
    format!("http.extraHeader=Authorization: Basic {pair}")
}

fn remote(standin: &Standin) -> String {
    format!("{}/{REPO}.git", standin.url())
}

#[tokio::test]
async fn a_private_repository_opens_to_its_installation_only() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let (url, home) = (remote(&standin), tempfile::tempdir().unwrap());
    assert!(!git(home.path(), &["ls-remote", &url]).0);
    let (fine, listed) = git(home.path(), &["-c", &basic(client.secret()), "ls-remote", &url]);
    assert!(fine && listed.contains("refs/pull/1/head") && listed.contains("refs/pull/1/merge"), "{listed}");
    let bearer = format!("http.extraHeader=Authorization: Bearer {}", client.secret());
    assert!(git(home.path(), &["-c", &bearer, "ls-remote", &url]).0);
    standin.set_permission("contents", None);
    let weak = Client::installed(&standin).await;
    assert!(!git(home.path(), &["-c", &basic(weak.secret()), "ls-remote", &url]).0);
}

#[tokio::test]
async fn shallow_blobless_fetches_of_any_commit_work_and_pushes_do_not() {
    let standin = standin().await;
    let client = Client::installed(&standin).await;
    let (url, home, auth) = (remote(&standin), tempfile::tempdir().unwrap(), basic(client.secret()));
    let base = standin.conversation(REPO, 1).unwrap().base_sha;
    assert!(git(home.path(), &["init", "-q"]).0);
    let fetch = ["-c", &auth, "fetch", "-q", "--depth=1", "--filter=blob:none", &url, &base];
    let (fine, said) = git(home.path(), &fetch);
    assert!(fine, "{said}");
    let (missing, said) = git(home.path(), &["rev-list", "--objects", "--missing=print", &base]);
    assert!(missing && said.contains('?'), "blobs were left out: {said}");
    assert!(!git(home.path(), &["-c", &auth, "push", &url, &format!("{base}:refs/heads/x")]).0);
}

#[tokio::test]
async fn the_head_of_a_fork_is_found_in_the_parent() {
    let standin = standin().await;
    standin.fork(REPO, "monalisa/shop").await.unwrap();
    let head = standin.push("monalisa/shop", "patch", &[("b.txt", Some(b"b\n"))]).await.unwrap();
    let opening = sightline::standin::Opening { fork: Some("monalisa/shop"), ..opening("patch") };
    let number = standin.open_pull_request(opening).await.unwrap();
    let client = Client::installed(&standin).await;
    let (url, home) = (remote(&standin), tempfile::tempdir().unwrap());
    let (_, listed) =
        git(home.path(), &["-c", &basic(client.secret()), "ls-remote", &url, &format!("refs/pull/{number}/head")]);
    assert!(listed.starts_with(&head), "{listed}");
    let run = serde_json::json!({"name": "sightline", "head_sha": head});
    let said = client.send("POST", "/repos/acme/shop/check-runs", run).await;
    assert_eq!((said.status, &said.body["pull_requests"]), (201, &serde_json::json!([])));
}

#[tokio::test]
async fn a_repository_on_this_machine_is_lent_without_being_written_to() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path();
    assert!(git(at, &["init", "-q", "-b", "trunk"]).0);
    std::fs::write(at.join("a.txt"), "a\n").unwrap();
    git(at, &["add", "."]);
    let who = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    assert!(git(at, &[&who[..], &["commit", "-q", "-m", "one"]].concat()).0);
    std::fs::write(at.join("a.txt"), "b\n").unwrap();
    assert!(git(at, &[&who[..], &["commit", "-q", "-a", "-m", "two"]].concat()).0);
    let (base, head) = (git(at, &["rev-parse", "HEAD~1"]).1, git(at, &["rev-parse", "HEAD"]).1);
    let before = git(at, &["for-each-ref"]).1;
    let standin = Standin::start(sightline::standin::Options::default()).unwrap();
    standin.lend_repository(REPO, at, &[("main", &base), ("change", &head)]).await.unwrap();
    let number = standin.open_pull_request(opening("change")).await.unwrap();
    let client = Client::installed(&standin).await;
    let files = client.get(&format!("/repos/acme/shop/pulls/{number}/files")).await.body;
    assert_eq!(files[0]["patch"], "@@ -1 +1 @@\n-a\n+b");
    assert_eq!(git(at, &["for-each-ref"]).1, before);
    assert!(git(at, &["fsck"]).0);
}
