-- delivery: products, subscriptions, client keys, consents.
-- A consent's subject is a keyed digest of the identity number, never the number.
CREATE TABLE products (
    id TEXT PRIMARY KEY,
    release_id TEXT NOT NULL,
    scenario_id TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    key_column TEXT,
    answer_columns TEXT NOT NULL,
    needs_consent BIGINT NOT NULL,
    state TEXT NOT NULL,
    published_at BIGINT NOT NULL
);

CREATE TABLE subscriptions (
    id TEXT PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id),
    entity_id TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    scenario_id TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    use_kind TEXT NOT NULL,
    calls_per_day_max BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX subscriptions_product ON subscriptions (product_id);

CREATE TABLE client_keys (
    id TEXT PRIMARY KEY,
    subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
    name TEXT NOT NULL,
    public_key TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);

CREATE TABLE consents (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id),
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    given_by TEXT NOT NULL,
    evidence TEXT,
    withdrawn_at BIGINT
);
