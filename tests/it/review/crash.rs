//! The process is killed, really, after each step of a review. The next one loses nothing and says nothing twice.

use std::collections::HashSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use sightline::flows::Step;
use sightline::queue::Store;
use sightline::standin::Options;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

use crate::support::github::Watched;
use crate::support::review::{REPO, marked, opening};

/// More than fifty findings, so that every step is reached: one in each file.
const FILES: usize = 60;
const LIMIT: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_any_step_nothing_is_lost_and_nothing_is_said_twice() {
    // Some at a time: a process that is killed costs a lease, which is waiting, not work.
    for steps in Step::ALL.chunks(4) {
        futures::future::join_all(steps.iter().map(|step| killed_after(*step))).await;
    }
}

async fn killed_after(step: Step) {
    let github = Watched::start(Options::default());
    github.add_repository(REPO, &[("go.mod", Some(b"module example.com/shop\n\ngo 1.22\n"))]).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut doomed = Service::start(&github, folder.path(), 0, Some(step)).await;
    github.set_hook_url(&format!("http://127.0.0.1:{}/webhook", doomed.port));
    let files: Vec<_> = (0..FILES).map(|n| (format!("pkg{n}/charge.go"), swallows(n))).collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), Some(text.as_bytes()))).collect();
    github.push(REPO, "change", &files).await.unwrap();
    let number = github.open_pull_request(opening("change")).await.unwrap();
    let status = timeout(LIMIT, doomed.child.wait()).await.expect("the step is reached").unwrap();
    assert_eq!(status.signal(), Some(9), "{step}: killed by itself");

    let mut next = Service::start(&github, folder.path(), doomed.port, None).await;
    next.says("is published").await;
    next.child.kill().await.unwrap();
    said_once(&github, number, step);
    let database = format!("sqlite:{}", folder.path().join("sightline.db").display());
    let counts = Store::open(&database).await.unwrap().counts(chrono::Utc::now()).await.unwrap();
    assert_eq!((counts.ready, counts.delayed, counts.dead), (0, 0, 0), "{step}: nothing would run again");
}

fn said_once(github: &Watched, number: u64, step: Step) {
    let seen = github.conversation(REPO, number).unwrap();
    assert_eq!(seen.checks.len(), 1, "{step}: {:?}", seen.checks.iter().map(|check| &check.title).collect::<Vec<_>>());
    let check = &seen.checks[0];
    assert_eq!(check.status, "completed", "{step}");
    let title = format!("{FILES} files analysed, {FILES} findings");
    assert_eq!(check.title.as_deref(), Some(title.as_str()), "{step}");
    let places: HashSet<_> = check.annotations.iter().map(|one| (&one.path, one.start_line)).collect();
    assert_eq!((check.annotations.len(), places.len()), (FILES, FILES), "{step}");
    assert_eq!((seen.reviews.len(), seen.comments.len()), (1, 1), "{step}");
    let markers: HashSet<_> =
        seen.inline_comments().map(|comment| comment.body.lines().last().map(str::to_owned)).collect();
    assert!(seen.inline_comments().all(marked) && !seen.threads.is_empty(), "{step}");
    assert_eq!(markers.len(), seen.threads.len(), "{step}");
}

/// The built program, and what it logs.
struct Service {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
    port: u16,
}

impl Service {
    /// Listens on `port`, or on any when that is 0.
    async fn start(github: &Watched, folder: &Path, port: u16, die_after: Option<Step>) -> Self {
        let held = github.credentials().unwrap();
        let key = folder.join("key.pem");
        std::fs::write(&key, held.private_key).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sightline"));
        command.arg("serve").args(["--port", &port.to_string(), "--lease-seconds", "1", "--log-format", "json"]);
        command.args(die_after.map(|step| format!("--die-after={step}")));
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
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut service = Self { child, log, port };
        let line = service.says("listening on http://127.0.0.1:").await;
        let (_, address) = line.split_once("127.0.0.1:").unwrap();
        service.port = address.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
        service
    }

    /// Reads the log up to a line that holds `words`.
    async fn says(&mut self, words: &str) -> String {
        let reading = async {
            let mut before = String::new();
            while let Some(line) = self.log.next_line().await.unwrap() {
                if line.contains(words) {
                    return line;
                }
                before.push_str(&line);
                before.push('\n');
            }
            panic!("the program ended and never said {words:?}:\n{before}");
        };
        timeout(LIMIT, reading).await.expect("the program says it in time")
    }
}

fn swallows(n: usize) -> String {
    format!(
        "package pkg{n}\n\nimport \"database/sql\"\n\nfunc Charge{n}(db *sql.DB) {{\n\trows, err := db.Query(\"select 1\")\n\tif err != nil {{\n\t\treturn\n\t}}\n\t_ = rows.Close()\n}}\n"
    )
}
