//! Which work follows from an event: pure, so that every decision here is a table in a test.

use std::time::Duration;

use super::work::{Cause, GroupWork, HeadWork, ReviewWork, Work};
use crate::github::event::{
    Action, Check, CheckRunEvent, CheckSuiteEvent, Event, Identified, MergeGroupEvent, Numbered, PullRequestEvent,
};
use crate::model::{RepoName, Timestamp};
use crate::queue::NewWork;

/// A suite is requested by the very push that the event of the pull request tells of as well: its review waits this
/// long, and most of the time it finds the head reviewed.
const SUITE_PAUSE: Duration = Duration::from_secs(20);

#[derive(Clone, Debug, PartialEq)]
pub struct Routed {
    pub works: Vec<NewWork>,
    /// For the answer and the log: what was decided, or why nothing follows.
    pub because: &'static str,
}

fn nothing(because: &'static str) -> Routed {
    Routed { works: Vec::new(), because }
}

/// `app` is the id of our own App, where it is known.
pub fn works(event: &Event, app: Option<u64>, now: Timestamp) -> Routed {
    match event {
        Event::PullRequest(event) => pull_request(event),
        Event::CheckRun(event) => check_run(event, app),
        Event::CheckSuite(event) => check_suite(event, app, now),
        Event::MergeGroup(event) => merge_group(event),
        Event::Comment(_) => nothing("comments ask for nothing"),
        Event::Installation(_) => nothing("installation noted"),
        Event::Push(_) => nothing("pushes are seen through their pull requests"),
        Event::Ping => nothing("pong"),
        Event::Ignored => nothing("event not handled"),
    }
}

fn pull_request(event: &PullRequestEvent) -> Routed {
    match event.action {
        Action::Opened | Action::Synchronize | Action::Reopened | Action::ReadyForReview => {}
        Action::Edited if event.changes.base => {}
        Action::Edited => return nothing("only the text of the pull request changed"),
        _ => return nothing("this action of a pull request changes no code"),
    }
    let Some(Identified { id: installation }) = event.installation else { return no_installation() };
    let work = ReviewWork {
        installation,
        repo: event.repository.full_name.clone(),
        number: event.number,
        head: event.pull_request.head.sha.clone(),
        base: Some(event.pull_request.base.sha.clone()),
        cause: Cause::Change,
    };
    Routed { works: vec![Work::Review(work).queued(None)], because: "review queued" }
}

fn check_run(event: &CheckRunEvent, app: Option<u64>) -> Routed {
    match event.action {
        Action::Rerequested | Action::RequestedAction => {
            of_check(&event.check_run, event.installation, &event.repository.full_name, app, Cause::Rerun, None)
        }
        // Our own runs come back as created and completed: acting on them would never end.
        _ => nothing("this action of a check run asks for nothing"),
    }
}

fn check_suite(event: &CheckSuiteEvent, app: Option<u64>, now: Timestamp) -> Routed {
    let (cause, run_at) = match event.action {
        Action::Rerequested => (Cause::Rerun, None),
        // A branch without a pull request has nothing to review; when one is opened, its own event says so.
        Action::Requested if event.check_suite.pull_requests.is_empty() => {
            return nothing("the head belongs to no pull request yet");
        }
        Action::Requested => (Cause::Suite, Some(now + SUITE_PAUSE)),
        _ => return nothing("this action of a check suite asks for nothing"),
    };
    of_check(&event.check_suite, event.installation, &event.repository.full_name, app, cause, run_at)
}

fn of_check(
    check: &Check,
    installation: Option<Identified>,
    repo: &RepoName,
    app: Option<u64>,
    cause: Cause,
    run_at: Option<Timestamp>,
) -> Routed {
    if let (Some(ours), Some(theirs)) = (app, check.app)
        && ours != theirs.id
    {
        return nothing("the check belongs to another App");
    }
    let Some(Identified { id: installation }) = installation else { return no_installation() };
    let (repo, head) = (repo.clone(), check.head_sha.clone());
    if check.pull_requests.is_empty() {
        let work = Work::Head(HeadWork { installation, repo, head, cause });
        return Routed { works: vec![work.queued(run_at)], because: "search for the pull requests of the head queued" };
    }
    let review = |pull: &Numbered| {
        let (repo, head) = (repo.clone(), head.clone());
        let base = pull.base.as_ref().map(|base| base.sha.clone());
        Work::Review(ReviewWork { installation, repo, number: pull.number, head, base, cause }).queued(run_at)
    };
    let works = check.pull_requests.iter().map(review).collect();
    Routed { works, because: "review queued" }
}

fn merge_group(event: &MergeGroupEvent) -> Routed {
    if event.action != Action::ChecksRequested {
        return nothing("this action of a merge group asks for nothing");
    }
    let Some(Identified { id: installation }) = event.installation else { return no_installation() };
    let group = &event.merge_group;
    let work = Work::GroupCheck(GroupWork {
        installation,
        repo: event.repository.full_name.clone(),
        head: group.head_sha.clone(),
        head_ref: group.head_ref.clone(),
        base: group.base_sha.clone(),
    });
    Routed { works: vec![work.queued(None)], because: "check of the merge group queued" }
}

fn no_installation() -> Routed {
    nothing("no installation: this is the webhook of a repository, not of the App")
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
