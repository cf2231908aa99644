-- Sealed versions of resources, and sealed results of workroom and airlock.
-- `wrapped_key` is the data key under the master key; empty once destroyed.
CREATE TABLE holdings (
    id               TEXT PRIMARY KEY,
    resource         TEXT NOT NULL,
    version          BIGINT NOT NULL,
    state            TEXT NOT NULL,
    landing          TEXT NOT NULL,
    department       TEXT NOT NULL,
    landed_at        BIGINT NOT NULL,
    landed_digest    TEXT NOT NULL,
    landed_bytes     BIGINT NOT NULL,
    digest           TEXT NOT NULL,
    bytes            BIGINT NOT NULL,
    rows_good        BIGINT NOT NULL,
    rows_bad         BIGINT NOT NULL,
    columns          TEXT NOT NULL,
    report           TEXT NOT NULL,
    wrapped_key      TEXT NOT NULL,
    sealed_by        TEXT NOT NULL,
    sealed_at        BIGINT NOT NULL,
    destroyed_at     BIGINT,
    destroyed_ground TEXT,
    UNIQUE (resource, version)
);

CREATE TABLE sealed_results (
    id          TEXT PRIMARY KEY,
    digest      TEXT NOT NULL,
    bytes       BIGINT NOT NULL,
    wrapped_key TEXT NOT NULL,
    sealed_at   BIGINT NOT NULL
);
