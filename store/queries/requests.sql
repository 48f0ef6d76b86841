-- name: create_request(id, contact_id, site, app_id, catalog_item_id, options, item_key, email, address_key, locale, external_id, quantity, item_url, item, skus, locales, audience_key, created_date, kind, detail, line)^
-- Makes the request, its contact, the first line of its timeline and of the owner's inbox. Without
-- a date it is of now. Of an imported one, and of one that is asked for again, nobody is told by
-- mail; the former has no line in the inbox either.
-- Where the policy says so it is UNCONFIRMED, and the owner hears of it once it is confirmed.
-- No row comes back when the shopper has an open request for the item.
WITH contact AS (
    INSERT INTO contacts (id, site, email, address_key, locale)
    VALUES (:contact_id, :site, :email, :address_key, :locale)
    ON CONFLICT (site, address_key) DO UPDATE SET locale = coalesce(contacts.locale, excluded.locale)
    RETURNING id
), created AS (
    INSERT INTO requests (id, site, app_id, catalog_item_id, options, item_key, contact_id, email,
                          address_key, locale, external_id, quantity, item_url, item, skus,
                          locales, audience_key, created_date, status)
    SELECT :id, :site, :app_id, :catalog_item_id, :options, :item_key, contact.id, :email,
           :address_key, :locale, :external_id, :quantity, :item_url, :item, :skus, :locales,
           :audience_key,
           coalesce(:created_date::timestamptz, date_trunc('milliseconds', now())),
           CASE WHEN :kind = 'requested' AND (
               SELECT (policy ->> 'doubleOptIn')::boolean FROM policies
               WHERE site = :site AND item_key = '') THEN 'UNCONFIRMED' ELSE 'RECEIVED' END
    FROM contact
    ON CONFLICT (site, item_key, address_key, audience_key)
        WHERE status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED') DO NOTHING
    RETURNING *
), step AS (
    INSERT INTO timeline (request_id, kind, detail) SELECT id, :kind, :detail FROM created
), line AS (
    INSERT INTO conversations (site, contact_id, request_id, author, text)
    SELECT site, contact_id, id, 'shopper', :line FROM created
    WHERE :line::text IS NOT NULL AND status <> 'UNCONFIRMED'
)
SELECT c.*, :kind = 'requested' AND (p.policy ->> 'ownerNotices') IS DISTINCT FROM 'off' AS tell_owner
FROM created c LEFT JOIN policies p ON p.site = c.site AND p.item_key = '';

-- name: find_open(site, item_key, address_key, audience_key)^
-- A shopper's open request for an item.
SELECT * FROM requests
WHERE site = :site AND item_key = :item_key AND address_key = :address_key
  AND audience_key = :audience_key
  AND status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED');

-- name: get_request(site, id)^
SELECT * FROM requests WHERE site = :site AND id = :id;

-- name: open_instead(site, id)$
-- The open request of the same shopper for the same item.
SELECT o.id FROM requests r JOIN requests o ON o.site = r.site AND o.item_key = r.item_key
    AND o.address_key = r.address_key AND o.audience_key = r.audience_key AND o.id <> r.id
    AND o.status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED')
WHERE r.site = :site AND r.id = :id;

-- name: delete_request(site, id)$
-- Deletes a request with all that is known of it, and notes that its workflow is to be told.
WITH deleted AS (
    DELETE FROM requests WHERE site = :site AND id = :id RETURNING id, site
)
INSERT INTO withdrawals (request_id, site) SELECT id, site FROM deleted RETURNING request_id;

-- name: waiting_of_contact(site, contact_id, app_id)
-- The requests of a contact that wait, for items of one app; the oldest first.
SELECT * FROM requests
WHERE site = :site AND contact_id = :contact_id AND app_id = :app_id AND status = 'RECEIVED'
ORDER BY created_date, id;

-- name: delete_waiting(site, id, app_id)$
-- As delete_request, for an item of one app and only while it waits.
WITH deleted AS (
    DELETE FROM requests
    WHERE site = :site AND id = :id AND app_id = :app_id
      AND status IN ('RECEIVED', 'UNCONFIRMED')
    RETURNING id, site
)
INSERT INTO withdrawals (request_id, site) SELECT id, site FROM deleted RETURNING request_id;

-- name: closest_product(site, skus, locales)^
-- The product data of a request that is not made yet; as the view request_products finds it.
SELECT p.name, p.price, p.currency, p.image_url, p.url
FROM (
    SELECT :locales::text[] || coalesce(s.locale, (
        SELECT f.locale FROM product_feeds f WHERE f.site = s.site
        ORDER BY f.created_date, f.locale LIMIT 1)) AS chain
    FROM sites s WHERE s.site = :site
) looked
JOIN products p
    ON p.site = :site AND p.sku = ANY (:skus::text[]) AND p.locale = ANY (looked.chain)
ORDER BY array_position(looked.chain, p.locale), array_position(:skus::text[], p.sku)
LIMIT 1;

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
    WHERE site = :site AND id = :id AND status IN ('RECEIVED', 'FAILED', 'UNCONFIRMED')
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

-- name: workflows_started(ids)!
UPDATE requests SET workflow_started = true
WHERE id = ANY (:ids::uuid[]) AND NOT workflow_started;

-- name: not_started(older_than_seconds, limit)
-- Requests whose workflow is not known to run.
SELECT r.id, r.site, r.item_key, r.catalog_item_id, r.item, r.confirmed_date,
       r.status = 'UNCONFIRMED' AS unconfirmed,
       (p.policy ->> 'ownerNotices') IS DISTINCT FROM 'off' AND NOT EXISTS (
           SELECT FROM timeline t WHERE t.request_id = r.id AND t.kind IN ('imported', 'resumed')
       ) AS tell_owner
FROM requests r LEFT JOIN policies p ON p.site = r.site AND p.item_key = ''
WHERE NOT r.workflow_started AND r.status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED')
  AND r.created_date < now() - make_interval(secs => :older_than_seconds)
ORDER BY r.created_date
LIMIT :limit;

-- name: withdrawals(limit)
SELECT request_id, site FROM withdrawals ORDER BY at LIMIT :limit;

-- name: withdrawn(id)!
DELETE FROM withdrawals WHERE request_id = :id;

-- name: failed(site, since, ids, with_unknown, after_date, after_id, limit)
-- Requests that FAILED, since a moment or among some ids; with those of which nobody knows whether
-- their mail left, or without.
SELECT r.id, r.created_date FROM requests r
WHERE r.site = :site AND (r.status COLLATE "C") = 'FAILED'
  AND (:since::timestamptz IS NULL OR r.updated_date >= :since)
  AND (:ids::uuid[] IS NULL OR r.id = ANY (:ids::uuid[]))
  AND (:with_unknown OR NOT EXISTS (
        SELECT FROM deliveries d
        WHERE d.request_id = r.id AND d.restock_id = r.restock_id AND d.state = 'unknown'))
  AND (r.created_date, r.id) > (:after_date, :after_id)
ORDER BY r.created_date, r.id
LIMIT :limit;
