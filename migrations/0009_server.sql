-- server: who is signed in, which requests were answered, which jobs wait.

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    -- The digest of the cookie's 32 random bytes; the bytes themselves are nowhere.
    token_digest TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);

CREATE TABLE idempotency_keys (
    person TEXT NOT NULL,
    given TEXT NOT NULL,
    -- The digest of method, address and body.
    request_digest TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    -- Null until the answer is known.
    status BIGINT,
    answer TEXT,
    PRIMARY KEY (person, given)
);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    person TEXT NOT NULL,
    organisation TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- What to do, as JSON; never a value from the data.
    task TEXT NOT NULL,
    -- The data folder that holds the spooled upload.
    home TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    cancel_asked BIGINT NOT NULL,
    worker TEXT,
    lease_until BIGINT,
    result TEXT,
    problem TEXT,
    created_at BIGINT NOT NULL,
    begun_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX jobs_state ON jobs (state, created_at);
CREATE INDEX jobs_organisation ON jobs (organisation, created_at);
