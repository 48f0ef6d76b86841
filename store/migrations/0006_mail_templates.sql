-- Mails as they went out.

-- Each mail to a shopper that was accepted: its source (RFC 5322), compressed by zlib. Beside the
-- ledger, which is read in many rows at a time and stays narrow.
CREATE TABLE sent_mails (
    request_id uuid NOT NULL REFERENCES requests ON DELETE CASCADE,
    restock_id uuid NOT NULL,
    mail bytea NOT NULL,
    PRIMARY KEY (request_id, restock_id)
);
-- It would be compressed in vain.
ALTER TABLE sent_mails ALTER COLUMN mail SET STORAGE EXTERNAL;
