-- Other platforms, what went up to them, what came from below.

-- `above` is a platform that takes our records, `below` one whose records we take.
-- `stands_for` are the bodies whose copies are filed by sending them there.
CREATE TABLE peers (
    id           TEXT PRIMARY KEY,
    side         TEXT NOT NULL,
    name         TEXT NOT NULL UNIQUE,
    url          TEXT,
    stands_for   TEXT NOT NULL,
    public_key   TEXT NOT NULL,
    verifier     TEXT NOT NULL,
    made_at      BIGINT NOT NULL,
    withdrawn_at BIGINT,
    failures     BIGINT NOT NULL,
    next_at      BIGINT NOT NULL
);

-- The outbox. A row is written in the change that holds the fact. `sequence` counts
-- what one peer gets; `version` counts what it got about one subject.
CREATE TABLE dispatches (
    id             TEXT PRIMARY KEY,
    peer           TEXT NOT NULL REFERENCES peers (id),
    sequence       BIGINT NOT NULL,
    kind           TEXT NOT NULL,
    subject        TEXT NOT NULL,
    version        BIGINT NOT NULL,
    payload        TEXT NOT NULL,
    digest         TEXT NOT NULL,
    regime         TEXT NOT NULL,
    queued_at      BIGINT NOT NULL,
    state          TEXT NOT NULL,
    next_at        BIGINT NOT NULL,
    receipt        TEXT,
    receipt_at     BIGINT,
    outcome        TEXT,
    reasons        TEXT NOT NULL,
    filing_of      TEXT,
    filing_version BIGINT,
    filing_to      TEXT,
    UNIQUE (peer, sequence)
);
CREATE INDEX dispatches_waiting ON dispatches (state, peer, sequence);
CREATE INDEX dispatches_of_filing ON dispatches (filing_of);

-- What became of each attempt; `detail` is a status or a cause, never a body.
CREATE TABLE dispatch_attempts (
    dispatch TEXT NOT NULL REFERENCES dispatches (id),
    number   BIGINT NOT NULL,
    peer     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    outcome  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    PRIMARY KEY (dispatch, number)
);
CREATE INDEX dispatch_attempts_of_peer ON dispatch_attempts (peer, at);

-- The inbox.
CREATE TABLE peer_records (
    id          TEXT PRIMARY KEY,
    peer        TEXT NOT NULL REFERENCES peers (id),
    sequence    BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    version     BIGINT NOT NULL,
    payload     TEXT NOT NULL,
    digest      TEXT NOT NULL,
    regime      TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    state       TEXT NOT NULL,
    reasons     TEXT NOT NULL,
    receipt     TEXT NOT NULL,
    outcome     TEXT,
    decided_at  BIGINT,
    decided_by  TEXT,
    UNIQUE (peer, sequence)
);
CREATE INDEX peer_records_of_state ON peer_records (state, id);
CREATE INDEX peer_records_of_subject ON peer_records (peer, subject, version);

-- Nonces of signed calls, until their signatures are stale.
CREATE TABLE peer_nonces (
    peer  TEXT NOT NULL REFERENCES peers (id),
    nonce TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (peer, nonce)
);

-- Districts on the city's own platform: who belongs to which (a district's data
-- department to itself), and their schemes.
CREATE TABLE district_places (
    organisation TEXT PRIMARY KEY REFERENCES organisations (id),
    district     TEXT NOT NULL REFERENCES organisations (id),
    since        BIGINT NOT NULL
);
CREATE TABLE district_schemes (
    id              TEXT PRIMARY KEY,
    district        TEXT NOT NULL REFERENCES organisations (id),
    title           TEXT NOT NULL,
    document_digest TEXT NOT NULL,
    sections        TEXT NOT NULL,
    digest          TEXT NOT NULL,
    state           TEXT NOT NULL,
    authors         TEXT NOT NULL,
    drafted_at      BIGINT NOT NULL,
    in_force_at     BIGINT,
    superseded_at   BIGINT
);
CREATE INDEX district_schemes_of_district ON district_schemes (district, state);
