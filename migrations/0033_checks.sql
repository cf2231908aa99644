-- The project that a case belongs to: a matter about it can hold the case up.
ALTER TABLE cases ADD COLUMN scenario TEXT REFERENCES scenarios (id);
UPDATE cases SET scenario = subject WHERE procedure = 'scenario';

-- How much was delivered in the months that were settled.
ALTER TABLE accounts_closed ADD COLUMN uses_count BIGINT NOT NULL DEFAULT 0;

-- What the managing body's plan is to reach.
CREATE TABLE plan_targets (
    number       BIGINT PRIMARY KEY,
    plan         TEXT NOT NULL REFERENCES papers (id),
    plan_version BIGINT NOT NULL,
    plan_day     TEXT NOT NULL,
    title        TEXT NOT NULL,
    figure       TEXT NOT NULL,
    at_least     BIGINT NOT NULL,
    due_day      TEXT NOT NULL,
    person       TEXT NOT NULL REFERENCES people (id),
    organisation TEXT NOT NULL REFERENCES organisations (id),
    set_at       BIGINT NOT NULL
);

-- How low a column of each class may be graded; the newest version counts.
CREATE TABLE grading_rules (
    version         BIGINT PRIMARY KEY,
    grade_min       TEXT NOT NULL,
    document_digest TEXT NOT NULL,
    person          TEXT NOT NULL REFERENCES people (id),
    organisation    TEXT NOT NULL REFERENCES organisations (id),
    set_at          BIGINT NOT NULL
);
