-- name: restock_log(site, sku, before, limit)
-- The newest announcements before one of them, perhaps only those of one sku, each with the sums
-- over its pages.
SELECT r.id, r.at, r.item_key, r.sku, r.locale, r.external_id, r.quantity, r.source, (
           SELECT coalesce(sum(p.handed_over), 0) FROM restock_pages p WHERE p.restock_id = r.id
       ) AS handed_over, (
           SELECT coalesce(jsonb_object_agg(reason, count), '{}') FROM (
               SELECT s.reason, sum(s.count::integer) AS count
               FROM restock_pages p CROSS JOIN jsonb_each_text(p.stopped) AS s (reason, count)
               WHERE p.restock_id = r.id
               GROUP BY s.reason
           ) summed
       ) AS stopped
FROM restocks r
WHERE r.site = :site AND (:sku::text IS NULL OR r.sku = :sku)
  AND (:before::uuid IS NULL OR (r.at, r.id) < (
      SELECT b.at, b.id FROM restocks b WHERE b.site = :site AND b.id = :before))
ORDER BY r.at DESC, r.id DESC
LIMIT :limit;

-- name: outcomes(site, restock_ids)
-- How the requests stand now that restocks claimed, and no later restock since; with those that
-- were erased when they were over.
SELECT k.id AS restock_id,
       count(r.id) FILTER (WHERE r.status = 'NOTIFICATION_SENT') + k.erased_told AS told,
       count(r.id) FILTER (WHERE r.status = 'FAILED') + k.erased_failed AS failed,
       count(r.id) FILTER (WHERE r.status = 'RECEIVED') AS back_to_waiting,
       count(r.id) FILTER (WHERE r.status = 'PROCESSING') AS still_sending,
       k.erased_told + k.erased_failed AS erased
FROM restocks k
LEFT JOIN requests r
    ON r.restock_id = k.id AND r.restock_id = ANY (:restock_ids::uuid[]) AND r.site = k.site
WHERE k.site = :site AND k.id = ANY (:restock_ids::uuid[])
GROUP BY k.id
HAVING count(r.id) + k.erased_told + k.erased_failed > 0;

-- name: titles(site, item_keys, restock_ids)
-- What items are called: by one whom a restock claimed, or by one who waits. The orders are those of
-- the indexes, which Postgres would else not always take to find the first.
SELECT given.item_key, given.restock_id, known.title
FROM unnest(:item_keys::text[], :restock_ids::uuid[]) AS given (item_key, restock_id)
CROSS JOIN LATERAL (
    SELECT coalesce(nullif(item ->> 'name', ''), catalog_item_id) AS title
    FROM (
        (SELECT item, catalog_item_id FROM requests
         WHERE site = :site AND restock_id = given.restock_id
         ORDER BY restock_id, restock_page LIMIT 1)
        UNION ALL
        (SELECT item, catalog_item_id FROM requests
         WHERE site = :site AND item_key = given.item_key AND status = 'RECEIVED'
         ORDER BY created_date, id LIMIT 1)
    ) either LIMIT 1
) known;
