-- Requests whose shopper has not confirmed the address yet: open, and not waiting.
ALTER TABLE requests DROP CONSTRAINT requests_status_check;
ALTER TABLE requests ADD CONSTRAINT requests_status_check
    CHECK (status IN ('UNCONFIRMED', 'RECEIVED', 'PROCESSING', 'NOTIFICATION_SENT', 'FAILED'));
ALTER TABLE requests ADD COLUMN confirmed_date timestamptz;
DROP INDEX requests_open;
CREATE UNIQUE INDEX requests_open ON requests (site, item_key, address_key, audience_key)
    WHERE status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED');
CREATE INDEX requests_unconfirmed ON requests (created_date) WHERE status = 'UNCONFIRMED';
