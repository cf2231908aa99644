-- The public, and papers kept whole. A voice is what somebody without an account says:
-- its number, the digest of the secret word by which they follow it, and the matter that
-- handles it. No name, address or way to reach anybody is kept.
CREATE TABLE voices (
    number        TEXT PRIMARY KEY,
    secret_digest TEXT NOT NULL,
    kind          TEXT NOT NULL,
    matter_id     TEXT NOT NULL REFERENCES matters (id),
    day           TEXT NOT NULL,
    filed_at      BIGINT NOT NULL
);
CREATE INDEX voices_of_day ON voices (day);
CREATE INDEX voices_of_matter ON voices (matter_id);

-- For whom a case was opened: an entity that applied through its operator sees the case,
-- and can appeal from it.
CREATE TABLE case_applicants (
    case_id      TEXT NOT NULL REFERENCES cases (id),
    organisation TEXT NOT NULL REFERENCES organisations (id),
    named_by     TEXT NOT NULL REFERENCES people (id),
    named_at     BIGINT NOT NULL,
    PRIMARY KEY (case_id, organisation)
);

-- Bodies that are asked for an opinion before a matter is decided, and what they said.
CREATE TABLE matter_opinions (
    matter_id    TEXT NOT NULL REFERENCES matters (id),
    organisation TEXT NOT NULL REFERENCES organisations (id),
    invited_by   TEXT NOT NULL REFERENCES people (id),
    invited_at   BIGINT NOT NULL,
    outcome      TEXT,
    opinion      TEXT,
    evidence     TEXT,
    given_by     TEXT,
    given_at     BIGINT,
    PRIMARY KEY (matter_id, organisation)
);

-- The number of a receipt that was signed for what is filed and not approved.
CREATE TABLE receipt_numbers (
    case_id TEXT NOT NULL REFERENCES cases (id),
    turn    BIGINT NOT NULL,
    step    TEXT NOT NULL,
    person  TEXT NOT NULL REFERENCES people (id),
    number  TEXT NOT NULL,
    PRIMARY KEY (case_id, turn, step, person)
);

-- Papers kept whole, beside the digests that records tell. The bytes lie sealed in the
-- vault under the same id.
CREATE TABLE kept_files (
    id           TEXT PRIMARY KEY,
    digest       TEXT NOT NULL,
    bytes        BIGINT NOT NULL,
    media_type   TEXT NOT NULL,
    kind         TEXT NOT NULL,
    title        TEXT NOT NULL,
    number       TEXT NOT NULL,
    dated        TEXT NOT NULL,
    organisation TEXT NOT NULL REFERENCES organisations (id),
    person       TEXT NOT NULL REFERENCES people (id),
    kept_at      BIGINT NOT NULL,
    published_at BIGINT
);
CREATE INDEX kept_files_of_digest ON kept_files (digest);
CREATE INDEX kept_files_published ON kept_files (published_at);

-- With whom a file is shared: with all who see the record that its keeper names.
CREATE TABLE kept_file_records (
    file_id   TEXT NOT NULL REFERENCES kept_files (id),
    record    TEXT NOT NULL,
    shared_by TEXT NOT NULL REFERENCES people (id),
    shared_at BIGINT NOT NULL,
    PRIMARY KEY (file_id, record)
);
CREATE INDEX kept_file_records_of_record ON kept_file_records (record);

-- Natural persons that take part. The identity number itself is kept nowhere.
CREATE TABLE natural_persons (
    organisation  TEXT PRIMARY KEY REFERENCES organisations (id),
    identity_mask TEXT NOT NULL,
    identity_hash TEXT NOT NULL
);

-- What kind of unit a party is, where it stands by its division code (GB/T 2260), and
-- whether it takes part by its own will; from which duty a resource arose.
CREATE TABLE unit_facts (
    organisation TEXT PRIMARY KEY REFERENCES organisations (id),
    unit_kind    TEXT NOT NULL,
    division     TEXT NOT NULL,
    basis        TEXT NOT NULL,
    stated_by    TEXT NOT NULL REFERENCES people (id),
    stated_at    BIGINT NOT NULL
);

CREATE TABLE resource_origins (
    resource  TEXT PRIMARY KEY REFERENCES resources (id),
    way       TEXT NOT NULL,
    duty      TEXT NOT NULL,
    stated_by TEXT NOT NULL REFERENCES people (id),
    stated_at BIGINT NOT NULL,
    arose_in    TEXT NOT NULL,
    returned_on TEXT
);
