-- What an agreement and an application for a scenario say beyond their parties, days and
-- fields; what a reviewer said beside yes or no.

-- `shares` is JSON, `null` where none are named.
ALTER TABLE agreements ADD COLUMN selection TEXT;
ALTER TABLE agreements ADD COLUMN shares TEXT NOT NULL DEFAULT 'null';

-- `plan` is what else was applied for; `struck` the fields, as [resource, column], that
-- were applied for and not granted.
ALTER TABLE scenarios ADD COLUMN plan TEXT NOT NULL DEFAULT '{}';
ALTER TABLE scenarios ADD COLUMN struck TEXT NOT NULL DEFAULT '[]';

-- Conditions of a yes, findings one by one, struck fields.
ALTER TABLE signatures ADD COLUMN said TEXT NOT NULL DEFAULT '{}';

-- What said that rights in data were given away, a paper or a contract, and the
-- rectification that it opened.
CREATE TABLE violations (
    ground    TEXT PRIMARY KEY,
    matter_id TEXT NOT NULL,
    opened_at BIGINT NOT NULL
);

-- The city's scheme that a district's follows.
ALTER TABLE district_schemes ADD COLUMN parent TEXT;
