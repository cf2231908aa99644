-- Running and ended procedures. `procedure_text` is the procedure as the rules
-- had it when the case was opened, so that a later version changes no case.

CREATE TABLE cases (
    id                TEXT PRIMARY KEY,
    procedure         TEXT NOT NULL,
    procedure_text    TEXT NOT NULL,
    regime            TEXT NOT NULL,
    subject           TEXT NOT NULL,
    subject_digest    TEXT NOT NULL,
    title             TEXT NOT NULL,
    state             TEXT NOT NULL,
    turn              BIGINT NOT NULL,
    step              BIGINT NOT NULL,
    step_opened_at    BIGINT NOT NULL,
    version           BIGINT NOT NULL,
    opener            TEXT NOT NULL,
    opener_person     TEXT NOT NULL REFERENCES people (id),
    opener_role       TEXT NOT NULL,
    parties           TEXT NOT NULL,
    waits_role        TEXT,
    waits_party       TEXT,
    opened_at         BIGINT NOT NULL,
    ended_at          BIGINT
);

-- One running case for one subject, also when two people open one at once.
CREATE UNIQUE INDEX cases_running ON cases (subject) WHERE state IN ('open', 'returned');

CREATE TABLE case_authors (
    case_id TEXT NOT NULL REFERENCES cases (id),
    person  TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (case_id, person)
);

CREATE TABLE signatures (
    case_id        TEXT NOT NULL REFERENCES cases (id),
    turn           BIGINT NOT NULL,
    step           TEXT NOT NULL,
    step_index     BIGINT NOT NULL,
    person         TEXT NOT NULL REFERENCES people (id),
    organisation   TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    reason         TEXT NOT NULL,
    evidence       TEXT,
    subject_digest TEXT NOT NULL,
    digest         TEXT NOT NULL,
    signed_at      BIGINT NOT NULL,
    PRIMARY KEY (case_id, turn, step, person)
);

CREATE TABLE filings (
    case_id      TEXT NOT NULL REFERENCES cases (id),
    recipient    TEXT NOT NULL,
    due_day      TEXT NOT NULL,
    is_estimated BIGINT NOT NULL,
    clause       TEXT NOT NULL,
    filed_at     BIGINT,
    filed_by     TEXT,
    evidence     TEXT,
    PRIMARY KEY (case_id, recipient)
);
