//! Webhook payloads in our own nouns: narrow and lenient, so that a field GitHub adds, drops or makes null where we do
//! not look changes nothing. What we do not handle is [`Event::Ignored`], never an error.
//!
//! Payloads are read once without a tree in between; only when that fails are they read again to say where.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::model::{CommitSha, RepoName};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    PullRequest(PullRequestEvent),
    CheckRun(CheckRunEvent),
    CheckSuite(CheckSuiteEvent),
    MergeGroup(MergeGroupEvent),
    Comment(CommentEvent),
    Installation(InstallationEvent),
    Push(PushEvent),
    Ping,
    /// An event we do not know or do not handle.
    Ignored,
}

#[derive(Debug, thiserror::Error)]
#[error("the payload of the `{event}` event does not read at `{path}`: {reason}")]
pub struct EventError {
    pub event: String,
    /// Where in the JSON, as `pull_request.head.sha`.
    pub path: String,
    pub reason: String,
}

/// Reads the payload of the event `name` (`X-GitHub-Event`).
pub fn parse(name: &str, body: &[u8]) -> Result<Event, EventError> {
    Ok(match name {
        "pull_request" => Event::PullRequest(read(name, body)?),
        "check_run" => Event::CheckRun(read(name, body)?),
        "check_suite" => Event::CheckSuite(read(name, body)?),
        "merge_group" => Event::MergeGroup(read(name, body)?),
        "issue_comment" | "pull_request_review_comment" => Event::Comment(read(name, body)?),
        "installation" | "installation_repositories" => Event::Installation(read(name, body)?),
        "push" => Event::Push(read(name, body)?),
        "ping" => read::<Anything>(name, body).map(|_| Event::Ping)?,
        _ => read::<Anything>(name, body).map(|_| Event::Ignored)?,
    })
}

fn read<T: DeserializeOwned>(event: &str, body: &[u8]) -> Result<T, EventError> {
    serde_json::from_slice(body).or_else(|_| {
        // Keeping the path costs an allocation per key, so only a payload that fails pays for it.
        let mut reader = serde_json::Deserializer::from_slice(body);
        let error = |path: String, reason: serde_json::Error| EventError {
            event: event.to_owned(),
            path,
            reason: reason.to_string(),
        };
        let value = serde_path_to_error::deserialize(&mut reader)
            .map_err(|failed| error(failed.path().to_string(), failed.into_inner()))?;
        reader.end().map_err(|failed| error(".".into(), failed))?;
        Ok(value)
    })
}

/// Valid JSON, whatever it says.
struct Anything;

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// Every action we act on; all others, also those GitHub invents tomorrow, are `Other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Opened,
    Synchronize,
    Reopened,
    ReadyForReview,
    Edited,
    Closed,
    Created,
    Deleted,
    Requested,
    Rerequested,
    RequestedAction,
    ChecksRequested,
    Destroyed,
    Suspend,
    Unsuspend,
    NewPermissionsAccepted,
    Added,
    Removed,
    #[serde(other)]
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Repository {
    pub full_name: RepoName,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Identified {
    pub id: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Account {
    pub login: String,
    /// `User`, `Bot`, `Organization`, …
    #[serde(rename = "type", default)]
    pub kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PullRequestEvent {
    pub action: Action,
    pub number: u64,
    pub pull_request: PullRequest,
    pub repository: Repository,
    pub installation: Option<Identified>,
    #[serde(default)]
    pub changes: Changes,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PullRequest {
    pub head: Tip,
    pub base: Tip,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Tip {
    pub sha: CommitSha,
    #[serde(rename = "ref")]
    pub branch: String,
}

/// What an `edited` changed; we only ask whether it was the base branch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Changes {
    #[serde(default, deserialize_with = "is_present")]
    pub base: bool,
}

fn is_present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<serde::de::IgnoredAny>::deserialize(deserializer)?.is_some())
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CheckRunEvent {
    pub action: Action,
    pub check_run: Check,
    pub requested_action: Option<RequestedAction>,
    pub repository: Repository,
    pub installation: Option<Identified>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CheckSuiteEvent {
    pub action: Action,
    pub check_suite: Check,
    pub repository: Repository,
    pub installation: Option<Identified>,
}

/// What check runs and check suites have in common.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Check {
    pub head_sha: CommitSha,
    /// The App it belongs to.
    pub app: Option<Identified>,
    /// Pull requests of this repository with that head; always empty for forks.
    #[serde(default)]
    pub pull_requests: Vec<Numbered>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Numbered {
    pub number: u64,
    #[serde(default)]
    pub base: Option<Base>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Base {
    pub sha: CommitSha,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RequestedAction {
    pub identifier: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MergeGroupEvent {
    pub action: Action,
    pub merge_group: MergeGroup,
    pub repository: Repository,
    pub installation: Option<Identified>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MergeGroup {
    pub head_sha: CommitSha,
    /// `refs/heads/gh-readonly-queue/main/pr-1-…`.
    pub head_ref: String,
    pub base_sha: CommitSha,
    /// `refs/heads/main`.
    pub base_ref: String,
}

/// `issue_comment` and `pull_request_review_comment`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CommentEvent {
    pub action: Action,
    pub repository: Repository,
    pub installation: Option<Identified>,
    pub sender: Option<Account>,
}

/// `installation` and `installation_repositories`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct InstallationEvent {
    pub action: Action,
    pub installation: Installation,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Installation {
    pub id: u64,
    pub account: Option<Account>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PushEvent {
    #[serde(rename = "ref")]
    pub git_ref: String,
    pub after: CommitSha,
    pub repository: Repository,
    pub installation: Option<Identified>,
}

impl Event {
    /// The repository it is about, for logs.
    pub fn repository(&self) -> Option<&RepoName> {
        Some(match self {
            Self::PullRequest(event) => &event.repository.full_name,
            Self::CheckRun(event) => &event.repository.full_name,
            Self::CheckSuite(event) => &event.repository.full_name,
            Self::MergeGroup(event) => &event.repository.full_name,
            Self::Comment(event) => &event.repository.full_name,
            Self::Push(event) => &event.repository.full_name,
            Self::Installation(_) | Self::Ping | Self::Ignored => return None,
        })
    }

    /// The pull request it is about, for logs.
    pub fn pull_request(&self) -> Option<u64> {
        match self {
            Self::PullRequest(event) => Some(event.number),
            Self::CheckRun(event) => event.check_run.pull_requests.first().map(|pull| pull.number),
            Self::CheckSuite(event) => event.check_suite.pull_requests.first().map(|pull| pull.number),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_place() {
        let body = br#"{"action":"opened","number":7,"repository":{"full_name":"a/b"},
            "pull_request":{"head":{"sha":1,"ref":"x"},"base":{"sha":"b","ref":"main"}}}"#;
        let error = parse("pull_request", body).unwrap_err();
        assert_eq!(error.path, "pull_request.head.sha");
        assert!(error.to_string().starts_with("the payload of the `pull_request` event does not read at"), "{error}");
        assert!(parse("pull_request", br#"{"action":"#).is_err());
        assert!(parse("push", b"").is_err());
        assert!(parse("an_event_of_tomorrow", b"{} {}").is_err());
    }

    #[test]
    fn unknown_events_and_actions_are_no_errors() {
        assert_eq!(parse("an_event_of_tomorrow", br#"{"action":1}"#).unwrap(), Event::Ignored);
        let body = br#"{"action":"enqueued_for_tea","check_suite":{"head_sha":"a","app":null},"repository":{"full_name":"a/b"}}"#;
        let Event::CheckSuite(event) = parse("check_suite", body).unwrap() else { panic!("a check suite") };
        assert_eq!((event.action, event.installation), (Action::Other, None));
    }

    #[test]
    fn a_changed_base_is_seen() {
        let changes = |text: &str| serde_json::from_str::<Changes>(text).unwrap().base;
        assert!(changes(r#"{"base":{"ref":{"from":"main"},"sha":{"from":"a"}}}"#));
        assert!(!changes(r#"{"title":{"from":"old"}}"#));
        assert!(!changes(r#"{"base":null}"#));
    }
}
