-- A rule of a higher level sets any value of the document anew, as JSON.
ALTER TABLE rule_overrides ADD COLUMN set_to TEXT NOT NULL DEFAULT 'null';
UPDATE rule_overrides SET set_to = CAST(rule_value AS TEXT);
ALTER TABLE rule_overrides DROP COLUMN rule_value;

-- The indicators of the scheme that an assessment asks for, as they were when it was opened.
CREATE TABLE assessment_indicators (
    matter_id TEXT NOT NULL REFERENCES matters (id),
    place     BIGINT NOT NULL,
    indicator TEXT NOT NULL,
    scheme    TEXT NOT NULL REFERENCES matters (id),
    PRIMARY KEY (matter_id, place)
);

-- The one agency that gives whole authorisations: the row with the highest number.
CREATE TABLE whole_agencies (
    number       BIGINT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (id),
    document     TEXT,
    named_by     TEXT NOT NULL REFERENCES people (id),
    named_at     BIGINT NOT NULL
);

-- Conflicts between operator and processor of a project that the managing body cleared.
CREATE TABLE cleared_conflicts (
    scenario   TEXT NOT NULL REFERENCES scenarios (id),
    processor  TEXT NOT NULL REFERENCES organisations (id),
    conflict   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    cleared_by TEXT NOT NULL REFERENCES people (id),
    cleared_at BIGINT NOT NULL,
    PRIMARY KEY (scenario, processor)
);
