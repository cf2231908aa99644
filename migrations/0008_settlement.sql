-- settlement: prices, costs, and the double-entry book of closed months.
CREATE TABLE tariffs (
    product_id TEXT NOT NULL,
    use_kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    price_fen BIGINT NOT NULL,
    from_day TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (product_id, use_kind, from_day)
);

CREATE TABLE caps (
    product_id TEXT NOT NULL,
    use_kind TEXT NOT NULL,
    cap_fen BIGINT NOT NULL,
    from_day TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (product_id, use_kind, from_day)
);

CREATE TABLE costs (
    id TEXT PRIMARY KEY,
    month TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    item TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX costs_month ON costs (month);

CREATE TABLE statements (
    id TEXT PRIMARY KEY,
    month TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    closed_at BIGINT NOT NULL
);

-- One row a side: debit_fen or credit_fen is 0. The rows of an entry balance.
CREATE TABLE postings (
    statement_id TEXT NOT NULL REFERENCES statements (id),
    entry BIGINT NOT NULL,
    posting BIGINT NOT NULL,
    account TEXT NOT NULL,
    party TEXT NOT NULL,
    debit_fen BIGINT NOT NULL,
    credit_fen BIGINT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (statement_id, entry, posting)
);
