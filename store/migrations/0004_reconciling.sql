-- What the reconciler looks for, and what it needs to go on where somebody stopped.

-- What was reported, so that whoever takes a restock up says the same in its mails; a
-- ReportedSignal of domain/contracts.py.
ALTER TABLE restocks ADD COLUMN report jsonb NOT NULL DEFAULT '{}';

-- Whether an item was looked at since something changed.
CREATE INDEX restocks_item ON restocks (site, item_key, at);
-- Requests that have been told for suspiciously long.
CREATE INDEX requests_processing ON requests (updated_date, id) WHERE status = 'PROCESSING';

-- The last time in which mail did not go out, until the owner has been told of it by mail.
ALTER TABLE sites
    ADD COLUMN outage_since timestamptz,
    ADD COLUMN outage_until timestamptz,
    ADD COLUMN outage text;
