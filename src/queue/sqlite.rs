//! SQLite, the embedded default: a write-ahead log, one writer, and a commit that has reached the disk.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteQueryResult, SqliteSynchronous,
};

use super::database::{Database, Dialect};
use super::error::QueueError;
use super::migrations;
use super::statements::claim;

impl Dialect for Sqlite {
    // Taking the write lock at the start turns a possible deadlock between readers into a wait.
    const BEGIN: &'static str = "BEGIN IMMEDIATE";
    const ACCEPT: &'static str = "
        INSERT INTO deliveries (guid, event, received_at)
        SELECT key, value, $2 FROM json_each($1) WHERE true
        ON CONFLICT (guid) DO NOTHING RETURNING guid";
    const ENQUEUE: &'static str = "
        INSERT INTO jobs (delivery, kind, key, payload, priority, state, run_at, created_at)
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, 'queued', value ->> 5, $2
        FROM json_each($1) WHERE true
        ON CONFLICT (key) WHERE state = 'queued' DO UPDATE SET
          delivery = excluded.delivery, kind = excluded.kind, payload = excluded.payload,
          priority = max(jobs.priority, excluded.priority),
          run_at = excluded.run_at, attempts = 0, error = NULL, created_at = excluded.created_at";
    const CLAIM: &'static str = claim!("");

    fn rows(result: &SqliteQueryResult) -> u64 {
        result.rows_affected()
    }
}

/// Opens (and creates) the database of `url`: `sqlite:PATH` or `sqlite::memory:`.
pub(super) async fn open(url: &str) -> Result<Database<Sqlite>, QueueError> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(QueueError::database("read the address of"))?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL would not sync at a commit: an answered delivery could vanish when the power fails.
        .synchronous(SqliteSynchronous::Full)
        // Pages that several commits touch go from the log to the database once: 16 MB of log instead of 4.
        .pragma("wal_autocheckpoint", "4000")
        .busy_timeout(Duration::from_secs(10));
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    if !in_memory && let Some(folder) = options.get_filename().parent() {
        create_private(folder)
            .map_err(|error| QueueError::Database { action: "create the folder of", source: sqlx::Error::Io(error) })?;
    }
    let pool = SqlitePoolOptions::new().acquire_timeout(Duration::from_secs(15)).idle_timeout(None).max_lifetime(None);
    let writer =
        pool.clone().max_connections(1).connect_with(options.clone()).await.map_err(QueueError::database("open"))?;
    migrations::migrator(migrations::SQLITE).run(&writer).await.map_err(QueueError::Migration)?;
    // A database in memory lives in its one connection.
    let reader = if in_memory {
        writer.clone()
    } else {
        pool.max_connections(2).connect_with(options).await.map_err(QueueError::database("open"))?
    };
    Ok(Database { writer, reader })
}

/// The queue names private repositories: nobody else on the machine needs to read it.
fn create_private(folder: &Path) -> std::io::Result<()> {
    if folder.as_os_str().is_empty() || folder.exists() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
