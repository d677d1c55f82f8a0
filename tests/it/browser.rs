//! The conversation page in a real browser: what a newcomer sees after `sightline demo`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Ends the demo however the test ends.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        // A process that has already ended needs no end.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Starts the demo and waits until the review is there; returns the address of its page.
fn demo() -> (Demo, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sightline"))
        .arg("demo")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let told = BufReader::new(child.stdout.take().expect("its output is piped"));
    let demo = Demo(child);
    let line = told
        .lines()
        .map_while(Result::ok)
        .find(|line| line.contains("Look at it:"))
        .expect("the demo says where to look");
    let address = line.rsplit(' ').next().unwrap_or_default().to_owned();
    (demo, address)
}

fn rendered(address: &str, profile: &TempDir) -> String {
    let browser = ["chromium", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()))
        .expect("Chromium is needed; tests/run installs it");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--dump-dom"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(address)
        .output()
        .expect("the browser runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[ignore = "needs Chromium; tests/run runs it"]
fn the_page_shows_the_review_as_a_reviewer_sees_it() {
    let (_demo, address) = demo();
    let profile = TempDir::new().expect("a folder");
    let page = rendered(&address, &profile);
    for part in ["payments/charge.go", "privacy/secret-in-telemetry", "4 files analysed", "Files changed", "sightline"]
    {
        assert!(page.contains(part), "{part:?} is missing on the page {address}");
    }
    assert!(!page.contains("sightline:finding"), "markers are for machines");
    let files = rendered(&format!("{address}/files"), &profile);
    assert!(files.contains("slog.InfoContext"), "the diff is on the page of the files");
}
