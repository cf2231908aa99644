-- Papers on file of a party. A newer version is a row of its own; `replaced_by` says
-- from when on the older one is history: when the newer is entered, or answered where
-- the rules ask for an answer. `answer` is `consented`, `refused` or `received`.

CREATE TABLE papers (
    id               TEXT PRIMARY KEY,
    organisation     TEXT NOT NULL REFERENCES organisations (id),
    kind             TEXT NOT NULL,
    scenario         TEXT REFERENCES scenarios (id),
    title            TEXT NOT NULL,
    issuer           TEXT,
    number           TEXT,
    version          BIGINT NOT NULL,
    issued_on        TEXT NOT NULL,
    valid_until      TEXT,
    digest           TEXT NOT NULL,
    particulars      TEXT NOT NULL,
    replaces         TEXT,
    replaced_by      TEXT,
    entered_by       TEXT NOT NULL REFERENCES people (id),
    entered_at       BIGINT NOT NULL,
    answer           TEXT,
    answered_by      TEXT,
    answered_at      BIGINT,
    answer_note      TEXT,
    withdrawn_at     BIGINT,
    withdrawn_ground TEXT
);
CREATE INDEX papers_of_organisation ON papers (organisation, kind);

-- What was found on each protected interest of a resource; the highest number counts.
CREATE TABLE findings (
    resource        TEXT NOT NULL REFERENCES resources (id),
    interest        TEXT NOT NULL,
    number          BIGINT NOT NULL,
    outcome         TEXT NOT NULL,
    treatment       TEXT,
    document_digest TEXT NOT NULL,
    resource_digest TEXT NOT NULL,
    found_by        TEXT NOT NULL REFERENCES people (id),
    organisation    TEXT NOT NULL REFERENCES organisations (id),
    found_at        BIGINT NOT NULL,
    PRIMARY KEY (resource, interest, number)
);
