//! Group commit: the deliveries that arrive while one commit reaches the disk share the next one. Under load this
//! spends one transaction on many deliveries; alone, a delivery waits for nobody.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};

use super::error::QueueError;
use super::job::{Accepted, Delivery, NewWork};
use crate::model::Timestamp;

/// While deliveries come in company, the next commit waits this long for more of them: nothing beside GitHub's ten
/// seconds, and half of the commits under load.
const GATHERING: Duration = Duration::from_millis(2);
/// Enough for a burst; beyond it callers wait, and GitHub's own time-out decides.
const WAITING: usize = 1024;
const BATCH: usize = 128;

pub(super) struct Pending {
    pub(super) delivery: Delivery,
    pub(super) works: Vec<NewWork>,
    pub(super) now: Timestamp,
    pub(super) answer: oneshot::Sender<Result<Accepted, QueueError>>,
}

/// Starts the task that commits. It ends when the last sender is gone.
pub(super) fn start<B: Batches>(database: B, arrivals: Arc<Notify>) -> mpsc::Sender<Pending> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(run(database, receiver, arrivals));
    sender
}

/// The one thing this file needs from a database.
pub(super) trait Batches: Send + Sync + 'static {
    fn commit(
        &self,
        batch: &[(&Delivery, &[NewWork])],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Accepted>, QueueError>> + Send;
}

async fn run<B: Batches>(database: B, mut receiver: mpsc::Receiver<Pending>, arrivals: Arc<Notify>) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut company = false;
    while receiver.recv_many(&mut batch, BATCH).await > 0 {
        if company && batch.len() < BATCH {
            tokio::time::sleep(GATHERING).await;
            while batch.len() < BATCH
                && let Ok(pending) = receiver.try_recv()
            {
                batch.push(pending);
            }
        }
        company = batch.len() > 1;
        let queued = commit(&database, std::mem::take(&mut batch)).await;
        if queued {
            arrivals.notify_one();
        }
    }
}

/// Commits a batch; when that fails, each delivery alone, so that one the database refuses takes no others with it.
async fn commit<B: Batches>(database: &B, batch: Vec<Pending>) -> bool {
    let Some(now) = batch.iter().map(|pending| pending.now).max() else { return false };
    let offered: Vec<_> = batch.iter().map(|pending| (&pending.delivery, pending.works.as_slice())).collect();
    let answers = match database.commit(&offered, now).await {
        Ok(answers) => answers.into_iter().map(Ok).collect(),
        Err(error) if offered.len() == 1 => vec![Err(error)],
        Err(_) => {
            let mut alone = Vec::with_capacity(offered.len());
            for one in &offered {
                let answer = database.commit(std::slice::from_ref(one), now).await;
                alone.push(answer.map(|accepted| accepted.first().copied().unwrap_or(Accepted::Duplicate)));
            }
            alone
        }
    };
    let queued = answers.iter().any(|answer: &Result<Accepted, _>| answer.as_ref().is_ok_and(|new| new.jobs() > 0));
    for (pending, answer) in batch.into_iter().zip(answers) {
        // The caller may have hung up; the delivery is committed all the same.
        let _ = pending.answer.send(answer);
    }
    queued
}
