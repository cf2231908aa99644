-- The journal: one row an event, numbered without a gap; and where each lies in the log.
CREATE TABLE journal_head (
    id  BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL
);
INSERT INTO journal_head (id, seq) VALUES (1, 0);

CREATE TABLE journal (
    seq     BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    action  TEXT NOT NULL,
    object  TEXT NOT NULL,
    written TEXT NOT NULL
);
CREATE INDEX journal_object ON journal (object, seq);

CREATE TABLE log_index (
    seq        BIGINT PRIMARY KEY,
    leaf_index BIGINT NOT NULL
);
