-- Waiting lists of other systems: what was uploaded, what became of each line.

CREATE TABLE imports (
    id uuid PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    file_name text NOT NULL,
    -- Of lines that name none; empty where each has to.
    app_id text NOT NULL,
    state text NOT NULL DEFAULT 'checking'
        CHECK (state IN ('checking', 'ready', 'adding', 'done', 'discarded', 'failed')),
    -- Why the file cannot be used.
    trouble text NOT NULL DEFAULT '',
    -- The columns as the file names them.
    heading text[] NOT NULL,
    -- What the dry run found, and what came of it so far.
    to_add integer NOT NULL DEFAULT 0,
    added integer NOT NULL DEFAULT 0,
    waiting integer NOT NULL DEFAULT 0,
    repeated integer NOT NULL DEFAULT 0,
    rejected integer NOT NULL DEFAULT 0,
    -- The items most asked for, with the count of each.
    items jsonb NOT NULL DEFAULT '[]',
    created_date timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
    updated_date timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX imports_site ON imports (site, created_date DESC, id);
CREATE INDEX imports_age ON imports (updated_date);

-- The file, until its lines are read.
CREATE TABLE import_contents (
    import_id uuid PRIMARY KEY REFERENCES imports ON DELETE CASCADE,
    content bytea NOT NULL
);

-- new: to be added; waiting, repeated: left out; added: there is a request of it.
-- When all is done, only the rejected are kept.
CREATE TABLE import_lines (
    import_id uuid NOT NULL REFERENCES imports ON DELETE CASCADE,
    line integer NOT NULL,
    state text NOT NULL CHECK (state IN ('new', 'waiting', 'repeated', 'rejected', 'added')),
    address_key text NOT NULL,
    -- What is asked for; null where the line is rejected.
    item_key text,
    audience_key text,
    wanted jsonb,
    created_date timestamptz,
    -- What is wrong, and the line as it stands in the file; null where it is not rejected.
    problems jsonb,
    cells jsonb,
    PRIMARY KEY (import_id, line)
);
CREATE INDEX import_lines_state ON import_lines (import_id, state, line);
CREATE INDEX import_lines_address ON import_lines (address_key);
