//! The process is killed, really, after each step of a review. The next one loses nothing and says nothing twice.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sightline::flows::Step;
use sightline::standin::Options;

use crate::support::github::Watched;
use crate::support::review::{REPO, marked, opening};

/// More than fifty findings, so that every step is reached: one in each file.
const FILES: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_any_step_nothing_is_lost_and_nothing_is_said_twice() {
    // Two at a time: a process that is killed costs a lease, which is waiting, not work.
    for steps in Step::ALL.chunks(4) {
        futures::future::join_all(steps.iter().map(|step| killed_after(*step))).await;
    }
}

async fn killed_after(step: Step) {
    let github = Watched::start(Options::default());
    github.add_repository(REPO, &[("go.mod", Some(b"module example.com/shop\n\ngo 1.22\n"))]).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    github.set_hook_url(&format!("http://127.0.0.1:{port}/webhook"));
    let mut doomed = serve(&github, folder.path(), port, Some(step));
    ready(port).await;
    let files: Vec<_> = (0..FILES).map(|n| (format!("pkg{n}/charge.go"), swallows(n))).collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), Some(text.as_bytes()))).collect();
    github.push(REPO, "change", &files).await.unwrap();
    let number = github.open_pull_request(opening("change")).await.unwrap();
    let status = wait(&mut doomed, Duration::from_secs(120)).await;
    assert_eq!(signal(status), Some(9), "{step}: killed by itself");

    let mut next = serve(&github, folder.path(), port, None);
    let deadline = Instant::now() + Duration::from_secs(120);
    while !github.conversation(REPO, number).unwrap().checks.iter().any(|check| check.status == "completed") {
        assert!(Instant::now() < deadline, "{step}: the review never finished");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    settle(port).await;
    next.kill().unwrap();
    next.wait().unwrap();

    let seen = github.conversation(REPO, number).unwrap();
    assert_eq!(seen.checks.len(), 1, "{step}: {:?}", seen.checks.iter().map(|check| &check.title).collect::<Vec<_>>());
    assert_eq!(
        seen.checks[0].title.as_deref(),
        Some(format!("{FILES} files analysed, {FILES} findings").as_str()),
        "{step}"
    );
    let places: HashSet<_> = seen.checks[0].annotations.iter().map(|one| (&one.path, one.start_line)).collect();
    assert_eq!((seen.checks[0].annotations.len(), places.len()), (FILES, FILES), "{step}");
    assert_eq!((seen.reviews.len(), seen.comments.len()), (1, 1), "{step}");
    let markers: HashSet<_> =
        seen.inline_comments().map(|comment| comment.body.lines().last().map(str::to_owned)).collect();
    assert!(seen.inline_comments().all(marked) && !seen.threads.is_empty(), "{step}");
    assert_eq!(markers.len(), seen.threads.len(), "{step}");
}

fn swallows(n: usize) -> String {
    format!(
        "package pkg{n}\n\nimport \"net/http\"\n\nfunc Charge{n}(url string) {{\n\tresponse, err := http.Get(url)\n\tif err != nil {{\n\t\treturn\n\t}}\n\t_ = response.Body.Close()\n}}\n"
    )
}

fn serve(github: &Watched, folder: &Path, port: u16, die_after: Option<Step>) -> Child {
    let held = github.credentials().unwrap();
    let key = folder.join("key.pem");
    std::fs::write(&key, held.private_key).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sightline"));
    command
        .arg("serve")
        .args(["--port", &port.to_string(), "--lease-seconds", "1"])
        .args(die_after.map(|step| format!("--die-after={step}")));
    command.env_clear().envs(["PATH", "HOME"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command
        .env("GITHUB_APP_ID", held.app_id.to_string())
        .env("GITHUB_APP_PRIVATE_KEY_FILE", key)
        .env("GITHUB_WEBHOOK_SECRET", held.webhook_secret)
        .env("GITHUB_URL", github.url())
        .env("GITHUB_API_URL", github.url())
        .env("GITHUB_GRAPHQL_URL", format!("{}/graphql", github.url()))
        .env("SIGHTLINE_DATA_DIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let log = std::fs::File::options().create(true).append(true).open(folder.join("log")).unwrap();
    command.stderr(log).spawn().unwrap()
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn get(port: u16, path: &str) -> Option<String> {
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .get(format!("http://127.0.0.1:{port}{path}"))
        .send()
        .await
        .ok()?;
    if answer.status().is_success() { answer.text().await.ok() } else { None }
}

async fn ready(port: u16) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while get(port, "/readyz").await.is_none() {
        assert!(Instant::now() < deadline, "the service never became ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until no job waits or runs, so that a second review would have had its turn.
async fn settle(port: u16) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let metrics = get(port, "/metrics").await.unwrap_or_default();
        let busy = metrics.lines().any(|line| {
            let waits = ["\"ready\"", "\"leased\"", "\"delayed\""].iter().any(|state| line.contains(state));
            line.starts_with("sightline_jobs{") && waits && !line.ends_with(" 0")
        });
        if !metrics.is_empty() && !busy {
            return;
        }
        assert!(Instant::now() < deadline, "the queue never became empty:\n{metrics}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn wait(child: &mut Child, limit: Duration) -> std::process::ExitStatus {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("the process reached the step never");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn signal(status: std::process::ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt;
    status.signal()
}
