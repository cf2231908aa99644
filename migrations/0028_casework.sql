-- 0028_casework: by which row of the rules (of whom, by whom, in which form) an
-- assessment is held, fixed when it is opened. One that was opened before names none:
-- it is cancelled and opened anew, and its result decides nothing.
CREATE TABLE assessments (
    matter_id TEXT PRIMARY KEY REFERENCES matters (id),
    assessed  TEXT NOT NULL,
    assessor  TEXT NOT NULL,
    form      TEXT NOT NULL,
    round     BIGINT
);
CREATE INDEX assessments_of_round ON assessments (round);
