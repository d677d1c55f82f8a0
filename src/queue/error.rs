//! Why the queue could not do something. Connection strings never appear here: they hold passwords.

#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("`DATABASE_URL` names no supported database: use sqlite:PATH, sqlite::memory: or postgres://…")]
    UnknownScheme,
    #[error("could not {action} the queue database")]
    Database {
        action: &'static str,
        #[source]
        source: sqlx::Error,
    },
    #[error("could not bring the tables of the queue database up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// Somebody else has the job by now; whatever this worker did must not be settled.
    #[error("the lease of job {id} was lost: no heartbeat reached the database in time")]
    LeaseLost { id: i64 },
    #[error("row {id} of the queue cannot be read: {reason}")]
    Corrupt { id: i64, reason: String },
    #[error("the queue is shutting down")]
    Closed,
}

impl QueueError {
    pub(super) fn database(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Database { action, source }
    }

    /// Two processes met on the unique index of a key: whoever lost only has to look again.
    pub(super) fn is_conflict(&self) -> bool {
        match self {
            Self::Database { source: sqlx::Error::Database(error), .. } => error.is_unique_violation(),
            _ => false,
        }
    }
}
