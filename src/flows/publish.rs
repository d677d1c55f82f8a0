//! Publishing is reconciling: what stands on the pull request against what should stand there, and then as few requests
//! as the difference takes.

use super::analysis::Analysed;
use super::doors::Doors;
use super::outcome::FlowError;
use super::probe::Step;
use crate::github::{Edit, Failure, GitHubError, PullState, Repository, reconcile};
use crate::model::{Note, NoteKind};
use crate::policy::{Judged, Placement};
use crate::report::{Links, closing, comment};

/// What publishing leaves to be told in the check run.
#[derive(Debug, Default)]
pub(super) struct Published {
    refused: Option<GitHubError>,
}

impl Published {
    pub(super) fn notes(&self) -> Option<Note> {
        let error = self.refused.as_ref()?;
        Some(Note::general(NoteKind::Analysis, format!("comments are missing: {error}")))
    }
}

pub(super) async fn publish(
    repository: &Repository,
    number: u64,
    state: &PullState,
    analysed: &Analysed,
    links: &Links,
    doors: &Doors,
) -> Result<Published, FlowError> {
    let decision = &analysed.decision;
    let wanted = comment::wanted(decision, &analysed.change, links);
    let closing = |fingerprint: &str, path: &_| closing::outcome(decision, fingerprint, path, links);
    let mut plan = reconcile::plan(&state.threads, &wanted, closing, doors.resolve_threads);
    let mut published = Published::default();
    if !plan.review.is_empty() {
        let body = comment::review_body(plan.review.len());
        let unplaced = match repository.post_review(number, &state.head, &plan.review, &body).await {
            Ok(unplaced) => unplaced,
            Err(error) => {
                published.refused(error, || plan.review.iter().map(|comment| comment.fingerprint.clone()).collect())?
            }
        };
        plan.shown.retain(|fingerprint| !unplaced.contains(fingerprint));
        doors.probe.reached(Step::ReviewPosted);
    }
    let shown = decision.findings.iter().filter(|judged| judged.placement != Placement::Report);
    let outside: Vec<&Judged> = shown
        .zip(&wanted)
        .filter(|(_, comment)| !plan.shown.contains(&comment.fingerprint))
        .map(|(judged, _)| judged)
        .collect();
    let summary = comment::summary(decision, &outside, links);
    let mut edits = plan.edits;
    edits.extend(reconcile::summary_edits(&state.comments, &state.id, summary, || comment::all_clear(links)));
    if !edits.is_empty() {
        published.edit(repository, number, &edits).await?;
        doors.probe.reached(Step::CommentsEdited);
    }
    Ok(published)
}

impl Published {
    async fn edit(&mut self, repository: &Repository, number: u64, edits: &[Edit]) -> Result<(), FlowError> {
        let failed = match repository.apply_edits(number, edits).await {
            Ok(failed) => failed,
            Err(error) => {
                self.refused(error, Vec::new)?;
                return Ok(());
            }
        };
        for failure in failed {
            // A comment that somebody deleted in the meantime needs no edit.
            if failure.error.failure() != Failure::NotFound {
                tracing::warn!(error = %failure.error, "an edit of a comment was refused");
                self.refused.get_or_insert(failure.error);
            }
        }
        Ok(())
    }

    /// A conversation that is locked, or a right that is missing, must not cost people the check run: it tells them.
    fn refused(
        &mut self,
        error: GitHubError,
        unplaced: impl FnOnce() -> Vec<String>,
    ) -> Result<Vec<String>, FlowError> {
        if !matches!(error.failure(), Failure::Forbidden | Failure::Unprocessable) {
            return Err(error.into());
        }
        tracing::warn!(%error, "comments were refused");
        self.refused.get_or_insert(error);
        Ok(unplaced())
    }
}
