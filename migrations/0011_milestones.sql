-- Goals of a document (目标、阶段任务): what the managing body said of each, the newest
-- counting. `code` is that of the rules, `name` the goal's name there.

CREATE TABLE milestone_marks (
    code         TEXT NOT NULL,
    name         TEXT NOT NULL,
    number       BIGINT NOT NULL,
    is_met       BIGINT NOT NULL,
    reason       TEXT NOT NULL,
    evidence     TEXT,
    cites        TEXT NOT NULL,
    person       TEXT NOT NULL REFERENCES people (id),
    organisation TEXT NOT NULL,
    marked_at    BIGINT NOT NULL,
    PRIMARY KEY (code, name, number)
);
