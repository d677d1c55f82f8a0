//! PostgreSQL, for several replicas of the service on one queue.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgQueryResult, Postgres};

use super::database::{Database, Dialect};
use super::error::QueueError;
use super::migrations;
use super::statements::claim;

impl Dialect for Postgres {
    const BEGIN: &'static str = "BEGIN";
    const ACCEPT: &'static str = "
        INSERT INTO deliveries (guid, event, received_at)
        SELECT key, value, $2 FROM jsonb_each_text($1::jsonb)
        ON CONFLICT (guid) DO NOTHING RETURNING guid";
    const ENQUEUE: &'static str = "
        INSERT INTO jobs (delivery, kind, key, payload, priority, state, run_at, created_at)
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, (value ->> 4)::bigint, 'queued',
          (value ->> 5)::bigint, $2
        FROM jsonb_array_elements($1::jsonb)
        ON CONFLICT (key) WHERE state = 'queued' DO UPDATE SET
          delivery = excluded.delivery, kind = excluded.kind, payload = excluded.payload,
          priority = GREATEST(jobs.priority, excluded.priority),
          run_at = excluded.run_at, attempts = 0, error = NULL, created_at = excluded.created_at";
    // A row another replica is looking at is not worth waiting for.
    const CLAIM: &'static str = claim!("FOR UPDATE SKIP LOCKED");

    fn rows(result: &PgQueryResult) -> u64 {
        result.rows_affected()
    }
}

pub(super) async fn open(url: &str) -> Result<Database<Postgres>, QueueError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(QueueError::database("read the address of"))?
        .application_name("sightline");
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options)
        .await
        .map_err(QueueError::database("connect to"))?;
    migrations::migrator(migrations::POSTGRES).run(&pool).await.map_err(QueueError::Migration)?;
    Ok(Database { writer: pool.clone(), reader: pool })
}
