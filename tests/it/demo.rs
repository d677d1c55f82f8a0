//! `sightline demo` as it was built: the newcomer's first command.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

fn demo(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_sightline"))
        .args(["demo", "--once"])
        .args(args)
        .env_remove("RUST_LOG")
        .output()
        .expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn git(at: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(at)
        .args(["-c", "user.name=Ada Lovelace", "-c", "user.email=ada@example.com"])
        .args(args)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn the_sample_is_reviewed_from_the_webhook_to_the_check_run() {
    let (code, told, errors) = demo(&[]);
    assert_eq!(code, Some(0), "{told}{errors}");
    assert_eq!(errors, "", "nothing went wrong on the way");
    for part in [
        "pull request acme/checkout#1 opened",
        "accepted with 202",
        "check run in progress",
        "change fetched with git",
        "review posted",
        "check run completed",
        "payments/charge.go:56",
        "privacy/secret-in-telemetry",
        "logging/log-args-mismatch",
        "errors/error-value-lost-in-log",
        "performance/instrument-created-per-call",
        "4 files analysed, 12 findings",
        "Check run sightline: neutral",
        "6 requests to GitHub's API",
    ] {
        assert!(told.contains(part), "{part:?} is missing in\n{told}");
    }
    assert!(!told.contains('\u{1b}'), "no colours where there is no terminal");
}

/// A repository with a change that loses an error.
fn own() -> (TempDir, String, String) {
    let home = TempDir::new().expect("a folder");
    let at = home.path();
    git(at, &["init", "-q", "-b", "trunk"]);
    let base = "import logging\n\nimport requests\n\nlogger = logging.getLogger(__name__)\n";
    std::fs::write(at.join("app.py"), base).expect("the file is written");
    git(at, &["add", "."]);
    git(at, &["commit", "-q", "-m", "One"]);
    let head = format!("{base}\n\ndef greet(name):\n    logger.info(\"hello %s from %s\", name)\n");
    std::fs::write(at.join("app.py"), head).expect("the file is written");
    git(at, &["commit", "-q", "-a", "-m", "Greet people"]);
    let (base, head) = (git(at, &["rev-parse", "HEAD~1"]), git(at, &["rev-parse", "HEAD"]));
    (home, base, head)
}

#[test]
fn a_repository_of_the_user_is_reviewed_and_left_alone() {
    let (home, base, head) = own();
    let state = || (git(home.path(), &["for-each-ref"]), git(home.path(), &["count-objects", "-v"]));
    let before = state();
    let path = home.path().to_string_lossy().into_owned();
    let (code, told, errors) = demo(&["--repo", &path, "--base", &base, "--head", &head]);
    assert_eq!(code, Some(0), "{told}{errors}");
    assert!(told.contains("app.py:9") && told.contains("logging/log-args-mismatch"), "{told}");
    assert_eq!(state(), before);
}

#[test]
fn what_cannot_be_shown_is_said() {
    let (home, _, head) = own();
    let path = home.path().to_string_lossy().into_owned();
    let (code, _, errors) = demo(&["--repo", &path, "--base", "nonsense"]);
    assert_eq!(code, Some(3));
    assert!(errors.contains("has no commit \"nonsense\""), "{errors}");
    let (code, _, errors) = demo(&["--repo", &path, "--base", &head]);
    assert_eq!(code, Some(3));
    assert!(errors.contains("base and head are the same commit"), "{errors}");
    let (code, ..) = demo(&["--base", "main"]);
    assert_eq!(code, Some(2), "--base means nothing without --repo");
}
