//! The two heavy parts of a review, off the async threads: git (waits) and the engine (computes, so it takes one of a
//! bounded number of seats).

use std::sync::Arc;

use chrono::NaiveDate;

use super::doors::Doors;
use super::outcome::{FlowError, Retry};
use crate::model::{ChangeSet, Note, NoteKind};
use crate::policy::{Config, ConfigError, Decision};
use crate::workspace::{Fetch, FetchFailure, Fetched, WorkspaceError};

/// From a change, the configuration and the day to a decision.
pub type Engine = Arc<dyn Fn(&ChangeSet, &Config, NaiveDate) -> Decision + Send + Sync>;

/// More errors of one configuration than this help nobody.
const CONFIG_ERRORS: usize = 5;

pub struct Analysed {
    pub change: ChangeSet,
    pub config: Config,
    pub decision: Decision,
}

/// Why the change could not be fetched.
#[derive(Debug)]
pub enum FetchError {
    Workspace(WorkspaceError),
    Flow(FlowError),
}

impl FetchError {
    /// The commit is not there (any more).
    pub fn head_is_gone(&self) -> bool {
        matches!(self, Self::Workspace(WorkspaceError::Fetch { failure: FetchFailure::MissingCommit, .. }))
    }
}

pub async fn fetch(doors: &Doors, installation: u64, request: Fetch) -> Result<Fetched, FetchError> {
    let token = doors.github.installation_token(installation).await.map_err(|error| FetchError::Flow(error.into()))?;
    let request = Fetch { token: Some(token), ..request };
    let cache = doors.workspace.clone();
    let fetched = tokio::task::spawn_blocking(move || cache.change_set(&request)).await;
    let fetched =
        fetched.map_err(|_| FetchError::Flow(FlowError::new("fetching the change failed inside", Retry::Backoff)))?;
    fetched.map_err(FetchError::Workspace)
}

pub async fn analyse(doors: &Doors, fetched: Fetched) -> Result<Analysed, FlowError> {
    let seat = Arc::clone(&doors.cpu).acquire_owned().await;
    let seat = seat.map_err(|_| FlowError::new("the service stops", Retry::Backoff))?;
    let engine = Arc::clone(&doors.engine);
    let today = doors.clock.now().date_naive();
    let analysis = tokio::task::spawn_blocking(move || {
        let Fetched { change, config, notes, .. } = fetched;
        let (config, broken) = configuration(config.as_deref());
        let mut decision = engine(&change, &config, today);
        decision.notes.extend(notes);
        decision.notes.extend(broken);
        drop(seat);
        Analysed { change, config, decision }
    });
    analysis.await.map_err(|_| FlowError::new("analysing the change failed inside", Retry::Backoff))
}

/// A broken configuration must not silence a review: the defaults apply, and the check run says so.
fn configuration(text: Option<&str>) -> (Config, Option<Note>) {
    match text.map(Config::parse) {
        None => (Config::default(), None),
        Some(Ok(config)) => (config, None),
        Some(Err(errors)) => {
            let more = errors.len().saturating_sub(CONFIG_ERRORS);
            let told: Vec<_> = errors.iter().take(CONFIG_ERRORS).map(ConfigError::to_string).collect();
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            let text = format!(
                "`.github/sightline.yml` at the base cannot be used, so the defaults apply: {}{more}",
                told.join("; ")
            );
            (Config::default(), Some(Note::general(NoteKind::Configuration, text)))
        }
    }
}

impl From<FetchError> for FlowError {
    fn from(error: FetchError) -> Self {
        let error = match error {
            FetchError::Flow(error) => return error,
            FetchError::Workspace(error) => error,
        };
        let (what, retry) = match &error {
            WorkspaceError::Fetch { failure, .. } => match failure {
                FetchFailure::Denied => {
                    ("git is not allowed to read the repository; the App needs `contents: read`", Retry::Backoff)
                }
                FetchFailure::NotFound => ("the repository is not there", Retry::Never),
                FetchFailure::MissingCommit => ("the commit is not there", Retry::Backoff),
                FetchFailure::Network => ("GitHub could not be reached by git", Retry::Backoff),
                FetchFailure::TooLarge => ("the repository is larger than this service's limits", Retry::Never),
            },
            WorkspaceError::Timeout { .. } => ("git took longer than allowed", Retry::Backoff),
            WorkspaceError::TooMuchOutput { .. } => ("the change is larger than this service's limits", Retry::Never),
            WorkspaceError::Busy { .. } => ("the repository is busy", Retry::Backoff),
            error if error.is_transient() => ("this service has trouble with its disk", Retry::Backoff),
            _ => ("git failed on this service", Retry::Backoff),
        };
        // What people read on the pull request holds no path of this machine; the log has the source.
        Self::new(format!("could not fetch the change: {what}"), retry).because(error)
    }
}
