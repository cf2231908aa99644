-- Registrations (登记): one row a result, never rewritten but for its state and how it
-- ended. `subject` is a resource or a product. Days are inclusive.

CREATE TABLE registrations (
    id              TEXT PRIMARY KEY,
    code            TEXT NOT NULL UNIQUE,
    kind            TEXT NOT NULL,
    of_what         TEXT NOT NULL,
    subject         TEXT NOT NULL,
    title           TEXT NOT NULL,
    holder          TEXT NOT NULL REFERENCES organisations (id),
    digest          TEXT NOT NULL,
    issued          TEXT NOT NULL,
    valid_from      TEXT NOT NULL,
    valid_until     TEXT NOT NULL,
    state           TEXT NOT NULL,
    predecessor     TEXT,
    exchange        TEXT,
    exchange_number TEXT,
    ended_at        BIGINT,
    ended_ground    TEXT
);
CREATE INDEX registrations_of_subject ON registrations (subject);
CREATE INDEX registrations_of_day ON registrations (issued);

-- What somebody applies for and with which papers; gone once it is decided. One of a
-- kind on one subject.
CREATE TABLE registration_applications (
    subject        TEXT NOT NULL,
    kind           TEXT NOT NULL,
    applicant      TEXT NOT NULL REFERENCES organisations (id),
    applicant_role TEXT NOT NULL,
    note           TEXT NOT NULL,
    materials      TEXT NOT NULL,
    years          BIGINT,
    product        TEXT,
    authors        TEXT NOT NULL,
    applied_on     TEXT NOT NULL,
    PRIMARY KEY (subject, kind)
);

-- What was told to an applicant when the application came back: every fault at once,
-- and the papers as they were then.
CREATE TABLE registration_returns (
    case_id     TEXT NOT NULL REFERENCES cases (id),
    turn        BIGINT NOT NULL,
    defects     TEXT NOT NULL,
    materials   TEXT NOT NULL,
    returned_at BIGINT NOT NULL,
    PRIMARY KEY (case_id, turn)
);

-- Why a review takes longer than its days.
CREATE TABLE registration_delays (
    case_id      TEXT NOT NULL REFERENCES cases (id),
    turn         BIGINT NOT NULL,
    step         TEXT NOT NULL,
    reason       TEXT NOT NULL,
    person       TEXT NOT NULL,
    explained_at BIGINT NOT NULL,
    PRIMARY KEY (case_id, turn, step)
);

-- Objections against what is on public notice (公示异议). `upheld` is null until it is
-- decided.
CREATE TABLE registration_objections (
    id           TEXT PRIMARY KEY,
    case_id      TEXT NOT NULL REFERENCES cases (id),
    person       TEXT NOT NULL REFERENCES people (id),
    organisation TEXT NOT NULL REFERENCES organisations (id),
    name         TEXT NOT NULL,
    objection    TEXT NOT NULL,
    evidence     TEXT NOT NULL,
    filed_at     BIGINT NOT NULL,
    upheld       BIGINT,
    decision     TEXT,
    decided_by   TEXT,
    decided_at   BIGINT
);
CREATE INDEX registration_objections_of_case ON registration_objections (case_id);
