-- name: being_told(older_than_seconds, after_date, after_id, limit)
-- Requests that were claimed a while ago and have not been settled, after one of them.
SELECT r.id, r.site, r.item_key, r.restock_id, r.updated_date,
       coalesce(k.report, '{}') AS report, k.id IS NULL AS signalled_directly
FROM requests r LEFT JOIN restocks k ON k.id = r.restock_id
WHERE r.status = 'PROCESSING' AND r.restock_id IS NOT NULL
  AND r.updated_date < now() - make_interval(secs => :older_than_seconds)
  AND (r.updated_date, r.id) > (:after_date, :after_id)
ORDER BY r.updated_date, r.id
LIMIT :limit;

-- name: awaited_items(after_site, after_item_key, limit)
-- The items that somebody waits for, after one of them: an index look-up for each, however many
-- wait for it.
WITH RECURSIVE items AS (
    (SELECT site, item_key FROM requests
     WHERE status = 'RECEIVED' AND (site, item_key) > (:after_site, :after_item_key)
     ORDER BY site, item_key LIMIT 1)
    UNION ALL
    SELECT next.site, next.item_key
    FROM items i CROSS JOIN LATERAL (
        SELECT site, item_key FROM requests
        WHERE status = 'RECEIVED' AND (site, item_key) > (i.site, i.item_key)
        ORDER BY site, item_key LIMIT 1
    ) next
)
SELECT site, item_key FROM items LIMIT :limit;

-- name: note_arrivals(sites, item_keys, fresh_seconds, again_seconds)
-- Notes an arrival for each item that is in stock and awaited by somebody whom no restock has
-- looked at since: because they asked after it, or because the last one was long ago, and policies
-- change. All requests of an item go by the same SKUs. A level that is not fresh says less than
-- the shopper, who found the item sold out. What the owner paused or stopped is not overlooked.
INSERT INTO arrivals (site, item_key, locale, external_id, feed, sku, quantity, restock_id)
SELECT i.site, i.item_key, l.locale, l.external_id, '', min(l.sku), max(l.quantity),
       gen_random_uuid()
FROM unnest(:sites::text[], :item_keys::text[]) AS i (site, item_key)
CROSS JOIN LATERAL (
    SELECT skus FROM requests
    WHERE site = i.site AND item_key = i.item_key AND status = 'RECEIVED'
    ORDER BY created_date, id LIMIT 1
) named
JOIN stock_levels l ON l.site = i.site AND l.sku = ANY (named.skus) AND l.quantity > 0
    AND l.received_date > now() - make_interval(secs => :fresh_seconds)
CROSS JOIN LATERAL (
    SELECT created_date FROM requests w
    WHERE w.site = i.site AND w.item_key = i.item_key AND w.status = 'RECEIVED'
      AND (l.locale = '' OR w.locales = '{}' OR w.locales[1] = l.locale)
      AND (l.external_id = '' OR w.external_id = l.external_id)
    ORDER BY w.created_date DESC, w.id DESC LIMIT 1
) newest
LEFT JOIN LATERAL (
    SELECT at FROM restocks k
    WHERE k.site = i.site AND k.item_key = i.item_key
      AND k.locale IN ('', l.locale) AND k.external_id IN ('', l.external_id)
    ORDER BY k.at DESC LIMIT 1
) last ON true
WHERE coalesce(last.at, '-infinity') <= greatest(
    l.received_date, newest.created_date, now() - make_interval(secs => :again_seconds))
  AND NOT EXISTS (
    SELECT FROM restock_holds h
    WHERE h.site = i.site AND h.item_key = i.item_key
      AND h.locale IN ('', l.locale) AND h.external_id IN ('', l.external_id))
GROUP BY i.site, i.item_key, l.locale, l.external_id
ON CONFLICT DO NOTHING
RETURNING site;

-- name: expire(limit)
-- Deletes requests that have waited for longer than the policy of their site says, and notes that
-- their workflows are to be told. The owner's inbox keeps that there were some. Whoever locks
-- several requests does it in the order of the queue.
WITH old AS (
    SELECT r.id
    FROM policies p
    CROSS JOIN LATERAL (
        SELECT id, created_date FROM requests
        WHERE site = p.site AND (status COLLATE "C") = 'RECEIVED'
          AND created_date < now() - make_interval(days => (p.policy ->> 'expireAfterDays')::integer)
        ORDER BY created_date, id LIMIT :limit
    ) r
    WHERE p.item_key = '' AND p.policy ->> 'expireAfterDays' IS NOT NULL
), locked AS (
    SELECT id FROM requests
    WHERE id = ANY (ARRAY(SELECT id FROM old)) AND status = 'RECEIVED'
    ORDER BY created_date, id
    FOR UPDATE
), deleted AS (
    DELETE FROM requests r WHERE r.id = ANY (ARRAY(SELECT id FROM locked))
    RETURNING r.id, r.site, r.contact_id, coalesce(nullif(r.item ->> 'name', ''), r.catalog_item_id) AS title
), line AS (
    INSERT INTO conversations (site, contact_id, author, text)
    SELECT site, contact_id, 'restock', 'Waits no longer for ' || title || ': the request expired.'
    FROM deleted
)
INSERT INTO withdrawals (request_id, site) SELECT id, site FROM deleted RETURNING request_id;

-- name: outages_to_tell()
-- Sites whose mail goes out again after it did not, and whose owner has not been told by mail.
SELECT site FROM sites WHERE outage_until IS NOT NULL AND mail_trouble_since IS NULL;
