-- Results computed inside, sealed, that nobody has seen. Their bytes lie in the
-- vault as the sealed result of the same id; `counts` says whether one more, of
-- the id and `-entities`, holds how many persons or firms each row describes.
CREATE TABLE candidates (
    id              TEXT PRIMARY KEY,
    scenario        TEXT NOT NULL,
    agreement       TEXT NOT NULL,
    use_kind        TEXT NOT NULL,
    author          TEXT NOT NULL,
    organisation    TEXT NOT NULL,
    title           TEXT NOT NULL,
    statement       TEXT NOT NULL,
    plan            TEXT NOT NULL,
    output          TEXT NOT NULL,
    lineage         TEXT NOT NULL,
    inputs          TEXT NOT NULL,
    counts          TEXT NOT NULL,
    raw_row_matches BIGINT NOT NULL,
    digest          TEXT NOT NULL,
    bytes           BIGINT NOT NULL,
    row_count       BIGINT NOT NULL,
    regime          TEXT NOT NULL,
    clauses         TEXT NOT NULL,
    made_at         BIGINT NOT NULL
);

CREATE INDEX candidates_of_scenario ON candidates (scenario, id);
