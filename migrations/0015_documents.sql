-- documents: what was issued. The bytes lie as files under DATA/documents; the row
-- and its event hold their digests. `counter` counts from 1 for each issuer and year.
CREATE TABLE documents (
    id             TEXT PRIMARY KEY,
    kind           TEXT NOT NULL,
    number         TEXT NOT NULL,
    issuer         TEXT NOT NULL REFERENCES organisations (id),
    year           BIGINT NOT NULL,
    counter        BIGINT NOT NULL,
    about          TEXT NOT NULL,
    period         TEXT NOT NULL,
    title          TEXT NOT NULL,
    is_public      BIGINT NOT NULL,
    regime         TEXT NOT NULL,
    content_digest TEXT NOT NULL,
    html_digest    TEXT NOT NULL,
    pdf_digest     TEXT NOT NULL,
    xlsx_digest    TEXT NOT NULL,
    issued_by      TEXT NOT NULL REFERENCES people (id),
    issued_at      BIGINT NOT NULL,
    supersedes     TEXT REFERENCES documents (id),
    superseded_by  TEXT,
    UNIQUE (issuer, year, counter)
);
CREATE INDEX documents_of_kind ON documents (kind, about, period);

-- Organisations that a document is about or addressed to; they may read it.
CREATE TABLE document_parties (
    document_id  TEXT NOT NULL REFERENCES documents (id),
    organisation TEXT NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (document_id, organisation)
);
