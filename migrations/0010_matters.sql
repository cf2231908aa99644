-- Matters: lifecycles that the documents prescribe beside approvals. `rules_text` is
-- the section of the rules as it was when the matter was opened, so that a later
-- version changes no matter. `due_day` is when the next move of people is due,
-- `platform_day` when the platform makes its own.

CREATE TABLE matters (
    id                   TEXT PRIMARY KEY,
    kind                 TEXT NOT NULL,
    rules_text           TEXT NOT NULL,
    regime               TEXT NOT NULL,
    subject              TEXT NOT NULL,
    subject_organisation TEXT,
    counterparty         TEXT,
    title                TEXT NOT NULL,
    state                TEXT NOT NULL,
    entered_at           BIGINT NOT NULL,
    due_day              TEXT,
    due_is_estimated     BIGINT NOT NULL,
    platform_day         TEXT,
    version              BIGINT NOT NULL,
    opener               TEXT NOT NULL,
    opener_person        TEXT NOT NULL REFERENCES people (id),
    parties              TEXT NOT NULL,
    authors              TEXT NOT NULL,
    facts                TEXT NOT NULL,
    opened_at            BIGINT NOT NULL,
    ended_at             BIGINT
);
CREATE INDEX matters_of_subject ON matters (subject, kind);
CREATE INDEX matters_of_platform ON matters (platform_day);

-- What happened to a matter; version 1 is its opening. `person` is null where the
-- platform moved it. `due_day` is when the move was due.
CREATE TABLE matter_moves (
    matter_id    TEXT NOT NULL REFERENCES matters (id),
    version      BIGINT NOT NULL,
    move         TEXT NOT NULL,
    from_state   TEXT NOT NULL,
    to_state     TEXT NOT NULL,
    person       TEXT,
    organisation TEXT,
    reason       TEXT NOT NULL,
    evidence     TEXT,
    facts        TEXT NOT NULL,
    due_day      TEXT,
    moved_at     BIGINT NOT NULL,
    PRIMARY KEY (matter_id, version)
);

CREATE TABLE matter_filings (
    matter_id    TEXT NOT NULL REFERENCES matters (id),
    version      BIGINT NOT NULL,
    recipient    TEXT NOT NULL,
    due_day      TEXT NOT NULL,
    is_estimated BIGINT NOT NULL,
    clause       TEXT NOT NULL,
    filed_at     BIGINT,
    filed_by     TEXT,
    evidence     TEXT,
    PRIMARY KEY (matter_id, version, recipient)
);

-- Rights that rest: `subject` is an agreement or a scenario, `ground` the matter that
-- suspended it. A subject lives again when none of its rows is without `lifted_at`.
CREATE TABLE suspensions (
    subject   TEXT NOT NULL,
    ground    TEXT NOT NULL,
    since     BIGINT NOT NULL,
    lifted_at BIGINT,
    PRIMARY KEY (subject, ground)
);

-- Which entity is admitted by which operator.
CREATE TABLE admissions (
    entity   TEXT NOT NULL REFERENCES organisations (id),
    operator TEXT NOT NULL REFERENCES organisations (id),
    state    TEXT NOT NULL,
    ground   TEXT NOT NULL,
    since    BIGINT NOT NULL,
    PRIMARY KEY (entity, operator)
);
