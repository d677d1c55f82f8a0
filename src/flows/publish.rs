//! Publishing is reconciling: what stands on the pull request against what should stand there, and then as few requests
//! as the difference takes.

use super::analysis::Analysed;
use super::doors::Doors;
use super::outcome::FlowError;
use super::probe::Step;
use crate::github::{Failure, GitHubError, PullState, Repository, reconcile};
use crate::model::{Note, NoteKind};
use crate::policy::{Judged, Placement};
use crate::report::{Links, closing, comment};

/// All that a publication is computed from.
pub(super) struct Publication<'a> {
    pub(super) number: u64,
    pub(super) state: &'a PullState,
    pub(super) analysed: &'a Analysed,
    pub(super) links: &'a Links,
}

impl Publication<'_> {
    /// Makes the pull request say what it should. `inline` allows new comments in the diff. Answers with what the check
    /// run has to tell, because GitHub refused to have it told here.
    pub(super) async fn publish(
        &self,
        repository: &Repository,
        doors: &Doors,
        inline: bool,
    ) -> Result<Option<Note>, FlowError> {
        let Self { number, state, analysed, links } = self;
        let decision = &analysed.decision;
        let mut wanted = comment::wanted(decision, &analysed.change, links);
        for comment in &mut wanted {
            comment.inline &= inline;
        }
        let closing = |fingerprint: &str, path: &_| closing::outcome(decision, fingerprint, path, links);
        let mut plan = reconcile::plan(&state.threads, &wanted, closing, doors.resolve_threads);
        let mut refused = None;
        if !plan.review.is_empty() {
            let body = comment::review_body(plan.review.len());
            let posted = repository.post_review(*number, &state.head, &plan.review, &body).await;
            let all = || plan.review.iter().map(|comment| comment.fingerprint.clone()).collect();
            let unplaced = forgive(posted, all, &mut refused)?;
            plan.shown.retain(|fingerprint| !unplaced.contains(fingerprint));
            doors.probe.reached(Step::ReviewPosted);
        }
        let shown = decision.findings.iter().filter(|judged| judged.placement != Placement::Report);
        let outside = shown.zip(&wanted).filter(|(_, comment)| !plan.shown.contains(&comment.fingerprint));
        let outside: Vec<&Judged> = outside.map(|(judged, _)| judged).collect();
        let summary = comment::summary(decision, &outside, links);
        let mut edits = plan.edits;
        edits.extend(reconcile::summary_edits(&state.comments, &state.id, summary, || comment::all_clear(links)));
        if !edits.is_empty() {
            let applied = repository.apply_edits(*number, &edits).await;
            for failed in forgive(applied, Vec::new, &mut refused)? {
                // A comment that somebody deleted in the meantime needs no edit.
                if failed.error.failure() != Failure::NotFound {
                    tracing::warn!(error = %failed.error, "an edit of a comment on #{number} was refused");
                    refused.get_or_insert(failed.error);
                }
            }
            doors.probe.reached(Step::CommentsEdited);
        }
        Ok(refused.map(|error| Note::general(NoteKind::Analysis, format!("comments are missing: {error}"))))
    }
}

/// A conversation that is locked, or a right that is missing, must not cost people the check run: it tells them.
fn forgive<T>(
    result: Result<T, GitHubError>,
    otherwise: impl FnOnce() -> T,
    refused: &mut Option<GitHubError>,
) -> Result<T, FlowError> {
    match result {
        Err(error) if matches!(error.failure(), Failure::Forbidden | Failure::Unprocessable) => {
            tracing::warn!(%error, "comments were refused");
            refused.get_or_insert(error);
            Ok(otherwise())
        }
        other => Ok(other?),
    }
}
