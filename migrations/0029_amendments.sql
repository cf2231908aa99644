-- 0029_amendments: versions of agreements, how they change, and what was found when the
-- rules changed. The version that holds stands in `agreements`; what it replaced, here.

ALTER TABLE agreements ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE agreements ADD COLUMN amended_at BIGINT;
-- The rules under which the version that holds was decided on.
ALTER TABLE agreements ADD COLUMN regime TEXT NOT NULL DEFAULT '';
-- When every copy that is filed after its case had been filed.
ALTER TABLE agreements ADD COLUMN filed_at BIGINT;

UPDATE agreements SET regime = COALESCE(
    (SELECT MAX(cases.regime) FROM cases WHERE cases.subject = agreements.id AND cases.state = 'approved'), '');
UPDATE agreements SET filed_at =
    (SELECT MAX(filings.filed_at) FROM filings JOIN cases ON cases.id = filings.case_id
     WHERE cases.subject = agreements.id AND cases.state = 'approved')
    WHERE NOT EXISTS (SELECT 1 FROM filings JOIN cases ON cases.id = filings.case_id
     WHERE cases.subject = agreements.id AND cases.state = 'approved' AND filings.filed_at IS NULL);

-- `content` is what it said, JSON.
CREATE TABLE agreement_versions (
    agreement   TEXT NOT NULL REFERENCES agreements (id),
    version     BIGINT NOT NULL,
    state       TEXT NOT NULL,
    content     TEXT NOT NULL,
    digest      TEXT NOT NULL,
    regime      TEXT NOT NULL,
    authors     TEXT NOT NULL,
    decided_at  BIGINT,
    replaced_at BIGINT NOT NULL,
    PRIMARY KEY (agreement, version)
);

-- `content` is what the agreement shall say, JSON; `changes` which of its parts change.
CREATE TABLE agreement_amendments (
    id            TEXT PRIMARY KEY,
    agreement     TEXT NOT NULL REFERENCES agreements (id),
    version       BIGINT NOT NULL,
    content       TEXT NOT NULL,
    changes       TEXT NOT NULL,
    reason        TEXT NOT NULL,
    rule_change   TEXT,
    digest        TEXT NOT NULL,
    agreed_digest TEXT NOT NULL,
    authors       TEXT NOT NULL,
    drafted_at    BIGINT NOT NULL,
    decided_at    BIGINT
);

-- That an agreement needs no change although the rules have changed.
CREATE TABLE agreement_findings (
    agreement   TEXT NOT NULL REFERENCES agreements (id),
    version     BIGINT NOT NULL,
    rule_change TEXT NOT NULL,
    reason      TEXT NOT NULL,
    evidence    TEXT,
    found_by    TEXT NOT NULL,
    found_at    BIGINT NOT NULL,
    PRIMARY KEY (agreement, rule_change)
);
