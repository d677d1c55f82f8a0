//! A review from the head of a pull request to what stands on it: open the check run, fetch the change, analyse it, read
//! the state, publish the difference, conclude the check run. Every step may be the last one of this process: the next
//! attempt finds what is there and says only what is missing.
//!
//! Six requests to GitHub's API, whatever the size: one opens the check run, one reads the state, one posts the review,
//! one carries all edits, two conclude the check run.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use super::analysis::{Analysed, analyse, fetch};
use super::doors::Doors;
use super::outcome::{FlowError, Outcome, Retry, Told};
use super::probe::Step;
use super::publish::Publication;
use super::start;
use super::work::{Cause, GroupWork, HeadWork, ReviewWork, Work};
use crate::github::{CheckRunHandle, PullState, Repository};
use crate::model::publication::{CheckRun, Verdict};
use crate::model::{CommitSha, Note, NoteKind, RepoName};
use crate::policy::{Decision, Placement, PullFacts, Voice, loudness, quiet_start};
use crate::report::Links;
use crate::report::check_run::{check_run, not_analysed_run};
use crate::workspace::Fetch;

/// What is left of the deadline for telling people that it passed.
const LAST_WORDS: Duration = Duration::from_secs(30);

/// Which try of which job this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub job: i64,
    /// From one.
    pub number: u32,
    /// A failure of this one makes a dead letter.
    pub last: bool,
}

/// Reviews one pull request.
pub async fn review(work: &ReviewWork, attempt: Attempt, doors: &Doors) -> Result<Outcome, FlowError> {
    let repository = doors.github.repository(work.installation, &work.repo);
    let run = Run::open(repository, &work.head, attempt, doors).await?;
    run.conclude(Work::Review(work.clone()).deadline(), run.review(work)).await
}

/// Checks the commit a merge queue wants to merge: a check run, no comments.
pub async fn check_group(work: &GroupWork, attempt: Attempt, doors: &Doors) -> Result<Outcome, FlowError> {
    let repository = doors.github.repository(work.installation, &work.repo);
    let run = Run::open(repository, &work.head, attempt, doors).await?;
    run.conclude(Work::GroupCheck(work.clone()).deadline(), run.group(work)).await
}

/// Finds the pull requests of a head, for events that name none.
pub async fn find_pulls(work: &HeadWork, doors: &Doors) -> Result<Outcome, FlowError> {
    let pulls = doors.github.repository(work.installation, &work.repo).pulls_of_commit(&work.head).await?;
    if pulls.is_empty() {
        return Ok(Outcome::Skipped("no open pull request has this head"));
    }
    let reviews = pulls.into_iter().map(|pull| {
        let (repo, head, base) = (work.repo.clone(), pull.head, Some(pull.base));
        let work =
            ReviewWork { installation: work.installation, repo, number: pull.number, head, base, cause: work.cause };
        Work::Review(work).queued(None)
    });
    Ok(Outcome::Then(reviews.collect()))
}

/// One attempt with its check run, which exists from here on.
struct Run<'a> {
    doors: &'a Doors,
    repository: Repository,
    head: &'a CommitSha,
    attempt: Attempt,
    check: CheckRunHandle,
}

impl<'a> Run<'a> {
    async fn open(
        repository: Repository,
        head: &'a CommitSha,
        attempt: Attempt,
        doors: &'a Doors,
    ) -> Result<Self, FlowError> {
        let check = open_check(&repository, head, attempt, doors).await?;
        doors.probe.reached(Step::CheckOpened);
        Ok(Self { doors, repository, head, attempt, check })
    }

    /// Runs the flow. When it fails for good, the check run says so: nobody waits for a check that will not come.
    async fn conclude(
        &self,
        deadline: Duration,
        flow: impl Future<Output = Result<Outcome, FlowError>>,
    ) -> Result<Outcome, FlowError> {
        let limit = deadline.saturating_sub(LAST_WORDS);
        let result = tokio::time::timeout(limit, flow).await;
        let result = result.unwrap_or_else(|_| {
            Err(FlowError::new(format!("the review took longer than {} s", limit.as_secs()), Retry::Backoff))
        });
        if let Err(error) = &result {
            let is_final = error.retry == Retry::Never || (error.retry == Retry::Backoff && self.attempt.last);
            if is_final && let Err(second) = self.complete(&not_analysed_run(&error.doing, Verdict::Neutral)).await {
                tracing::warn!(
                    error = second.story(),
                    "the check run of {} could not be concluded",
                    self.repository.name()
                );
            }
        }
        result
    }

    async fn review(&self, work: &ReviewWork) -> Result<Outcome, FlowError> {
        let first_look = start::first_look(&work.repo, self.doors).await?;
        let base = match &work.base {
            Some(base) => base.clone(),
            None => self.repository.pull_state(work.number).await?.base,
        };
        let head_ref = format!("refs/pull/{}/head", work.number);
        let fetched = match fetch(self.doors, work.installation, self.request(&work.repo, base, head_ref)).await {
            Err(error) if error.head_is_gone() => return self.gone(work, error.into()).await,
            other => other?,
        };
        self.doors.probe.reached(Step::ChangeFetched);
        let mut analysed = analyse(self.doors, fetched).await?;
        self.doors.probe.reached(Step::Analysed);
        let state = self.repository.pull_state(work.number).await?;
        self.doors.probe.reached(Step::StateRead);
        if state.head != *self.head {
            return self.superseded(work, state).await;
        }
        let voice = loudness(&facts(&state), &analysed.config);
        if voice.speaks == Voice::Full && start::was_there_before(state.created, first_look) {
            quiet_start(&mut analysed.decision);
        }
        analysed.decision.notes.extend(voice.why.map(|why| Note::general(NoteKind::Analysis, why)));
        if voice.speaks != Voice::CheckOnly {
            let links = self.links(&analysed);
            let publication = Publication { number: work.number, state: &state, analysed: &analysed, links: &links };
            let told = publication.publish(&self.repository, self.doors, voice.speaks == Voice::Full).await?;
            analysed.decision.notes.extend(told);
        }
        self.tell(&analysed).await
    }

    async fn group(&self, work: &GroupWork) -> Result<Outcome, FlowError> {
        let request = self.request(&work.repo, work.base.clone(), work.head_ref.clone());
        let fetched = fetch(self.doors, work.installation, request).await?;
        self.doors.probe.reached(Step::ChangeFetched);
        let analysed = analyse(self.doors, fetched).await?;
        self.doors.probe.reached(Step::Analysed);
        self.tell(&analysed).await
    }

    fn request(&self, repo: &RepoName, base: CommitSha, head_ref: String) -> Fetch {
        let url = self.doors.github.endpoints().git(repo);
        Fetch {
            repo: repo.clone(),
            url,
            token: None,
            base,
            head: self.head.clone(),
            head_ref: Some(head_ref),
            commits: None,
        }
    }

    fn links(&self, analysed: &Analysed) -> Links {
        Links {
            repository: self.doors.github.endpoints().repository(self.repository.name()),
            head: self.head.clone(),
            base: analysed.change.base.clone(),
            rules: self.doors.public_url.as_ref().map(|url| format!("{url}/rules")),
        }
    }

    /// The last step: the whole story in the check run.
    async fn tell(&self, analysed: &Analysed) -> Result<Outcome, FlowError> {
        let run = check_run(&analysed.decision, &analysed.change, &self.links(analysed));
        self.complete(&run).await?;
        self.doors.probe.reached(Step::CheckCompleted);
        let findings = counts(&analysed.decision);
        let (head, sights) = (self.head.clone(), analysed.decision.sights());
        Ok(Outcome::Published(Told { head, findings, sights, requests: self.repository.requests() }))
    }

    async fn complete(&self, run: &CheckRun) -> Result<(), FlowError> {
        let annotated = || self.doors.probe.reached(Step::Annotated);
        Ok(self.repository.complete_check_run(&self.check, run, self.doors.clock.now(), &annotated).await?)
    }

    /// The head cannot be fetched any more: either it was replaced, or something is wrong.
    async fn gone(&self, work: &ReviewWork, error: FlowError) -> Result<Outcome, FlowError> {
        let state = self.repository.pull_state(work.number).await?;
        if state.head == *self.head { Err(error) } else { self.superseded(work, state).await }
    }

    /// Another head is current. Its event may be queued already, may be lost, or may be older than this one when GitHub
    /// answered from a copy that lags behind: a review of what it answered settles all three.
    async fn superseded(&self, work: &ReviewWork, state: PullState) -> Result<Outcome, FlowError> {
        let reason = format!("Superseded by {}", state.head.short());
        self.complete(&not_analysed_run(&reason, Verdict::Cancelled)).await?;
        if !state.open {
            return Ok(Outcome::Superseded);
        }
        let next = ReviewWork { head: state.head, base: Some(state.base), cause: Cause::Suite, ..work.clone() };
        Ok(Outcome::Then(vec![Work::Review(next).queued(None)]))
    }
}

/// Opens the check run, or finds the one that an earlier attempt of this job opened.
async fn open_check(
    repository: &Repository,
    head: &CommitSha,
    attempt: Attempt,
    doors: &Doors,
) -> Result<CheckRunHandle, FlowError> {
    // A job of its own for each re-run: a completed run cannot go back, so a person who asks again gets a new one.
    let external_id = format!("{}@{head}/{}", repository.name(), attempt.job);
    let memory = format!("check:{}", attempt.job);
    let opened_before = attempt.number > 1 || doors.store.recall(&memory).await?.is_some();
    if opened_before && let Some(check) = repository.find_check_run(head, &external_id).await? {
        return Ok(check);
    }
    let now = doors.clock.now();
    let check = repository.create_check_run(head, &external_id, now).await?;
    // Attempts that GitHub told to wait are not counted, so the number alone does not tell.
    doors.store.remember(&memory, &external_id, now).await?;
    Ok(check)
}

fn facts(state: &PullState) -> PullFacts<'_> {
    PullFacts {
        open: state.open,
        draft: state.draft,
        title: &state.title,
        base_ref: &state.base_ref,
        author: state.author.as_ref().map(|author| author.login.as_str()),
        by_bot: state.author.as_ref().is_some_and(|author| author.bot),
    }
}

fn counts(decision: &Decision) -> BTreeMap<crate::model::RuleId, u64> {
    let mut counts = BTreeMap::new();
    for judged in decision.findings.iter().filter(|judged| judged.placement != Placement::Report) {
        *counts.entry(judged.finding.rule.clone()).or_default() += 1;
    }
    counts
}
