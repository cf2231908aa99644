-- Parties, resources, agreements, scenarios. Lists that are never searched in
-- (roles, columns, fields) are JSON; what happened to a row is in the journal.

CREATE TABLE organisations (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    credit_code TEXT NOT NULL UNIQUE,
    roles       TEXT NOT NULL,
    entity_kind TEXT,
    owned_by    TEXT NOT NULL,
    made_at     BIGINT NOT NULL
);

CREATE TABLE people (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    login        TEXT NOT NULL UNIQUE,
    password     TEXT NOT NULL,
    organisation TEXT NOT NULL REFERENCES organisations (id),
    roles        TEXT NOT NULL,
    made_at      BIGINT NOT NULL
);

CREATE TABLE resources (
    id                TEXT PRIMARY KEY,
    name              TEXT NOT NULL UNIQUE,
    title             TEXT NOT NULL,
    description       TEXT NOT NULL,
    source            TEXT NOT NULL REFERENCES organisations (id),
    shared_from       TEXT REFERENCES organisations (id),
    consent_digest    TEXT,
    update_every_days BIGINT NOT NULL,
    columns           TEXT NOT NULL,
    digest            TEXT NOT NULL,
    state             TEXT NOT NULL,
    authors           TEXT NOT NULL,
    drafted_at        BIGINT NOT NULL,
    registered_at     BIGINT,
    registered_until  BIGINT,
    barred_ground     TEXT,
    barred_clause     TEXT
);

CREATE TABLE agreements (
    id              TEXT PRIMARY KEY,
    kind            TEXT NOT NULL,
    grantor         TEXT NOT NULL REFERENCES organisations (id),
    grantee         TEXT NOT NULL REFERENCES organisations (id),
    scenario        TEXT,
    resources       TEXT NOT NULL,
    from_day        TEXT NOT NULL,
    until_day       TEXT NOT NULL,
    document_digest TEXT NOT NULL,
    digest          TEXT NOT NULL,
    state           TEXT NOT NULL,
    authors         TEXT NOT NULL,
    drafted_at      BIGINT NOT NULL,
    decided_at      BIGINT,
    ended_at        BIGINT,
    ended_ground    TEXT
);

CREATE TABLE scenarios (
    id                    TEXT PRIMARY KEY,
    title                 TEXT NOT NULL,
    purpose               TEXT NOT NULL,
    use_kind              TEXT NOT NULL,
    operator              TEXT NOT NULL REFERENCES organisations (id),
    agreement             TEXT NOT NULL REFERENCES agreements (id),
    emergency_plan_digest TEXT,
    fields                TEXT NOT NULL,
    digest                TEXT NOT NULL,
    state                 TEXT NOT NULL,
    authors               TEXT NOT NULL,
    drafted_at            BIGINT NOT NULL,
    approved_at           BIGINT,
    withdrawn_at          BIGINT,
    withdrawn_ground      TEXT
);
