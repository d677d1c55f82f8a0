//! Check suites, check runs, annotations, and the list of webhook deliveries.

use serde_json::{Value, json};

use super::super::checks::{CheckRun, CheckSuite, Note};
use super::super::clock::stamp;
use super::super::delivery::Delivery;
use super::super::world::{Repo, World};
use super::accounts::merge;
use super::commits::{CommitText, escaped};
use super::urls::{Urls, node_id};

impl Urls<'_> {
    pub(crate) fn check_run(&self, world: &World, repo: &Repo, run: &CheckRun) -> Value {
        let name = repo.full_name();
        let api = format!("{}/check-runs/{}", self.api_repo(&name), run.id);
        let html = format!("{}/runs/{}", self.html_repo(&name), run.id);
        json!({
            "id": run.id, "node_id": node_id("CR", run.id), "name": run.name, "head_sha": run.head_sha,
            "external_id": run.external_id.clone().unwrap_or_default(), "url": api, "html_url": html,
            "details_url": run.details_url.clone().unwrap_or_else(|| html.clone()),
            "status": run.status, "conclusion": run.conclusion,
            "started_at": run.started.map(stamp), "completed_at": run.completed.map(stamp),
            "output": {
                "title": run.title, "summary": run.summary, "text": run.text,
                "annotations_count": run.annotations.len(), "annotations_url": format!("{api}/annotations"),
            },
            "check_suite": {"id": run.suite}, "app": world.apps.get(&run.app).map(|app| self.app(world, app)),
            "pull_requests": self.pulls_of(repo, &run.head_sha),
        })
    }

    pub(crate) fn annotation(&self, repo: &Repo, sha: &str, note: &Note) -> Value {
        json!({
            "path": note.path, "start_line": note.start_line, "end_line": note.end_line,
            "start_column": note.start_column, "end_column": note.end_column, "annotation_level": note.level,
            "title": note.title.clone().unwrap_or_default(), "message": note.message,
            "raw_details": note.raw_details.clone().unwrap_or_default(),
            "blob_href": format!("{}/blob/{sha}/{}", self.html_repo(&repo.full_name()), escaped(&note.path)),
        })
    }

    /// A suite as REST shows it; `head` is its commit as git knows it.
    pub(crate) fn check_suite(&self, world: &World, repo: &Repo, suite: &CheckSuite, head: &CommitText) -> Value {
        let runs: Vec<&CheckRun> = repo.runs.iter().filter(|run| run.suite == suite.id).collect();
        let mut shown = self.check_suite_event(world, repo, suite, head);
        let more = json!({
            "repository": self.minimal_repository(world, repo), "latest_check_runs_count": runs.len(),
            "rerequestable": true, "runs_rerequestable": true,
        });
        merge(&mut shown, more);
        shown
    }

    /// The same without its repository, as webhooks carry it.
    pub(crate) fn check_suite_event(&self, world: &World, repo: &Repo, suite: &CheckSuite, head: &CommitText) -> Value {
        let (status, conclusion) = suite.verdict(repo.runs.iter().filter(|run| run.suite == suite.id));
        let api = format!("{}/check-suites/{}", self.api_repo(&repo.full_name()), suite.id);
        json!({
            "id": suite.id, "node_id": node_id("CS", suite.id), "head_branch": suite.head_branch,
            "head_sha": suite.head_sha, "status": status, "conclusion": conclusion, "url": api,
            "before": head.parents.first().cloned().unwrap_or_else(|| "0".repeat(40)), "after": suite.head_sha,
            "pull_requests": self.pulls_of(repo, &suite.head_sha),
            "app": world.apps.get(&suite.app).map(|app| self.app(world, app)),
            "created_at": stamp(suite.created), "updated_at": stamp(suite.updated),
            "latest_check_runs_count": repo.runs.iter().filter(|run| run.suite == suite.id).count(),
            "check_runs_url": format!("{api}/check-runs"), "head_commit": self.simple_commit(head),
            "rerequestable": true, "runs_rerequestable": true,
        })
    }

    /// Open pull requests of this repository at that commit. Those of forks are not listed, as on GitHub.
    fn pulls_of(&self, repo: &Repo, sha: &str) -> Vec<Value> {
        let name = repo.full_name();
        let own =
            repo.pulls.values().filter(|p| p.open && p.head_sha == sha && p.head_repo.eq_ignore_ascii_case(&name));
        own.map(|pull| self.pull_minimal(repo, pull)).collect()
    }

    pub(crate) fn delivery_item(&self, delivery: &Delivery) -> Value {
        json!({
            "id": delivery.id, "guid": delivery.guid, "delivered_at": stamp(delivery.delivered),
            "redelivery": delivery.redelivery, "duration": delivery.seconds, "status": delivery.status,
            "status_code": delivery.status_code, "event": delivery.event, "action": delivery.action,
            "installation_id": delivery.installation, "repository_id": delivery.repository, "throttled_at": null,
        })
    }

    pub(crate) fn delivery(&self, delivery: &Delivery, hook_url: &str) -> Value {
        let mut shown = self.delivery_item(delivery);
        let headers: serde_json::Map<String, Value> =
            delivery.request_headers.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        let more = json!({
            "url": hook_url, "request": {"headers": headers, "payload": delivery.payload},
            "response": {"headers": {}, "payload": delivery.answer},
        });
        merge(&mut shown, more);
        shown
    }
}
