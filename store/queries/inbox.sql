-- name: inbox(site, before, limit)
-- The newest lines of the owner's inbox before line `before`.
SELECT c.id, c.at, c.author, c.text, c.request_id, c.contact_id, k.email
FROM conversations c LEFT JOIN contacts k ON k.id = c.contact_id
WHERE c.site = :site AND (:before::bigint IS NULL OR c.id < :before)
ORDER BY c.id DESC
LIMIT :limit;

-- name: add_shop_line(site, once_key, text)!
-- A line about the shop, not about one shopper; written once per key.
INSERT INTO conversations (site, author, once_key, text)
VALUES (:site, 'restock', :once_key, :text)
ON CONFLICT (once_key) DO NOTHING;

-- name: request_notice(site, request_id)^
-- What a notice to the owner about one request says. An item without a name goes by its id.
SELECT r.id, r.email, r.status, r.quantity, s.name AS site_name, s.owner_email, s.mail_from,
       r.item || jsonb_build_object(
           'name', coalesce(nullif(r.item ->> 'name', ''), r.catalog_item_id)) AS item,
       coalesce(p.policy, '{}') AS policy,
       (SELECT d.reply FROM deliveries d WHERE d.request_id = r.id
        ORDER BY d.claimed_at DESC LIMIT 1) AS reply
FROM requests r
JOIN sites s ON s.site = r.site
LEFT JOIN policies p ON p.site = r.site AND p.item_key = ''
WHERE r.site = :site AND r.id = :request_id;

-- name: site_notice(site)^
-- What a notice to the owner about the shop needs.
SELECT s.name AS site_name, s.owner_email, s.mail_from, coalesce(p.policy, '{}') AS policy
FROM sites s LEFT JOIN policies p ON p.site = s.site AND p.item_key = ''
WHERE s.site = :site;

-- name: outage(site)^
SELECT outage_since AS since, outage_until AS until, outage AS reply
FROM sites WHERE site = :site AND outage_until IS NOT NULL;

-- name: outage_told(site, until)!
-- Forgets an outage of which the owner has been told, unless there was another since.
UPDATE sites SET outage_since = NULL, outage_until = NULL, outage = NULL
WHERE site = :site AND outage_until = :until;
