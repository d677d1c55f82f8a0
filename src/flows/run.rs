//! From a job of the queue to the flow that does it.

use super::doors::Doors;
use super::outcome::{FlowError, Outcome, Retry};
use super::review::{Attempt, check_group, find_pulls, review};
use super::work::{Cause, ReviewWork, Work};
use crate::queue::Leased;

/// The work in a job's payload. One of another version that no longer reads becomes a dead letter, not a crash.
pub fn work_of(job: &Leased) -> Result<Work, FlowError> {
    serde_json::from_value(job.payload.clone()).map_err(|error| {
        FlowError::new(format!("could not read the payload of a {} job", job.kind), Retry::Never).because(error)
    })
}

/// Does the work.
pub async fn run(work: &Work, attempt: Attempt, doors: &Doors) -> Result<Outcome, FlowError> {
    if let Work::Review(review) = work
        && is_told_already(review, doors).await?
    {
        return Ok(Outcome::Skipped("this head was reviewed through the event of the pull request"));
    }
    let outcome = dispatch(work, attempt, doors).await?;
    if let (Work::Review(review), Outcome::Published(told)) = (work, &outcome) {
        doors.store.remember(&reviewed(review), told.head.as_str(), doors.clock.now()).await?;
    }
    Ok(outcome)
}

async fn dispatch(work: &Work, attempt: Attempt, doors: &Doors) -> Result<Outcome, FlowError> {
    match work {
        Work::Review(work) => review(work, attempt, doors).await,
        Work::GroupCheck(work) => check_group(work, attempt, doors).await,
        Work::Head(work) => find_pulls(work, doors).await,
    }
}

/// A requested suite tells of a head that the event of the pull request told of as well; once is enough.
async fn is_told_already(review: &ReviewWork, doors: &Doors) -> Result<bool, FlowError> {
    if review.cause != Cause::Suite {
        return Ok(false);
    }
    let told = doors.store.recall(&reviewed(review)).await?;
    Ok(told.is_some_and(|head| head == review.head.as_str()))
}

/// Where the head is remembered that a pull request was last reviewed at.
fn reviewed(review: &ReviewWork) -> String {
    format!("reviewed:{}#{}", review.repo, review.number)
}
