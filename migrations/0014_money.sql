-- settlement: who shares in the income and agreed to it, what the treasury is paid,
-- on what prices rest, which costs were accepted.
CREATE TABLE sharing_rules (
    id TEXT PRIMARY KEY,
    operator_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    completed_at BIGINT,
    UNIQUE (operator_id, version)
);

-- One row for each body that the rules name, or each party that has a share.
CREATE TABLE sharing_consents (
    rule_id TEXT NOT NULL REFERENCES sharing_rules (id),
    named TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (rule_id, named)
);

CREATE TABLE distributions (
    id TEXT PRIMARY KEY,
    month TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (month, operator_id)
);

-- As `postings`, for a distribution in place of a statement.
CREATE TABLE distribution_postings (
    distribution_id TEXT NOT NULL REFERENCES distributions (id),
    entry BIGINT NOT NULL,
    posting BIGINT NOT NULL,
    account TEXT NOT NULL,
    party TEXT NOT NULL,
    debit_fen BIGINT NOT NULL,
    credit_fen BIGINT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (distribution_id, entry, posting)
);

CREATE TABLE treasury_dues (
    id TEXT PRIMARY KEY,
    month TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    treasury TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    due_day TEXT NOT NULL,
    clause TEXT NOT NULL,
    source_id TEXT NOT NULL
);

CREATE TABLE treasury_payments (
    id TEXT PRIMARY KEY,
    due_id TEXT NOT NULL REFERENCES treasury_dues (id),
    amount_fen BIGINT NOT NULL,
    paid_on TEXT NOT NULL,
    voucher TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX treasury_payments_due ON treasury_payments (due_id);

CREATE TABLE treasury_uses (
    id TEXT PRIMARY KEY,
    treasury TEXT NOT NULL,
    purpose TEXT NOT NULL,
    what TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    voucher TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);

CREATE TABLE price_bases (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    clause TEXT NOT NULL,
    digest TEXT NOT NULL,
    ceiling_fen BIGINT,
    from_day TEXT NOT NULL,
    until_day TEXT,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);

ALTER TABLE caps ADD COLUMN floor_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tariffs ADD COLUMN basis_id TEXT;

CREATE TABLE price_filings (
    number BIGINT PRIMARY KEY,
    product_id TEXT NOT NULL,
    use_kind TEXT NOT NULL,
    from_day TEXT NOT NULL,
    contents TEXT NOT NULL,
    filed_at BIGINT NOT NULL
);

CREATE TABLE free_conditions (
    subscription_id TEXT PRIMARY KEY,
    conditions TEXT NOT NULL,
    evidence TEXT NOT NULL,
    from_day TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);

-- A cost counts once somebody accepted it. Those from before counted at once.
ALTER TABLE costs ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE costs ADD COLUMN product_id TEXT;
ALTER TABLE costs ADD COLUMN accepted_by TEXT;
ALTER TABLE costs ADD COLUMN accepted_at BIGINT;
UPDATE costs SET accepted_by = recorded_by, accepted_at = recorded_at;

CREATE TABLE meter_rates (
    metered TEXT NOT NULL,
    rate_fen BIGINT NOT NULL,
    from_day TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (metered, from_day)
);

CREATE TABLE permitted_revenues (
    operator_id TEXT NOT NULL,
    year BIGINT NOT NULL,
    body TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (operator_id, year)
);

CREATE TABLE terms_reasons (
    subscription_id TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);

CREATE TABLE data_assets (
    id TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    booked_fen BIGINT,
    booked_on TEXT,
    document TEXT NOT NULL,
    risk_finding TEXT,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
