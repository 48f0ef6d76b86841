-- Who came back to the shop by the link in their mail, and who bought.

-- One row for a mail that came to something: a visit counts once, and a purchase.
CREATE TABLE conversions (
    request_id uuid NOT NULL REFERENCES requests ON DELETE CASCADE,
    restock_id uuid NOT NULL,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    visited_date timestamptz,
    bought_date timestamptz,
    PRIMARY KEY (request_id, restock_id)
);
CREATE INDEX conversions_restock ON conversions (restock_id) INCLUDE (visited_date, bought_date);

-- What erased shoppers leave behind of it.
ALTER TABLE restocks
    ADD COLUMN erased_visited integer NOT NULL DEFAULT 0,
    ADD COLUMN erased_bought integer NOT NULL DEFAULT 0;
