-- name: create_request(id, contact_id, site, app_id, catalog_item_id, options, item_key, email, address_key, locale, external_id, quantity, item_url, item, line)^
-- Makes the request, its contact, the first line of its timeline and of the owner's inbox.
-- No row comes back when the shopper has an open request for the item.
WITH contact AS (
    INSERT INTO contacts (id, site, email, address_key, locale)
    VALUES (:contact_id, :site, :email, :address_key, :locale)
    ON CONFLICT (site, address_key) DO UPDATE SET locale = coalesce(excluded.locale, contacts.locale)
    RETURNING id
), created AS (
    INSERT INTO requests (id, site, app_id, catalog_item_id, options, item_key, contact_id, email,
                          address_key, locale, external_id, quantity, item_url, item)
    SELECT :id, :site, :app_id, :catalog_item_id, :options, :item_key, contact.id, :email,
           :address_key, :locale, :external_id, :quantity, :item_url, :item
    FROM contact
    ON CONFLICT (site, item_key, address_key) WHERE status IN ('RECEIVED', 'PROCESSING') DO NOTHING
    RETURNING *
), step AS (
    INSERT INTO timeline (request_id, kind) SELECT id, 'requested' FROM created
), line AS (
    INSERT INTO conversations (site, contact_id, request_id, author, text)
    SELECT site, contact_id, id, 'shopper', :line FROM created
)
SELECT * FROM created;

-- name: find_open(site, item_key, address_key)$
-- The id of a shopper's open request for an item.
SELECT id FROM requests
WHERE site = :site AND item_key = :item_key AND address_key = :address_key
  AND status IN ('RECEIVED', 'PROCESSING');

-- name: get_request(site, id)^
SELECT * FROM requests WHERE site = :site AND id = :id;

-- name: delete_request(site, id)$
-- Deletes a request with all that is known of it, and notes that its workflow is to be told.
WITH deleted AS (
    DELETE FROM requests WHERE site = :site AND id = :id RETURNING id, site
)
INSERT INTO withdrawals (request_id, site) SELECT id, site FROM deleted RETURNING request_id;

-- name: timeline(site, id)
SELECT t.at, t.kind, t.detail
FROM timeline t JOIN requests r ON r.id = t.request_id
WHERE r.site = :site AND r.id = :id
ORDER BY t.id;

-- name: add_step(site, id, kind, detail)!
-- Adds a line to the timeline of a request, where that still exists.
INSERT INTO timeline (request_id, kind, detail)
SELECT id, :kind, :detail FROM requests WHERE site = :site AND id = :id;

-- name: count_open(site, item_keys)
-- How many wait for each of some items.
SELECT item_key, count(*) AS count
FROM requests
WHERE site = :site AND item_key = ANY(:item_keys::text[]) AND status IN ('RECEIVED', 'PROCESSING')
GROUP BY item_key;

-- name: anyone_waiting(site, item_key)$
SELECT EXISTS (
    SELECT FROM requests WHERE site = :site AND item_key = :item_key AND status = 'RECEIVED'
);

-- name: mark(site, id, detail, line)$
-- RECEIVED or FAILED becomes NOTIFICATION_SENT by the owner's word. Returns the status now.
WITH marked AS (
    UPDATE requests SET status = 'NOTIFICATION_SENT', auto_notified = false,
        workflow_started = true, updated_date = now()
    WHERE site = :site AND id = :id AND status IN ('RECEIVED', 'FAILED')
    RETURNING id, site, contact_id, status
), step AS (
    INSERT INTO timeline (request_id, kind, detail) SELECT id, 'marked', :detail FROM marked
), line AS (
    INSERT INTO conversations (site, contact_id, request_id, author, text)
    SELECT site, contact_id, id, 'owner', :line FROM marked
)
SELECT coalesce((SELECT status FROM marked),
                (SELECT status FROM requests WHERE site = :site AND id = :id));

-- name: workflow_started(id)!
UPDATE requests SET workflow_started = true WHERE id = :id AND NOT workflow_started;

-- name: not_started(older_than_seconds, limit)
-- Requests whose workflow is not known to run.
SELECT id, site, item_key, item
FROM requests
WHERE NOT workflow_started AND status IN ('RECEIVED', 'PROCESSING')
  AND created_date < now() - make_interval(secs => :older_than_seconds)
ORDER BY created_date
LIMIT :limit;

-- name: withdrawals(limit)
SELECT request_id, site FROM withdrawals ORDER BY at LIMIT :limit;

-- name: withdrawn(id)!
DELETE FROM withdrawals WHERE request_id = :id;
