-- How agreements end. `deliveries_going_on`: what an agreement had delivered goes on to
-- this day although it has ended; `handover_items`: what an exit lists and hands over.

CREATE TABLE deliveries_going_on (
    agreement TEXT PRIMARY KEY REFERENCES agreements (id),
    ground    TEXT NOT NULL,
    since     BIGINT NOT NULL,
    until_day TEXT NOT NULL,
    ended_at  BIGINT
);

CREATE TABLE handover_items (
    matter_id    TEXT NOT NULL REFERENCES matters (id),
    number       BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    what         TEXT NOT NULL,
    concerns     TEXT,
    outcome      TEXT,
    receiver     TEXT REFERENCES organisations (id),
    reason       TEXT,
    evidence     TEXT,
    decided_by   TEXT REFERENCES people (id),
    decided_at   BIGINT,
    accepted_by  TEXT REFERENCES people (id),
    accepted_at  BIGINT,
    receipt      TEXT,
    PRIMARY KEY (matter_id, number)
);

-- Operating targets of an agreement, as JSON, and what was measured of each; the last
-- one measured counts.
ALTER TABLE agreements ADD COLUMN targets TEXT NOT NULL DEFAULT '[]';

CREATE TABLE target_results (
    agreement   TEXT NOT NULL REFERENCES agreements (id),
    code        TEXT NOT NULL,
    number      BIGINT NOT NULL,
    actual      BIGINT NOT NULL,
    evidence    TEXT NOT NULL,
    measured_by TEXT NOT NULL REFERENCES people (id),
    measured_at BIGINT NOT NULL,
    PRIMARY KEY (agreement, code, number)
);

-- Who files a copy, where it is not who made the move.
ALTER TABLE matter_filings ADD COLUMN filer TEXT;
