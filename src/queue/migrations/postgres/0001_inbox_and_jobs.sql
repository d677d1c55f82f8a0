-- Times are milliseconds since 1970 in UTC: both databases then compare, add and index them alike.

CREATE TABLE deliveries (
    guid        TEXT   NOT NULL PRIMARY KEY,
    event       TEXT   NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE INDEX deliveries_received ON deliveries (received_at);

CREATE TABLE jobs (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery    TEXT,
    kind        TEXT   NOT NULL,
    key         TEXT   NOT NULL,
    payload     TEXT   NOT NULL,
    priority    BIGINT NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('queued', 'leased', 'done', 'dead', 'replaced')),
    run_at      BIGINT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    -- Counts the leases this row ever had: whoever holds an older number has lost it.
    lease       BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    holder      TEXT,
    error       TEXT,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT
);
-- Coalescing: at most one waiting job per key. Serialisation: at most one running job per key.
CREATE UNIQUE INDEX jobs_queued_key ON jobs (key) WHERE state = 'queued';
CREATE UNIQUE INDEX jobs_leased_key ON jobs (key) WHERE state = 'leased';
CREATE INDEX jobs_ready ON jobs (priority DESC, run_at, id) WHERE state = 'queued';
CREATE INDEX jobs_expiring ON jobs (lease_until) WHERE state = 'leased';
CREATE INDEX jobs_dead ON jobs (delivery) WHERE state = 'dead';
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE memories (
    key        TEXT   NOT NULL PRIMARY KEY,
    value      TEXT   NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX memories_updated ON memories (updated_at);
