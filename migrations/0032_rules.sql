-- A rule of a higher level sets any value of the document anew, as JSON.
ALTER TABLE rule_overrides ADD COLUMN set_to TEXT NOT NULL DEFAULT 'null';
UPDATE rule_overrides SET set_to = CAST(rule_value AS TEXT);
ALTER TABLE rule_overrides DROP COLUMN rule_value;
