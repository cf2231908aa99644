-- Candidacies: who asks to be chosen or admitted in a matter. `entered_for` is the
-- organisation whose person entered it: the applicant, or who runs the selection.

CREATE TABLE candidacies (
    matter_id    TEXT NOT NULL REFERENCES matters (id),
    organisation TEXT NOT NULL REFERENCES organisations (id),
    chosen_as    TEXT NOT NULL,
    document     TEXT,
    bid          TEXT,
    state        TEXT NOT NULL,
    entered_by   TEXT NOT NULL REFERENCES people (id),
    entered_for  TEXT NOT NULL REFERENCES organisations (id),
    applied_at   BIGINT NOT NULL,
    ended_at     BIGINT,
    PRIMARY KEY (matter_id, organisation)
);
CREATE INDEX candidacies_of_organisation ON candidacies (organisation, state);

-- What an applicant is asked, as the rules and who runs the matter asked it on the day
-- of the application; what it answered and what the reviewer found, as JSON. `version`
-- counts answers: a finding names the one that it is about.
CREATE TABLE candidacy_items (
    matter_id       TEXT NOT NULL,
    organisation    TEXT NOT NULL,
    code            TEXT NOT NULL,
    position        BIGINT NOT NULL,
    kind            TEXT NOT NULL,
    what            TEXT NOT NULL,
    clause          TEXT NOT NULL,
    look_back_years BIGINT,
    counts          TEXT NOT NULL,
    version         BIGINT NOT NULL,
    answer          TEXT,
    finding         TEXT,
    PRIMARY KEY (matter_id, organisation, code),
    FOREIGN KEY (matter_id, organisation) REFERENCES candidacies (matter_id, organisation)
);

-- Conditions beside the document's: `scope` is the selection, or the operator that admits.
CREATE TABLE own_conditions (
    scope    TEXT NOT NULL,
    code     TEXT NOT NULL,
    what     TEXT NOT NULL,
    added_by TEXT NOT NULL REFERENCES people (id),
    added_at BIGINT NOT NULL,
    PRIMARY KEY (scope, code)
);

-- Who judges the bids, and how: `points` is JSON, one number an item of the rules.
CREATE TABLE selection_experts (
    matter_id   TEXT NOT NULL REFERENCES matters (id),
    number      BIGINT NOT NULL,
    name        TEXT NOT NULL,
    employer    TEXT NOT NULL,
    declaration TEXT NOT NULL,
    named_by    TEXT NOT NULL REFERENCES people (id),
    named_at    BIGINT NOT NULL,
    PRIMARY KEY (matter_id, number)
);

CREATE TABLE selection_scores (
    matter_id    TEXT NOT NULL,
    organisation TEXT NOT NULL,
    expert       BIGINT NOT NULL,
    points       TEXT NOT NULL,
    scored_by    TEXT NOT NULL REFERENCES people (id),
    scored_at    BIGINT NOT NULL,
    PRIMARY KEY (matter_id, organisation, expert),
    FOREIGN KEY (matter_id, organisation) REFERENCES candidacies (matter_id, organisation),
    FOREIGN KEY (matter_id, expert) REFERENCES selection_experts (matter_id, number)
);
