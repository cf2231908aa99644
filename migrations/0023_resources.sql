-- What is told of resources beside their description, catalogues in versions, what was
-- supplied, requirements of a field, and what is asked of products.

-- Facts of a resource, or marks of a scenario; the highest number counts. `told` is a
-- list in JSON.
CREATE TABLE facts (
    subject      TEXT NOT NULL,
    fact         TEXT NOT NULL,
    number       BIGINT NOT NULL,
    told         TEXT NOT NULL,
    told_by      TEXT NOT NULL REFERENCES people (id),
    organisation TEXT NOT NULL REFERENCES organisations (id),
    told_at      BIGINT NOT NULL,
    PRIMARY KEY (subject, fact, number)
);

-- A department's stops of its own resources; one without `lifted_at` holds.
CREATE TABLE stops (
    resource   TEXT NOT NULL REFERENCES resources (id),
    number     BIGINT NOT NULL,
    ground     TEXT NOT NULL,
    stopped_by TEXT NOT NULL REFERENCES people (id),
    stopped_at BIGINT NOT NULL,
    lifted_by  TEXT,
    lifted_at  BIGINT,
    PRIMARY KEY (resource, number)
);

-- The base catalogue: what departments hold, whatever of it is operated.
CREATE TABLE base_entries (
    id                TEXT PRIMARY KEY,
    title             TEXT NOT NULL,
    holder            TEXT NOT NULL REFERENCES organisations (id),
    update_every_days BIGINT,
    entered_by        TEXT NOT NULL REFERENCES people (id),
    entered_at        BIGINT NOT NULL
);

-- Versions of catalogues. `entries`, `left_out`, `asked` and `demands` are lists in
-- JSON, as they were when it was compiled.
CREATE TABLE catalogues (
    id            TEXT PRIMARY KEY,
    kind          TEXT NOT NULL,
    organisation  TEXT NOT NULL REFERENCES organisations (id),
    number        BIGINT NOT NULL,
    state         TEXT NOT NULL,
    entries       TEXT NOT NULL,
    left_out      TEXT NOT NULL,
    asked         TEXT NOT NULL,
    demands       TEXT NOT NULL,
    digest        TEXT NOT NULL,
    compiled_by   TEXT NOT NULL REFERENCES people (id),
    compiled_at   BIGINT NOT NULL,
    decision      TEXT,
    decided_by    TEXT,
    decided_at    BIGINT,
    published_by  TEXT,
    published_at  BIGINT
);
CREATE INDEX catalogues_of_organisation ON catalogues (kind, organisation);

-- What departments answered before a version was published; the last one counts.
CREATE TABLE catalogue_answers (
    catalogue    TEXT NOT NULL REFERENCES catalogues (id),
    number       BIGINT NOT NULL,
    organisation TEXT NOT NULL REFERENCES organisations (id),
    is_agreed    BIGINT NOT NULL,
    opinion      TEXT NOT NULL,
    answered_by  TEXT NOT NULL REFERENCES people (id),
    answered_at  BIGINT NOT NULL,
    PRIMARY KEY (catalogue, number)
);

-- What each landing brought: one row a holding. Shares are of a thousand.
CREATE TABLE supplies (
    holding      TEXT PRIMARY KEY,
    resource     TEXT NOT NULL,
    version      BIGINT NOT NULL,
    landed_at    BIGINT NOT NULL,
    rows_good    BIGINT NOT NULL,
    rows_bad     BIGINT NOT NULL,
    accuracy     BIGINT NOT NULL,
    completeness BIGINT NOT NULL
);
CREATE INDEX supplies_of_resource ON supplies (resource, version);

-- What agency and departments agree for a field.
CREATE TABLE field_requirements (
    id              TEXT PRIMARY KEY,
    field           TEXT NOT NULL,
    resources       TEXT NOT NULL,
    uses            TEXT NOT NULL,
    scope           TEXT NOT NULL,
    security        TEXT NOT NULL,
    document_digest TEXT NOT NULL,
    proposed_by     TEXT NOT NULL REFERENCES people (id),
    organisation    TEXT NOT NULL REFERENCES organisations (id),
    proposed_at     BIGINT NOT NULL,
    withdrawn_at    BIGINT
);
CREATE TABLE requirement_consents (
    requirement  TEXT NOT NULL REFERENCES field_requirements (id),
    organisation TEXT NOT NULL REFERENCES organisations (id),
    person       TEXT NOT NULL REFERENCES people (id),
    consented_at BIGINT NOT NULL,
    PRIMARY KEY (requirement, organisation)
);

-- What was found on each protected interest of a product; the highest number counts.
CREATE TABLE product_findings (
    product         TEXT NOT NULL,
    interest        TEXT NOT NULL,
    number          BIGINT NOT NULL,
    outcome         TEXT NOT NULL,
    treatment       TEXT,
    document_digest TEXT NOT NULL,
    found_by        TEXT NOT NULL REFERENCES people (id),
    organisation    TEXT NOT NULL REFERENCES organisations (id),
    found_at        BIGINT NOT NULL,
    PRIMARY KEY (product, interest, number)
);

-- Who holds which right in a product by agreement; the highest number counts.
CREATE TABLE product_rights (
    product         TEXT NOT NULL,
    held_right      TEXT NOT NULL,
    number          BIGINT NOT NULL,
    holder          TEXT NOT NULL REFERENCES organisations (id),
    agreement       TEXT NOT NULL REFERENCES agreements (id),
    document_digest TEXT NOT NULL,
    said_by         TEXT NOT NULL REFERENCES people (id),
    said_at         BIGINT NOT NULL,
    PRIMARY KEY (product, held_right, number)
);

-- Uses that need a permission of their own, as they were declared for a scenario.
CREATE TABLE special_uses (
    scenario    TEXT NOT NULL REFERENCES scenarios (id),
    use_word    TEXT NOT NULL,
    declared_by TEXT NOT NULL REFERENCES people (id),
    declared_at BIGINT NOT NULL,
    permission  TEXT,
    permitted_by TEXT,
    permitted_at BIGINT,
    PRIMARY KEY (scenario, use_word)
);
