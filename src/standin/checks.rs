//! Check suites and check runs: one suite per commit and App, any number of runs in it.

use serde_json::Value;

use super::world::Time;

#[derive(Clone)]
pub(super) struct CheckSuite {
    pub(super) id: u64,
    pub(super) app: u64,
    pub(super) head_sha: String,
    /// `None` for a commit that is only on a fork: GitHub does not look there.
    pub(super) head_branch: Option<String>,
    /// A re-request clears the verdict until a run reports again.
    pub(super) requested_again: bool,
    pub(super) created: Time,
    pub(super) updated: Time,
}

#[derive(Clone)]
pub(super) struct CheckRun {
    pub(super) id: u64,
    pub(super) suite: u64,
    pub(super) app: u64,
    pub(super) head_sha: String,
    pub(super) name: String,
    pub(super) details_url: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) status: String,
    pub(super) conclusion: Option<String>,
    pub(super) started: Option<Time>,
    pub(super) completed: Option<Time>,
    pub(super) title: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) text: Option<String>,
    pub(super) annotations: Vec<Note>,
    pub(super) actions: Vec<Action>,
}

/// An annotation of a check run.
#[derive(Clone)]
pub(super) struct Note {
    pub(super) path: String,
    pub(super) start_line: u64,
    pub(super) end_line: u64,
    pub(super) start_column: Option<u64>,
    pub(super) end_column: Option<u64>,
    pub(super) level: String,
    pub(super) message: String,
    pub(super) title: Option<String>,
    pub(super) raw_details: Option<String>,
}

impl Note {
    /// Reads one entry of `output.annotations`; the message says which field is wrong.
    pub(super) fn read(entry: &Value) -> Result<Self, &'static str> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let number = |key: &str| entry.get(key).and_then(Value::as_u64);
        let (start_line, end_line) = (number("start_line").ok_or("start_line")?, number("end_line").ok_or("end_line")?);
        if start_line == 0 || end_line < start_line {
            return Err("end_line");
        }
        let columns = number("start_column").is_some() || number("end_column").is_some();
        if columns && start_line != end_line {
            return Err("start_column");
        }
        let level = text("annotation_level").filter(|level| ["notice", "warning", "failure"].contains(&level.as_str()));
        let title = text("title");
        if title.as_ref().is_some_and(|title| title.chars().count() > 255) {
            return Err("title");
        }
        let (message, raw_details) = (text("message").ok_or("message")?, text("raw_details"));
        if message.len() > 64 * 1024 {
            return Err("message");
        }
        if raw_details.as_ref().is_some_and(|details| details.len() > 64 * 1024) {
            return Err("raw_details");
        }
        Ok(Self {
            path: text("path").filter(|path| !path.is_empty()).ok_or("path")?,
            start_line,
            end_line,
            start_column: number("start_column"),
            end_column: number("end_column"),
            level: level.ok_or("annotation_level")?,
            message,
            title,
            raw_details,
        })
    }
}

/// A button beside a completed run.
#[derive(Clone)]
pub(super) struct Action {
    pub(super) label: String,
    pub(super) description: String,
    pub(super) identifier: String,
}

impl CheckSuite {
    /// Status and conclusion of a suite: the least finished, then the worst of its runs.
    pub(super) fn verdict<'a>(&self, runs: impl Iterator<Item = &'a CheckRun>) -> (&'static str, Option<String>) {
        const WORST_FIRST: [&str; 8] =
            ["action_required", "failure", "timed_out", "cancelled", "stale", "success", "neutral", "skipped"];
        let runs: Vec<&CheckRun> = runs.collect();
        if self.requested_again || runs.is_empty() {
            return ("queued", None);
        }
        if runs.iter().any(|run| run.status != "completed") {
            let started = runs.iter().any(|run| run.status != "queued");
            return (if started { "in_progress" } else { "queued" }, None);
        }
        let worst = WORST_FIRST
            .into_iter()
            .find(|wanted| runs.iter().any(|run| run.conclusion.as_deref() == Some(wanted)))
            .map(str::to_owned);
        ("completed", worst)
    }
}
