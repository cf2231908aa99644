-- Assessments in rounds: what was asked of all bodies of a kind at once, what each gave
-- item by item, what came of it, and which acts rested on that.
CREATE TABLE assessment_rounds (
    number       BIGINT PRIMARY KEY,
    title        TEXT NOT NULL,
    assessed     TEXT NOT NULL,
    form         TEXT NOT NULL,
    regime       TEXT NOT NULL,
    organisation TEXT NOT NULL,
    opened_by    TEXT NOT NULL REFERENCES people (id),
    opened_at    BIGINT NOT NULL
);

-- What the assessed gave: the document, the statement that it is true, figures as JSON.
CREATE TABLE assessment_items (
    matter_id TEXT NOT NULL REFERENCES matters (id),
    item      TEXT NOT NULL,
    document  TEXT NOT NULL,
    statement TEXT NOT NULL,
    figures   TEXT NOT NULL,
    is_late   BIGINT NOT NULL,
    given_by  TEXT NOT NULL REFERENCES people (id),
    given_at  BIGINT NOT NULL,
    PRIMARY KEY (matter_id, item)
);

-- One row a confirmed result. `total` counts hundredths of a point.
CREATE TABLE assessment_results (
    matter_id      TEXT PRIMARY KEY REFERENCES matters (id),
    form           TEXT NOT NULL,
    organisation   TEXT NOT NULL,
    subject        TEXT NOT NULL,
    round          BIGINT,
    marks          TEXT NOT NULL,
    total          BIGINT,
    result         TEXT,
    items_missing  TEXT NOT NULL,
    items_late     TEXT NOT NULL,
    papers_missing TEXT NOT NULL,
    clause         TEXT NOT NULL,
    confirmed_at   BIGINT NOT NULL
);
CREATE INDEX assessment_results_of_organisation ON assessment_results (organisation, form, confirmed_at);

-- Cases and matters that were decided on a result.
CREATE TABLE assessment_uses (
    matter_id TEXT NOT NULL REFERENCES matters (id),
    used_by   TEXT NOT NULL,
    used_at   BIGINT NOT NULL,
    PRIMARY KEY (matter_id, used_by)
);

-- Deals: on which terms a subscription was concluded, and under which exchange's number.
CREATE TABLE deals (
    subscription_id TEXT PRIMARY KEY,
    other_terms     TEXT,
    terms_reason    TEXT,
    exchange        TEXT,
    listing_number  TEXT,
    unlisted_reason TEXT,
    recorded_by     TEXT NOT NULL,
    recorded_at     BIGINT NOT NULL
);

-- A supply that an operator refused to an entity; a reason that nobody gave is null.
CREATE TABLE supply_refusals (
    number      BIGINT PRIMARY KEY,
    product_id  TEXT NOT NULL,
    entity_id   TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    reason      TEXT,
    told_by     TEXT NOT NULL,
    told_for    TEXT NOT NULL,
    told_at     BIGINT NOT NULL
);

-- Trades as an exchange recorded them.
CREATE TABLE exchange_trades (
    number          BIGINT PRIMARY KEY,
    subscription_id TEXT NOT NULL,
    exchange        TEXT NOT NULL,
    trade_number    TEXT NOT NULL,
    traded_on       TEXT NOT NULL,
    unit_price_fen  BIGINT NOT NULL,
    recorded_by     TEXT NOT NULL,
    recorded_at     BIGINT NOT NULL,
    UNIQUE (exchange, trade_number)
);

-- Conditions of free use, recorded of an entity before it is served free.
CREATE TABLE free_grants (
    product_id  TEXT NOT NULL,
    entity_id   TEXT NOT NULL,
    conditions  TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (product_id, entity_id)
);

-- Support that an operator gives to departments and districts.
CREATE TABLE supports (
    number      BIGINT PRIMARY KEY,
    operator_id TEXT NOT NULL,
    receiver    TEXT NOT NULL,
    form        TEXT NOT NULL,
    what        TEXT NOT NULL,
    value_fen   BIGINT NOT NULL,
    given_on    TEXT NOT NULL,
    voucher     TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);

ALTER TABLE costs ADD COLUMN voucher TEXT;
