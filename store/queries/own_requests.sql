-- name: shopper(site, contact_id)^
-- A shopper, as the pages for shoppers address one.
SELECT c.email, c.locale, s.name AS site_name, s.locale AS site_locale
FROM contacts c JOIN sites s ON s.site = c.site
WHERE c.site = :site AND c.id = :contact_id;

-- name: own_requests(site, contact_id, limit)
-- What a shopper asked for and has not been told of; the oldest first.
SELECT id, coalesce(nullif(item ->> 'name', ''), catalog_item_id) AS title, status, created_date
FROM requests
WHERE site = :site AND contact_id = :contact_id AND status <> 'NOTIFICATION_SENT'
ORDER BY created_date, id
LIMIT :limit;

-- name: ended(site, contact_id, limit)
-- What a shopper ended, and does not wait for again; the last one first.
SELECT e.id, coalesce(nullif(e.wanted #>> '{item,name}', ''),
                      e.wanted #>> '{reference,catalogItemId}') AS title, e.created_date
FROM ended_requests e
WHERE e.site = :site AND e.contact_id = :contact_id
ORDER BY e.ended_date DESC, e.created_date, e.id
LIMIT :limit;

-- name: end_requests(site, contact_id, id)
-- Ends one or all of a shopper's requests that may still lead to a mail, also the FAILED ones, which
-- may be tried again. Whoever locks several requests does it in the order of the queue.
WITH locked AS (
    SELECT id FROM requests
    WHERE site = :site AND contact_id = :contact_id AND status <> 'NOTIFICATION_SENT'
      AND (:id::uuid IS NULL OR id = :id)
    ORDER BY created_date, id
    FOR UPDATE
), deleted AS (
    DELETE FROM requests r WHERE r.id = ANY (ARRAY(SELECT id FROM locked))
    RETURNING r.*
), kept AS (
    INSERT INTO ended_requests (id, site, contact_id, wanted, created_date)
    SELECT id, site, contact_id, jsonb_build_object(
               'reference', jsonb_build_object(
                   'appId', app_id, 'catalogItemId', catalog_item_id, 'options', options),
               'item', item, 'item_url', item_url, 'locale', locale,
               'external_id', external_id, 'quantity', quantity),
           created_date
    FROM deleted
), line AS (
    INSERT INTO conversations (site, contact_id, author, text)
    SELECT site, contact_id, 'shopper',
           'Waits no longer for ' || coalesce(nullif(item ->> 'name', ''), catalog_item_id)
           || ': ended by the link in a mail.'
    FROM deleted
), consent AS (
    INSERT INTO consents (site, contact_id, kind, source)
    SELECT DISTINCT site, contact_id, 'withdrawn', 'link in a mail' FROM deleted
)
INSERT INTO withdrawals (request_id, site) SELECT id, site FROM deleted RETURNING request_id;

-- name: take_ended(site, contact_id, id)^
-- Takes one out of those that a shopper ended, with the shopper's address of today.
DELETE FROM ended_requests e USING contacts c
WHERE e.site = :site AND e.contact_id = :contact_id AND e.id = :id AND c.id = e.contact_id
RETURNING e.wanted || jsonb_build_object('email', c.email) AS wanted, e.created_date;

-- name: forget_ended(days)!
DELETE FROM ended_requests WHERE ended_date < now() - make_interval(days => :days);
