-- Trainings and validations of models inside a workroom, on sampled and masked
-- rows. The model's bytes lie in the vault as the sealed result of the same id,
-- where one was made; no route gives them.
CREATE TABLE trainings (
    id              TEXT PRIMARY KEY,
    scenario        TEXT NOT NULL,
    agreement       TEXT NOT NULL,
    purpose         TEXT NOT NULL,
    -- Of a validation: whose model it validates.
    validates       TEXT,
    author          TEXT NOT NULL,
    organisation    TEXT NOT NULL,
    operator        TEXT NOT NULL,
    title           TEXT NOT NULL,
    program         TEXT NOT NULL,
    -- Tables, versions and how many rows of each were mounted, as JSON.
    inputs          TEXT NOT NULL,
    metrics         TEXT NOT NULL,
    -- Null where the purpose makes no model.
    digest          TEXT,
    bytes           BIGINT,
    regime          TEXT NOT NULL,
    clauses         TEXT NOT NULL,
    made_at         BIGINT NOT NULL
);

CREATE INDEX trainings_of_scenario ON trainings (scenario, id);
