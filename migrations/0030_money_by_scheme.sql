-- What a scheme in force says of money, from when to when.
CREATE TABLE scheme_money (
    scheme_id  TEXT NOT NULL,
    number     BIGINT NOT NULL,
    cost_items TEXT NOT NULL,
    shares     TEXT NOT NULL,
    from_at    BIGINT NOT NULL,
    until_at   BIGINT,
    PRIMARY KEY (scheme_id, number)
);

-- The accounts that are closed, and whom each concerns (`parties`, a JSON list): what an
-- objection can be about.
CREATE TABLE accounts_closed (
    id           TEXT PRIMARY KEY,
    operator_id  TEXT,
    agency_id    TEXT NOT NULL,
    parties      TEXT NOT NULL,
    closed_by    TEXT NOT NULL,
    closed_at    BIGINT NOT NULL
);

-- A month of an operator can be distributed product by product: the rest has no product.
CREATE TABLE distributions_by_product (
    id TEXT PRIMARY KEY,
    month TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (month, operator_id, product_id)
);
INSERT INTO distributions_by_product (id, month, operator_id, product_id, body, digest, made_at)
    SELECT id, month, operator_id, '', body, digest, made_at FROM distributions;
CREATE TABLE postings_by_product (
    distribution_id TEXT NOT NULL REFERENCES distributions_by_product (id),
    entry BIGINT NOT NULL,
    posting BIGINT NOT NULL,
    account TEXT NOT NULL,
    party TEXT NOT NULL,
    debit_fen BIGINT NOT NULL,
    credit_fen BIGINT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (distribution_id, entry, posting)
);
INSERT INTO postings_by_product (distribution_id, entry, posting, account, party, debit_fen, credit_fen, what)
    SELECT distribution_id, entry, posting, account, party, debit_fen, credit_fen, what FROM distribution_postings;
DROP TABLE distribution_postings;
DROP TABLE distributions;
ALTER TABLE distributions_by_product RENAME TO distributions;
ALTER TABLE postings_by_product RENAME TO distribution_postings;

-- A product that is open to everybody has a subscription of the public's.
ALTER TABLE subscriptions ADD COLUMN is_public BIGINT NOT NULL DEFAULT 0;
