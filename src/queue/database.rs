//! Every operation of the queue, once for both databases; a [`Dialect`] holds the few words in which they differ.

use std::collections::BTreeMap;

use sqlx::{ColumnIndex, Connection, Decode, Encode, Executor, IntoArguments, Pool, Type};

use super::error::QueueError;
use super::job::{Accepted, Counts, Delivery, Job, JobState, Lease, Leased, NewWork};
use super::statements as sql;
use crate::model::Timestamp;

/// How long a job that killed its worker waits, per earlier attempt.
const CRASH_PAUSE_MS: i64 = 15_000;

pub(super) trait Dialect: sqlx::Database {
    const BEGIN: &'static str;
    /// `$1` JSON object from guid to event, `$2` now; answers with the GUIDs that are new.
    const ACCEPT: &'static str;
    /// `$1` JSON array of `[delivery, kind, key, payload, priority, run_at]` with distinct keys, `$2` now.
    const ENQUEUE: &'static str;
    const CLAIM: &'static str;

    fn rows(result: &Self::QueryResult) -> u64;
}

#[derive(Debug)]
pub(super) struct Database<D: Dialect> {
    pub(super) writer: Pool<D>,
    pub(super) reader: Pool<D>,
}

impl<D: Dialect> Clone for Database<D> {
    fn clone(&self) -> Self {
        Self { writer: self.writer.clone(), reader: self.reader.clone() }
    }
}

type JobRow = (i64, String, String, Option<String>, i64, Option<String>, Option<String>, i64, i64, Option<i64>);
type LeasedRow = (i64, i64, Option<String>, String, String, String, i64, i64);

pub(super) fn millis(time: Timestamp) -> i64 {
    time.timestamp_millis()
}

fn timestamp(id: i64, millis: i64) -> Result<Timestamp, QueueError> {
    Timestamp::from_timestamp_millis(millis)
        .ok_or_else(|| QueueError::Corrupt { id, reason: format!("{millis} is no time in milliseconds") })
}

/// An error as a column can hold it: PostgreSQL refuses NUL in text, and nobody reads past a page.
fn text(error: &str) -> String {
    error.chars().filter(|character| *character != '\0').take(4_000).collect()
}

/// The rows of `works` for [`Dialect::ENQUEUE`]. Of one key only the newest survives, in the order of the keys, so that
/// two replicas that queue the same keys cannot lock each other out.
fn rows<'a>(works: impl Iterator<Item = (Option<&'a str>, &'a NewWork)>, now: i64) -> String {
    let mut by_key: BTreeMap<&str, (Option<&str>, &NewWork, i16)> = BTreeMap::new();
    for (delivery, work) in works {
        let priority = by_key.get(work.key.as_str()).map_or(work.priority, |(_, _, older)| work.priority.max(*older));
        by_key.insert(&work.key, (delivery, work, priority));
    }
    let rows: Vec<_> = by_key
        .into_values()
        .map(|(delivery, work, priority)| {
            let run_at = work.run_at.map_or(now, millis);
            (delivery, work.kind, &work.key, work.payload.to_string(), priority, run_at)
        })
        .collect();
    serde_json::to_string(&rows).expect("strings and numbers serialise")
}

impl<D> Database<D>
where
    D: Dialect,
    D::Arguments: IntoArguments<D>,
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    for<'a> i64: Encode<'a, D> + Decode<'a, D> + Type<D>,
    for<'a> String: Encode<'a, D> + Decode<'a, D> + Type<D>,
    usize: ColumnIndex<D::Row>,
{
    /// Commits all deliveries of the batch and their works in one transaction.
    pub(super) async fn accept(
        &self,
        batch: &[(&Delivery, &[NewWork])],
        now: Timestamp,
    ) -> Result<Vec<Accepted>, QueueError> {
        let now = millis(now);
        let fail = || QueueError::database("write to");
        let mut transaction = self.writer.begin_with(D::BEGIN).await.map_err(fail())?;
        let offered: BTreeMap<_, _> = batch.iter().map(|(delivery, _)| (&delivery.guid, &delivery.event)).collect();
        let offered = serde_json::to_string(&offered).expect("strings serialise");
        let fresh: Vec<(String,)> =
            sqlx::query_as(D::ACCEPT).bind(offered).bind(now).fetch_all(&mut *transaction).await.map_err(fail())?;
        let mut fresh: Vec<_> = fresh.into_iter().map(|(guid,)| guid).collect();
        let mut answers = Vec::with_capacity(batch.len());
        let mut wanted = Vec::new();
        for (delivery, works) in batch {
            // Taken out, so that the same GUID twice in one batch is new only once.
            if let Some(index) = fresh.iter().position(|guid| *guid == delivery.guid) {
                fresh.swap_remove(index);
                wanted.extend(works.iter().map(|work| (Some(delivery.guid.as_str()), work)));
                answers.push(Accepted::New { jobs: works.len() });
                continue;
            }
            let revived = sqlx::query(sql::REVIVE)
                .bind(delivery.guid.clone())
                .bind(now)
                .execute(&mut *transaction)
                .await
                .map_err(fail())?;
            answers.push(match D::rows(&revived) {
                0 => Accepted::Duplicate,
                jobs => Accepted::Revived { jobs: jobs as usize },
            });
        }
        if !wanted.is_empty() {
            Self::insert(&mut transaction, rows(wanted.into_iter(), now), now).await?;
        }
        transaction.commit().await.map_err(fail())?;
        Ok(answers)
    }

    async fn insert(connection: &mut D::Connection, rows: String, now: i64) -> Result<(), QueueError> {
        let query = sqlx::query(D::ENQUEUE).bind(rows).bind(now);
        query.execute(connection).await.map_err(QueueError::database("write to"))?;
        Ok(())
    }

    pub(super) async fn enqueue(&self, works: &[NewWork], now: Timestamp) -> Result<(), QueueError> {
        let now = millis(now);
        let mut connection = self.writer.acquire().await.map_err(QueueError::database("write to"))?;
        Self::insert(&mut connection, rows(works.iter().map(|work| (None, work)), now), now).await
    }

    pub(super) async fn claim(&self, now: Timestamp, lease: &Lease) -> Result<Option<Leased>, QueueError> {
        // Two replicas can meet on a key; the loser looks again, and a third meeting in a row is left for the next poll.
        for _ in 0..3 {
            match self.claim_once(now, lease).await {
                Err(error) if error.is_conflict() => {}
                other => return other,
            }
        }
        Ok(None)
    }

    async fn claim_once(&self, now: Timestamp, lease: &Lease) -> Result<Option<Leased>, QueueError> {
        let fail = || QueueError::database("claim a job from");
        let mut connection = self.writer.acquire().await.map_err(fail())?;
        sqlx::query(sql::REAP)
            .bind(millis(now))
            .bind(i64::from(lease.max_attempts))
            .bind(CRASH_PAUSE_MS)
            .execute(&mut *connection)
            .await
            .map_err(fail())?;
        let row: Option<LeasedRow> = sqlx::query_as(D::CLAIM)
            .bind(millis(now))
            .bind(millis(now + lease.length))
            .bind(lease.holder.clone())
            .fetch_optional(&mut *connection)
            .await
            .map_err(fail())?;
        let Some((id, lease, delivery, kind, key, payload, attempts, created_at)) = row else { return Ok(None) };
        let payload = serde_json::from_str(&payload)
            .map_err(|error| QueueError::Corrupt { id, reason: format!("its payload is no JSON: {error}") })?;
        let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        let created_at = timestamp(id, created_at)?;
        Ok(Some(Leased { id, lease, delivery, kind, key, payload, attempts, created_at }))
    }

    pub(super) async fn heartbeat(&self, job: &Leased, until: Timestamp) -> Result<(), QueueError> {
        let query = sqlx::query(sql::HEARTBEAT).bind(job.id).bind(job.lease).bind(millis(until));
        let result = query.execute(&self.writer).await.map_err(QueueError::database("write a heartbeat to"))?;
        Self::held(job, &result)
    }

    fn held(job: &Leased, result: &D::QueryResult) -> Result<(), QueueError> {
        match D::rows(result) {
            0 => Err(QueueError::LeaseLost { id: job.id }),
            _ => Ok(()),
        }
    }

    /// Done; what follows from it is queued in the same transaction.
    pub(super) async fn complete(&self, job: &Leased, next: &[NewWork], now: Timestamp) -> Result<(), QueueError> {
        let fail = || QueueError::database("settle a job in");
        let mut transaction = self.writer.begin_with(D::BEGIN).await.map_err(fail())?;
        let query = sqlx::query(sql::COMPLETE).bind(job.id).bind(job.lease).bind(millis(now));
        Self::held(job, &query.execute(&mut *transaction).await.map_err(fail())?)?;
        if !next.is_empty() {
            let rows = rows(next.iter().map(|work| (job.delivery.as_deref(), work)), millis(now));
            Self::insert(&mut transaction, rows, millis(now)).await?;
        }
        transaction.commit().await.map_err(fail())
    }

    pub(super) async fn retry(
        &self,
        job: &Leased,
        run_at: Timestamp,
        error: &str,
        give_back: bool,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let query = || {
            sqlx::query(sql::RETRY)
                .bind(job.id)
                .bind(job.lease)
                .bind(millis(run_at))
                .bind(text(error))
                .bind(millis(now))
                .bind(i64::from(give_back))
        };
        let mut result = query().execute(&self.writer).await.map_err(QueueError::database("settle a job in"));
        if result.as_ref().is_err_and(QueueError::is_conflict) {
            // A newer job of the key was committed while the statement ran: now it sees it.
            result = query().execute(&self.writer).await.map_err(QueueError::database("settle a job in"));
        }
        Self::held(job, &result?)
    }

    pub(super) async fn bury(&self, job: &Leased, error: &str, now: Timestamp) -> Result<(), QueueError> {
        let query = sqlx::query(sql::BURY).bind(job.id).bind(job.lease).bind(text(error)).bind(millis(now));
        Self::held(job, &query.execute(&self.writer).await.map_err(QueueError::database("settle a job in"))?)
    }

    pub(super) async fn requeue(&self, id: i64, now: Timestamp) -> Result<bool, QueueError> {
        let query = sqlx::query(sql::REQUEUE).bind(id).bind(millis(now));
        let result = query.execute(&self.writer).await.map_err(QueueError::database("write to"))?;
        Ok(D::rows(&result) > 0)
    }

    pub(super) async fn is_superseded(&self, key: &str) -> Result<bool, QueueError> {
        let query = sqlx::query_as(sql::IS_SUPERSEDED).bind(key.to_owned());
        let (waiting,): (i64,) = query.fetch_one(&self.reader).await.map_err(QueueError::database("read"))?;
        Ok(waiting > 0)
    }

    pub(super) async fn list(&self, state: JobState, limit: u32) -> Result<Vec<Job>, QueueError> {
        let query = sqlx::query_as(sql::LIST).bind(state.as_str().to_owned()).bind(i64::from(limit));
        let rows: Vec<JobRow> = query.fetch_all(&self.reader).await.map_err(QueueError::database("read"))?;
        let job = |(id, kind, key, delivery, attempts, error, holder, run_at, created_at, finished_at): JobRow| {
            Ok(Job {
                id,
                state,
                kind,
                key,
                delivery,
                attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
                error,
                holder,
                run_at: timestamp(id, run_at)?,
                created_at: timestamp(id, created_at)?,
                finished_at: finished_at.map(|time| timestamp(id, time)).transpose()?,
            })
        };
        rows.into_iter().map(job).collect()
    }

    pub(super) async fn counts(&self, now: Timestamp) -> Result<Counts, QueueError> {
        let query = sqlx::query_as(sql::COUNT).bind(millis(now));
        let rows: Vec<(String, i64, Option<i64>)> =
            query.fetch_all(&self.reader).await.map_err(QueueError::database("read"))?;
        let mut counts = Counts::default();
        for (state, number, oldest) in rows {
            let number = u64::try_from(number).unwrap_or_default();
            match state.as_str() {
                "ready" => {
                    (counts.ready, counts.oldest_ready) = (number, oldest.and_then(Timestamp::from_timestamp_millis))
                }
                "delayed" => counts.delayed = number,
                "leased" => counts.leased = number,
                _ => counts.dead = number,
            }
        }
        Ok(counts)
    }

    /// Deletes one slice of what is older than `before`; answers with the number of rows.
    pub(super) async fn prune(
        &self,
        statement: &'static str,
        before: Timestamp,
        slice: i64,
    ) -> Result<u64, QueueError> {
        let query = sqlx::query(statement).bind(millis(before)).bind(slice);
        let result = query.execute(&self.writer).await.map_err(QueueError::database("tidy up"))?;
        Ok(D::rows(&result))
    }

    pub(super) async fn remember(&self, key: &str, value: &str, now: Timestamp) -> Result<(), QueueError> {
        let query = sqlx::query(sql::REMEMBER).bind(key.to_owned()).bind(value.to_owned()).bind(millis(now));
        query.execute(&self.writer).await.map_err(QueueError::database("write to"))?;
        Ok(())
    }

    pub(super) async fn recall(&self, key: &str) -> Result<Option<String>, QueueError> {
        let query = sqlx::query_as(sql::RECALL).bind(key.to_owned());
        let row: Option<(String,)> = query.fetch_optional(&self.reader).await.map_err(QueueError::database("read"))?;
        Ok(row.map(|(value,)| value))
    }

    pub(super) async fn ping(&self) -> Result<(), QueueError> {
        let mut connection = self.writer.acquire().await.map_err(QueueError::database("reach"))?;
        connection.ping().await.map_err(QueueError::database("reach"))
    }

    pub(super) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}
