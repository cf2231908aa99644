-- What a reader of the journal asks by: derived from what was written in the same change,
-- never evidence itself. `side` is `body`, `party`, `admin`, `subject` or `platform`.
CREATE TABLE journal_index (
    seq          BIGINT PRIMARY KEY,
    at           BIGINT NOT NULL,
    action       TEXT NOT NULL,
    object       TEXT NOT NULL,
    person       TEXT,
    organisation TEXT,
    side         TEXT NOT NULL,
    is_refused   BIGINT NOT NULL
);
CREATE INDEX journal_index_of_day ON journal_index (is_refused, at);
CREATE INDEX journal_index_of_action ON journal_index (action, at);

-- Who was told of a move of a matter, and when they said that they know.
CREATE TABLE matter_notices (
    matter_id    TEXT NOT NULL REFERENCES matters (id),
    version      BIGINT NOT NULL,
    organisation TEXT NOT NULL REFERENCES organisations (id),
    sent_at      BIGINT NOT NULL,
    due_day      TEXT NOT NULL,
    is_estimated BIGINT NOT NULL,
    clause       TEXT NOT NULL,
    received_at  BIGINT,
    received_by  TEXT REFERENCES people (id),
    PRIMARY KEY (matter_id, version, organisation)
);
CREATE INDEX matter_notices_of ON matter_notices (organisation, received_at);

-- Which patterns have alerted, so that each does once a day.
CREATE TABLE alerts_raised (
    pattern   TEXT NOT NULL,
    about     TEXT NOT NULL,
    day       TEXT NOT NULL,
    matter_id TEXT NOT NULL REFERENCES matters (id),
    count     BIGINT NOT NULL,
    threshold BIGINT NOT NULL,
    PRIMARY KEY (pattern, about, day)
);

-- How each required control stood when it was last probed.
CREATE TABLE controls (
    name       TEXT PRIMARY KEY,
    holds      BIGINT NOT NULL,
    since      BIGINT NOT NULL,
    checked_at BIGINT NOT NULL,
    detail     TEXT NOT NULL
);
