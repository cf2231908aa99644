-- 0006_airlock: checks, submissions to review, releases.

-- What each check said of a candidate, the last time it was run.
CREATE TABLE release_checks (
    candidate TEXT NOT NULL,
    code TEXT NOT NULL,
    digest TEXT NOT NULL,
    regime TEXT NOT NULL,
    is_passed BIGINT NOT NULL,
    result TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (candidate, code)
);

-- Candidates that were submitted, with what reviewers are shown of them.
CREATE TABLE submissions (
    candidate TEXT PRIMARY KEY,
    submitted_by TEXT NOT NULL,
    submitted_at BIGINT NOT NULL,
    shown TEXT NOT NULL
);

CREATE TABLE releases (
    id TEXT PRIMARY KEY,
    candidate TEXT NOT NULL UNIQUE,
    case_id TEXT NOT NULL UNIQUE,
    scenario TEXT NOT NULL,
    title TEXT NOT NULL,
    digest TEXT NOT NULL,
    document TEXT NOT NULL,
    released_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    withdrawn_by TEXT,
    ground TEXT
);
CREATE INDEX releases_by_title ON releases (scenario, title, released_at);
