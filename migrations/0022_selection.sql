-- Choosing and looking after the chosen: the day for an order's answer, the scheme that
-- an application names, what was found of somebody after the choice.

ALTER TABLE orders ADD COLUMN answer_by TEXT;
ALTER TABLE candidacies ADD COLUMN scheme TEXT;

-- A record of a ground that came up after the choice (列入失信名单 and the like).
CREATE TABLE later_records (
    matter_id    TEXT NOT NULL REFERENCES matters (id),
    organisation TEXT NOT NULL REFERENCES organisations (id),
    number       BIGINT NOT NULL,
    code         TEXT NOT NULL,
    on_day       TEXT NOT NULL,
    document     TEXT NOT NULL,
    reason       TEXT NOT NULL,
    due_day      TEXT NOT NULL,
    clause       TEXT NOT NULL,
    found_by     TEXT NOT NULL REFERENCES people (id),
    found_for    TEXT NOT NULL REFERENCES organisations (id),
    found_at     BIGINT NOT NULL,
    PRIMARY KEY (matter_id, organisation, number)
);

-- The coordination group: who sits in it, its experts, its meetings. `agenda` and
-- `present` are JSON: ids of matters, numbers of members.
CREATE TABLE group_members (
    number       BIGINT PRIMARY KEY,
    department   TEXT NOT NULL,
    organisation TEXT REFERENCES organisations (id),
    person       TEXT NOT NULL,
    entered_by   TEXT NOT NULL REFERENCES people (id),
    entered_at   BIGINT NOT NULL,
    left_at      BIGINT
);

CREATE TABLE group_experts (
    number      BIGINT PRIMARY KEY,
    name        TEXT NOT NULL,
    employer    TEXT NOT NULL,
    field       TEXT NOT NULL,
    appointment TEXT NOT NULL,
    entered_by  TEXT NOT NULL REFERENCES people (id),
    entered_at  BIGINT NOT NULL
);

CREATE TABLE group_meetings (
    number      BIGINT PRIMARY KEY,
    held_on     TEXT NOT NULL,
    agenda      TEXT NOT NULL,
    present     TEXT NOT NULL,
    minutes     TEXT NOT NULL,
    recorded_by TEXT NOT NULL REFERENCES people (id),
    recorded_at BIGINT NOT NULL
);

-- Rules of a higher level that set a value of the document anew from a day on.
CREATE TABLE rule_overrides (
    number     BIGINT PRIMARY KEY,
    rule_key   TEXT NOT NULL,
    rule_value BIGINT NOT NULL,
    issuer     TEXT NOT NULL,
    rule       TEXT NOT NULL,
    first_day  TEXT NOT NULL,
    document   TEXT NOT NULL,
    entered_by TEXT NOT NULL REFERENCES people (id),
    entered_at BIGINT NOT NULL
);

-- What a district's scheme narrows of the city's values, as JSON.
ALTER TABLE district_schemes ADD COLUMN narrows TEXT NOT NULL DEFAULT '{}';

-- Thematic databases (专题库) that processors build on orders, with the steps of
-- governance that led to each version.
CREATE TABLE thematic_databases (
    id              TEXT PRIMARY KEY,
    title           TEXT NOT NULL,
    ordered_by      TEXT NOT NULL REFERENCES orders (id),
    scenario        TEXT NOT NULL REFERENCES scenarios (id),
    operator        TEXT NOT NULL REFERENCES organisations (id),
    processor       TEXT NOT NULL REFERENCES organisations (id),
    begun_at        BIGINT NOT NULL,
    interface_since BIGINT
);

CREATE TABLE thematic_versions (
    database_id TEXT NOT NULL REFERENCES thematic_databases (id),
    number      BIGINT NOT NULL,
    candidate   TEXT NOT NULL,
    digest      TEXT NOT NULL,
    row_count   BIGINT NOT NULL,
    sources     TEXT NOT NULL,
    steps       TEXT NOT NULL,
    made_at     BIGINT NOT NULL,
    PRIMARY KEY (database_id, number)
);
