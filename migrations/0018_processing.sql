-- The processor, where a document has one: what an agreement says beyond its parties
-- and days, the tasks (orders) that operators give, versions of agreements, and who
-- computed a result on whose order.

ALTER TABLE agreements ADD COLUMN mode TEXT;
ALTER TABLE agreements ADD COLUMN scheme TEXT;
ALTER TABLE agreements ADD COLUMN term_reason TEXT;
ALTER TABLE agreements ADD COLUMN contents TEXT NOT NULL DEFAULT '{}';

CREATE TABLE orders (
    id           TEXT PRIMARY KEY,
    title        TEXT NOT NULL,
    scenario     TEXT NOT NULL REFERENCES scenarios (id),
    agreement    TEXT NOT NULL REFERENCES agreements (id),
    operator     TEXT NOT NULL REFERENCES organisations (id),
    processor    TEXT NOT NULL REFERENCES organisations (id),
    requirements TEXT NOT NULL,
    outputs      TEXT NOT NULL,
    fields       TEXT NOT NULL,
    until_day    TEXT NOT NULL,
    state        TEXT NOT NULL,
    authors      TEXT NOT NULL,
    placed_at    BIGINT NOT NULL,
    answered_at  BIGINT,
    ended_at     BIGINT,
    reason       TEXT
);
CREATE INDEX orders_of_scenario ON orders (scenario);

-- `organisation` of a candidate is whose people computed it; `operator` is for whom.
ALTER TABLE candidates ADD COLUMN operator TEXT;
ALTER TABLE candidates ADD COLUMN ordered_by TEXT;
