//! Check runs: opened at once, so that nothing hangs at "expected", and always concluded. Annotations go in batches of
//! fifty, and GitHub appends each batch, so a resumed run sends only what is missing.

use chrono::SecondsFormat;
use http::Method;
use serde::{Deserialize, Serialize};

use super::client::{Repository, read};
use super::endpoints::segment;
use super::error::GitHubError;
use crate::model::publication::{Annotation, AnnotationLevel, CheckRun, Verdict};
use crate::model::{CommitSha, Timestamp};

/// The name people see and make required. It never changes.
pub const CHECK_NAME: &str = "sightline";
const NEEDS: &str = "checks: write";
const BATCH: usize = 50;

/// A check run that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRunHandle {
    pub id: u64,
    pub completed: bool,
    /// How many annotations GitHub holds for it.
    pub annotations: usize,
}

impl Repository {
    /// Opens the run of a head, in progress.
    pub async fn create_check_run(
        &self,
        head: &CommitSha,
        external_id: &str,
        now: Timestamp,
    ) -> Result<CheckRunHandle, GitHubError> {
        let tried = format!("create the check run of {} at {}", self.name, head.short());
        let body = Create {
            name: CHECK_NAME,
            head_sha: head.as_str(),
            status: "in_progress",
            external_id,
            started_at: now.to_rfc3339_opts(SecondsFormat::Secs, true),
            output: Output {
                title: "Looking at the change",
                summary: "The result follows here.",
                text: None,
                annotations: &[],
            },
        };
        let answer = self.rest(&tried, NEEDS, Method::POST, self.url("/check-runs"), Some(&body)).await?;
        Ok(read::<RawRun>(&tried, &answer)?.handle())
    }

    /// The run of a head that was opened under this external id, if there is one.
    pub async fn find_check_run(
        &self,
        head: &CommitSha,
        external_id: &str,
    ) -> Result<Option<CheckRunHandle>, GitHubError> {
        let tried = format!("find the check run of {} at {}", self.name, head.short());
        let rest =
            format!("/commits/{}/check-runs?check_name={CHECK_NAME}&filter=all&per_page=100", segment(head.as_str()));
        let answer = self.rest::<()>(&tried, "checks: read", Method::GET, self.url(&rest), None).await?;
        let runs: RawRuns = read(&tried, &answer)?;
        let ours = runs.check_runs.into_iter().find(|run| run.external_id.as_deref() == Some(external_id));
        Ok(ours.map(RawRun::handle))
    }

    /// Concludes a run: at most two requests, the last of which completes it. `after_batch` is told between them.
    pub async fn complete_check_run(
        &self,
        handle: &CheckRunHandle,
        run: &CheckRun,
        now: Timestamp,
        after_batch: &(dyn Fn() + Sync),
    ) -> Result<(), GitHubError> {
        let tried = format!("complete the check run of {}", self.name);
        let missing = run.annotations.get(handle.annotations..).unwrap_or_default();
        let mut batches: Vec<&[Annotation]> = missing.chunks(BATCH).collect();
        let last = batches.pop().unwrap_or_default();
        let done = Some(conclusion(run.verdict)).zip(Some(now.to_rfc3339_opts(SecondsFormat::Secs, true)));
        for batch in batches {
            // A completed run, which an earlier attempt concluded, cannot go back.
            let done = done.clone().filter(|_| handle.completed);
            self.patch_run(&tried, handle, &Update::new(done, output(run, batch))).await?;
            after_batch();
        }
        self.patch_run(&tried, handle, &Update::new(done, output(run, last))).await
    }

    async fn patch_run(&self, tried: &str, handle: &CheckRunHandle, update: &Update<'_>) -> Result<(), GitHubError> {
        let url = self.url(&format!("/check-runs/{}", handle.id));
        let answer = self.rest(tried, NEEDS, Method::PATCH, url, Some(update)).await?;
        // GitHub has answered 200 with nothing inside when it dropped annotations: only the run itself is a receipt.
        let run: RawRun = read(tried, &answer)?;
        if run.id == handle.id {
            Ok(())
        } else {
            Err(GitHubError::unexpected(tried, "the answer is about another run"))
        }
    }
}

fn conclusion(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Success => "success",
        Verdict::Neutral => "neutral",
        Verdict::Failure => "failure",
        Verdict::Cancelled => "cancelled",
    }
}

fn output<'a>(run: &'a CheckRun, annotations: &'a [Annotation]) -> Output<'a> {
    Output { title: &run.title, summary: &run.summary, text: run.text.as_deref(), annotations }
}

#[derive(Serialize)]
struct Create<'a> {
    name: &'a str,
    head_sha: &'a str,
    status: &'a str,
    external_id: &'a str,
    started_at: String,
    output: Output<'a>,
}

#[derive(Serialize)]
struct Update<'a> {
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conclusion: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<String>,
    output: Output<'a>,
}

impl<'a> Update<'a> {
    fn new(done: Option<(&'a str, String)>, output: Output<'a>) -> Self {
        let status = if done.is_some() { "completed" } else { "in_progress" };
        let (conclusion, completed_at) = done.unzip();
        Self { status, conclusion, completed_at, output }
    }
}

#[derive(Serialize)]
struct Output<'a> {
    title: &'a str,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty", serialize_with = "annotations")]
    annotations: &'a [Annotation],
}

fn annotations<S: serde::Serializer>(list: &[Annotation], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list.iter().map(|annotation| RawAnnotation {
        path: annotation.path.as_str(),
        start_line: annotation.start_line,
        end_line: annotation.end_line,
        start_column: annotation.columns.map(|(from, _)| from),
        end_column: annotation.columns.map(|(_, to)| to),
        annotation_level: match annotation.level {
            AnnotationLevel::Notice => "notice",
            AnnotationLevel::Warning => "warning",
            AnnotationLevel::Failure => "failure",
        },
        title: &annotation.title,
        message: &annotation.message,
        raw_details: annotation.raw_details.as_deref(),
    }))
}

#[derive(Serialize)]
struct RawAnnotation<'a> {
    path: &'a str,
    start_line: u32,
    end_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
    annotation_level: &'static str,
    title: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_details: Option<&'a str>,
}

#[derive(Deserialize)]
struct RawRuns {
    check_runs: Vec<RawRun>,
}

#[derive(Deserialize)]
struct RawRun {
    id: u64,
    status: String,
    external_id: Option<String>,
    #[serde(default)]
    output: RawOutput,
}

#[derive(Default, Deserialize)]
struct RawOutput {
    #[serde(default)]
    annotations_count: usize,
}

impl RawRun {
    fn handle(self) -> CheckRunHandle {
        CheckRunHandle {
            id: self.id,
            completed: self.status == "completed",
            annotations: self.output.annotations_count,
        }
    }
}
