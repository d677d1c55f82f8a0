//! The quiet start: on a pull request that people were working on before Sightline came to their repository, only what is
//! surely wrong is commented in the diff. All that has to be remembered for it is when Sightline first looked.

use super::doors::Doors;
use super::outcome::FlowError;
use crate::model::{RepoName, Timestamp};

/// A pull request that was opened this long before Sightline's first look was there before it. Shorter than that is what
/// a delivery and its queue may take.
const BEFORE: chrono::Duration = chrono::Duration::hours(1);

/// When Sightline first looked at this repository; now, if it never has. Remembering it again keeps it from being
/// forgotten for as long as reviews happen.
pub(super) async fn first_look(repo: &RepoName, doors: &Doors) -> Result<Timestamp, FlowError> {
    let key = format!("first-look:{repo}");
    let now = doors.clock.now();
    let known = doors.store.recall(&key).await?;
    let first = known.and_then(|text| text.parse().ok()).and_then(Timestamp::from_timestamp_millis).unwrap_or(now);
    doors.store.remember(&key, &first.timestamp_millis().to_string(), now).await?;
    Ok(first)
}

/// Whether a pull request was there before the first look.
pub(super) fn was_there_before(created: Option<Timestamp>, first_look: Timestamp) -> bool {
    created.is_some_and(|created| created + BEFORE < first_look)
}
