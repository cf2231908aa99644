-- 0027_workroom: tables that an operator or entity brings into a scenario's
-- workroom (非公共数据). `id` is a resource's id, so that landings, versions and
-- permits name it like one; it is on no catalogue and never leaves as it came.
CREATE TABLE own_tables (
    id TEXT PRIMARY KEY,
    scenario TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    origin TEXT NOT NULL,
    origin_digest TEXT NOT NULL,
    columns TEXT NOT NULL,
    declared_by TEXT NOT NULL,
    declared_at BIGINT NOT NULL,
    withdrawn_by TEXT,
    withdrawn_at BIGINT,
    withdrawn_ground TEXT
);

-- By which trustworthy means it was computed. All that was computed until now was.
ALTER TABLE candidates ADD COLUMN means TEXT NOT NULL DEFAULT '["usage_control","data_sandbox"]';

CREATE INDEX own_tables_of_scenario ON own_tables (scenario, id);
