-- Matters that go from one organisation to another and that rest on records.
-- `assignee` is whom a move gave its matter to; `matter_cites` the records that a
-- move (1 is the opening) names: ids of matters, cases and things.

ALTER TABLE matter_moves ADD COLUMN assignee TEXT;

CREATE TABLE matter_cites (
    matter_id TEXT NOT NULL REFERENCES matters (id),
    version   BIGINT NOT NULL,
    cited     TEXT NOT NULL,
    PRIMARY KEY (matter_id, version, cited)
);
CREATE INDEX matter_cites_of_cited ON matter_cites (cited);
