-- Restocks that their owner paused or stopped.

-- A stock level that says no more than the one before begins no restock of these, nor does the
-- reconciler. Gone with the next page of a restock of the item: then something new happened.
-- An empty locale or external id: the restock was not about one.
CREATE TABLE restock_holds (
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    item_key text NOT NULL,
    locale text NOT NULL,
    external_id text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (site, item_key, locale, external_id)
);
