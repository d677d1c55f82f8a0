//! The built program as an operator runs it: start, signals, kill, the queue's commands, and a log without secrets.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sightline::queue::{JobState, Lease, NewWork, Store};
use tempfile::TempDir;

use crate::support::service::signature;

const SECRET: &str = "correct horse battery staple";

/// The program without anything of this machine's environment.
fn sightline(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sightline"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("SIGHTLINE_DATA_DIR", data);
    command
}

struct Service {
    child: Child,
    url: String,
    /// Everything it logs, line by line.
    log: mpsc::Receiver<String>,
}

impl Service {
    fn start(command: &mut Command) -> Self {
        let mut child =
            command.args(["serve", "--port", "0"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, log) = mpsc::channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let url = loop {
            let line = log.recv_timeout(Duration::from_secs(60)).expect("the service says where it listens");
            if let Some((_, rest)) = line.split_once("listening on ") {
                break rest.trim_matches(|c: char| !c.is_ascii_alphanumeric()).split('"').next().unwrap().to_owned();
            }
        };
        Self { child, url, log }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// What it logged until its end.
    fn rest_of_log(&mut self) -> String {
        self.child.wait().unwrap();
        self.log.iter().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // A failed test must not leave it behind; it may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A private key made on the spot, so that none lies in the repository.
fn key(folder: &Path) -> PathBuf {
    let path = folder.join("key.pem");
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let text = STANDARD.encode(AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap().as_ref());
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
    std::fs::write(&path, pem).unwrap();
    path
}

fn with_app(command: &mut Command, folder: &Path) {
    command
        .env("GITHUB_APP_ID", "42")
        .env("GITHUB_APP_PRIVATE_KEY_FILE", key(folder))
        .env("GITHUB_WEBHOOK_SECRET", SECRET)
        // Nobody listens there: reviews fail and wait for their next try.
        .env("GITHUB_URL", "http://127.0.0.1:9");
}

fn opened(number: u64) -> String {
    let tip = json!({ "sha": "a".repeat(40), "ref": "branch" });
    json!({ "action": "opened", "number": number, "pull_request": { "head": tip, "base": tip },
        "repository": { "full_name": "acme/shop" }, "installation": { "id": 7 } })
    .to_string()
}

async fn deliver(client: &reqwest::Client, url: &str, guid: &str, body: String) -> reqwest::Result<reqwest::Response> {
    let request = client.post(format!("{url}/webhook")).header("content-type", "application/json");
    let request = request.header("x-github-event", "pull_request").header("x-github-delivery", guid);
    request.header("x-hub-signature-256", signature(SECRET, body.as_bytes())).body(body).send().await
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    let folder = TempDir::new().unwrap();
    let mut command = sightline(folder.path());
    with_app(&mut command, folder.path());
    let service = Service::start(&mut command);
    let client = reqwest::Client::new();
    let mut deliveries = tokio::task::JoinSet::new();
    for number in 0..200 {
        let (client, url) = (client.clone(), service.url.clone());
        deliveries.spawn(async move {
            let answer = deliver(&client, &url, &format!("guid-{number}"), opened(number)).await;
            answer.is_ok_and(|answer| answer.status() == 202).then_some(number)
        });
    }
    let mut answered = Vec::new();
    while let Some(number) = deliveries.join_next().await {
        answered.extend(number.unwrap());
        if answered.len() == 60 {
            service.signal("-KILL");
        }
    }
    assert!(answered.len() >= 60, "{} were answered", answered.len());

    let store = Store::open(&format!("sqlite:{}", folder.path().join("sightline.db").display())).await.unwrap();
    let mut keys = Vec::new();
    for state in JobState::ALL {
        keys.extend(store.list(state, 1000).await.unwrap().into_iter().map(|job| job.key));
    }
    for number in answered {
        assert!(keys.contains(&format!("review:acme/shop#{number}")), "delivery {number} was answered and is lost");
    }
}

#[tokio::test]
async fn sigterm_ends_it_well_and_no_secret_is_logged() {
    let folder = TempDir::new().unwrap();
    let mut command = sightline(folder.path());
    with_app(&mut command, folder.path());
    let mut service = Service::start(command.env("SIGHTLINE_LOG", "trace").env("SIGHTLINE_LOG_FORMAT", "json"));
    let client = reqwest::Client::new();
    let url = service.url.clone();
    assert_eq!(client.get(format!("{url}/readyz")).send().await.unwrap().status(), 200);
    assert_eq!(deliver(&client, &url, "guid-1", opened(1)).await.unwrap().status(), 202);
    let metrics = client.get(format!("{url}/metrics")).send().await.unwrap().text().await.unwrap();
    let counted = "sightline_deliveries_total{event=\"pull_request\",outcome=\"accepted\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
    service.signal("-TERM");
    let log = service.rest_of_log();
    assert!(service.child.wait().unwrap().success(), "{log}");
    assert!(log.contains("\"delivery\":\"guid-1\"") && log.contains("\"repository\":\"acme/shop\""), "{log}");
    let key = std::fs::read_to_string(folder.path().join("key.pem")).unwrap();
    assert!(!log.contains(SECRET) && !log.contains(key.lines().nth(5).unwrap()), "a secret is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_reach_the_collector_before_it_ends() {
    let (sender, received) = mpsc::channel();
    let take = move |body: axum::body::Bytes| {
        let _ = sender.send(body);
        std::future::ready(())
    };
    let collector = axum::Router::new().route("/v1/traces", axum::routing::post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, collector).await });

    let folder = TempDir::new().unwrap();
    let mut command = sightline(folder.path());
    with_app(&mut command, folder.path());
    let mut service = Service::start(command.env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));
    let url = service.url.clone();
    assert_eq!(deliver(&reqwest::Client::new(), &url, "guid-1", opened(1)).await.unwrap().status(), 202);
    service.signal("-TERM");
    let log = tokio::task::spawn_blocking(move || service.rest_of_log()).await.unwrap();
    let traces: Vec<u8> = received.try_iter().flat_map(|body| body.to_vec()).collect();
    let traces = String::from_utf8_lossy(&traces);
    assert!(traces.contains("delivery") && traces.contains("guid-1") && traces.contains("sightline"), "{log}");
}

#[tokio::test]
async fn without_credentials_it_offers_the_set_up() {
    let folder = TempDir::new().unwrap();
    let service = Service::start(&mut sightline(folder.path()));
    let page = reqwest::get(&service.url).await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("https://github.com/settings/apps/new?state="));
    assert_eq!(reqwest::get(format!("{}/readyz", service.url)).await.unwrap().status(), 503);
}

#[test]
fn half_of_the_credentials_is_an_error_that_names_the_other() {
    let folder = TempDir::new().unwrap();
    let output = sightline(folder.path()).args(["serve"]).env("GITHUB_APP_ID", "42").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output).contains("GITHUB_APP_PRIVATE_KEY_FILE"), "{}", text(&output));
}

#[test]
fn a_key_that_is_none_does_not_start() {
    let folder = TempDir::new().unwrap();
    let mut command = sightline(folder.path());
    with_app(&mut command, folder.path());
    let broken = "-----BEGIN PRIVATE KEY-----\nbm8ga2V5\n-----END PRIVATE KEY-----\n";
    std::fs::write(folder.path().join("key.pem"), broken).unwrap();
    let output = command.args(["serve", "--port", "0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("private key") && !text(&output).contains("bm8ga2V5"), "{}", text(&output));
}

#[tokio::test]
async fn dead_letters_are_listed_and_retried() {
    let folder = TempDir::new().unwrap();
    let jobs = |args: &[&str]| sightline(folder.path()).arg("jobs").args(args).output().unwrap();
    assert_eq!(text(&jobs(&["list"])), "no jobs\n");

    let store = Store::open(&format!("sqlite:{}", folder.path().join("sightline.db").display())).await.unwrap();
    let work = |key: &str| NewWork { kind: "review", key: key.into(), payload: json!({}), priority: 0, run_at: None };
    let lease = Lease { holder: "test".into(), length: Duration::from_secs(60), max_attempts: 3 };
    let now = chrono::Utc::now();
    store.enqueue(&[work("review:acme/shop#1"), work("review:acme/shop#2")], now).await.unwrap();
    while let Some(job) = store.claim(now, &lease).await.unwrap() {
        store.bury(&job, "no permission\u{1b}[2J", now).await.unwrap();
    }
    let listed = text(&jobs(&["list"]));
    assert!(listed.contains("review:acme/shop#1") && listed.contains("no permission"), "{listed}");
    assert!(!listed.contains('\u{1b}'), "control characters stay out of the terminal");
    let lines = text(&jobs(&["list", "--json"]));
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let id = first["id"].to_string();

    assert_eq!(text(&jobs(&["retry", &id])), "1 queued again\n");
    let again = jobs(&["retry", &id]);
    assert_eq!(again.status.code(), Some(3));
    assert!(text(&again).contains(&format!("no dead letter has the id {id}")));
    assert_eq!(text(&jobs(&["retry", "--all"])), "1 queued again\n");
    assert_eq!(store.list(JobState::Queued, 10).await.unwrap().len(), 2);
    assert_eq!(jobs(&["retry"]).status.code(), Some(2), "a usage error");
}
