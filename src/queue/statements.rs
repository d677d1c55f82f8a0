//! The SQL that both databases understand. `$1` counts parameters on both; partial unique indexes carry the two
//! promises about keys, so a mistake here is refused by the database instead of running a review twice.

/// `$1` guid, `$2` now. Only what is dead comes back, and only where nothing newer waits already.
pub(super) const REVIVE: &str = "
    UPDATE jobs SET state = 'queued', attempts = 0, run_at = $2, error = NULL, finished_at = NULL
    WHERE delivery = $1 AND state = 'dead'
      AND NOT EXISTS (SELECT 1 FROM jobs waiting WHERE waiting.key = jobs.key AND waiting.state = 'queued')";

/// `$1` now, `$2` max attempts, `$3` pause per earlier attempt. The first expiry is retried at once (a restart is the
/// usual reason), later ones wait longer (the job may be what kills the process).
pub(super) const REAP: &str = "
    UPDATE jobs SET
      state = CASE
        WHEN EXISTS (SELECT 1 FROM jobs waiting WHERE waiting.key = jobs.key AND waiting.state = 'queued') THEN 'replaced'
        WHEN attempts >= $2 THEN 'dead'
        ELSE 'queued' END,
      finished_at = CASE
        WHEN EXISTS (SELECT 1 FROM jobs waiting WHERE waiting.key = jobs.key AND waiting.state = 'queued') THEN $1
        WHEN attempts >= $2 THEN $1
        ELSE NULL END,
      error = 'the lease expired: the worker (' || COALESCE(holder, 'unknown') || ') died or hung',
      run_at = $1 + (attempts - 1) * $3,
      lease_until = NULL, holder = NULL
    WHERE state = 'leased' AND lease_until <= $1";

/// `$1` now, `$2` lease until, `$3` holder. The lock clause goes where `{lock}` stands in the dialects' copies.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "UPDATE jobs SET state = 'leased', lease = lease + 1, lease_until = $2, holder = $3, attempts = attempts + 1
             WHERE id = (
               SELECT ready.id FROM jobs ready
               WHERE ready.state = 'queued' AND ready.run_at <= $1
                 AND NOT EXISTS (SELECT 1 FROM jobs running WHERE running.key = ready.key AND running.state = 'leased')
               ORDER BY ready.priority DESC, ready.run_at, ready.id LIMIT 1 ",
            $lock,
            ")
             RETURNING id, lease, delivery, kind, key, payload, attempts, created_at"
        )
    };
}
pub(super) use claim;

/// `$1` id, `$2` lease, `$3` until.
pub(super) const HEARTBEAT: &str = "UPDATE jobs SET lease_until = $3 WHERE id = $1 AND lease = $2 AND state = 'leased'";

/// `$1` id, `$2` lease, `$3` now.
pub(super) const COMPLETE: &str = "
    UPDATE jobs SET state = 'done', finished_at = $3, error = NULL, lease_until = NULL, holder = NULL
    WHERE id = $1 AND lease = $2 AND state = 'leased'";

/// `$1` id, `$2` lease, `$3` run at, `$4` error, `$5` now, `$6` attempts to give back.
pub(super) const RETRY: &str = "
    UPDATE jobs SET
      state = CASE
        WHEN EXISTS (SELECT 1 FROM jobs waiting WHERE waiting.key = jobs.key AND waiting.state = 'queued')
        THEN 'replaced' ELSE 'queued' END,
      finished_at = CASE
        WHEN EXISTS (SELECT 1 FROM jobs waiting WHERE waiting.key = jobs.key AND waiting.state = 'queued')
        THEN $5 ELSE NULL END,
      run_at = $3, error = $4, attempts = attempts - $6, lease_until = NULL, holder = NULL
    WHERE id = $1 AND lease = $2 AND state = 'leased'";

/// `$1` id, `$2` lease, `$3` error, `$4` now.
pub(super) const BURY: &str = "
    UPDATE jobs SET state = 'dead', error = $3, finished_at = $4, lease_until = NULL, holder = NULL
    WHERE id = $1 AND lease = $2 AND state = 'leased'";

/// `$1` id, `$2` now. When something newer of the key waits already, that one does the work.
pub(super) const REQUEUE: &str = "
    UPDATE jobs SET
      state = CASE
        WHEN EXISTS (SELECT 1 FROM jobs waiting WHERE waiting.key = jobs.key AND waiting.state = 'queued')
        THEN 'replaced' ELSE 'queued' END,
      finished_at = CASE
        WHEN EXISTS (SELECT 1 FROM jobs waiting WHERE waiting.key = jobs.key AND waiting.state = 'queued')
        THEN $2 ELSE NULL END,
      attempts = 0, run_at = $2, error = NULL
    WHERE id = $1 AND state = 'dead'";

/// `$1` key.
pub(super) const IS_SUPERSEDED: &str = "SELECT COUNT(*) FROM jobs WHERE key = $1 AND state = 'queued'";

/// `$1` state, `$2` limit; the newest first.
pub(super) const LIST: &str = "
    SELECT id, kind, key, delivery, attempts, error, holder, run_at, created_at, finished_at
    FROM jobs WHERE state = $1 ORDER BY id DESC LIMIT $2";

/// `$1` now. One part per partial index, so that finished rows are never read.
pub(super) const COUNT: &str = "
    SELECT 'ready', COUNT(*), MIN(run_at) FROM jobs WHERE state = 'queued' AND run_at <= $1
    UNION ALL SELECT 'delayed', COUNT(*), NULL FROM jobs WHERE state = 'queued' AND run_at > $1
    UNION ALL SELECT 'leased', COUNT(*), NULL FROM jobs WHERE state = 'leased'
    UNION ALL SELECT 'dead', COUNT(*), NULL FROM jobs WHERE state = 'dead'";

/// `$1` before, `$2` rows at once. In slices, so that intake never waits long for the writer.
pub(super) const PRUNE_FINISHED: &str = "
    DELETE FROM jobs WHERE id IN (
      SELECT id FROM jobs WHERE finished_at < $1 AND state IN ('done', 'replaced') ORDER BY finished_at LIMIT $2)";
pub(super) const PRUNE_DEAD: &str = "
    DELETE FROM jobs WHERE id IN (
      SELECT id FROM jobs WHERE finished_at < $1 AND state = 'dead' ORDER BY finished_at LIMIT $2)";
pub(super) const PRUNE_DELIVERIES: &str = "
    DELETE FROM deliveries WHERE guid IN (
      SELECT guid FROM deliveries WHERE received_at < $1 ORDER BY received_at LIMIT $2)";
pub(super) const PRUNE_MEMORIES: &str = "
    DELETE FROM memories WHERE key IN (
      SELECT key FROM memories WHERE updated_at < $1 ORDER BY updated_at LIMIT $2)";

/// `$1` key, `$2` value, `$3` now.
pub(super) const REMEMBER: &str = "
    INSERT INTO memories (key, value, updated_at) VALUES ($1, $2, $3)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
pub(super) const RECALL: &str = "SELECT value FROM memories WHERE key = $1";
