-- name: wanted_items(site, after_shoppers, after_key, limit)
-- The items that shoppers wait for, the most wanted first, after one of them; with the sums over
-- all items. Reads nothing but the index of the queue.
SELECT * FROM (
    SELECT g.*, count(*) OVER () AS items, sum(shoppers) OVER () AS all_shoppers,
           sum(units) OVER () AS all_units, min(oldest) OVER () AS all_oldest
    FROM (
        SELECT item_key, count(*) AS shoppers, sum(quantity) AS units, min(created_date) AS oldest
        FROM requests WHERE site = :site AND status = 'RECEIVED'
        GROUP BY item_key
    ) g
) wanted
WHERE :after_shoppers::bigint IS NULL OR shoppers < :after_shoppers
   OR (shoppers = :after_shoppers AND item_key > :after_key)
ORDER BY shoppers DESC, item_key
LIMIT :limit;

-- name: shown_items(site, item_keys)
-- What items are called and cost, and how many there are: by the product feed, as the view
-- request_products finds it, and by the newest request for the rest.
WITH fallback AS MATERIALIZED (
    SELECT coalesce(s.locale, (
        SELECT f.locale FROM product_feeds f WHERE f.site = s.site
        ORDER BY f.created_date, f.locale LIMIT 1)) AS locale
    FROM sites s WHERE s.site = :site
)
SELECT i.item_key, newest.app_id, newest.catalog_item_id, newest.options, newest.skus,
       newest.item, p.product, (
           SELECT l.quantity FROM stock_levels l
           WHERE l.site = :site AND l.sku = ANY (newest.skus)
           ORDER BY l.at DESC LIMIT 1
       ) AS stock
FROM unnest(:item_keys::text[]) AS i (item_key)
CROSS JOIN fallback
CROSS JOIN LATERAL (
    SELECT * FROM requests r
    WHERE r.site = :site AND r.item_key = i.item_key AND r.status = 'RECEIVED'
    ORDER BY r.created_date DESC, r.id DESC LIMIT 1
) newest
LEFT JOIN LATERAL (
    SELECT to_jsonb(p) - 'data' AS product FROM products p
    WHERE p.site = :site AND p.sku = ANY (newest.skus)
      AND p.locale = ANY (newest.locales || fallback.locale)
    ORDER BY array_position(newest.locales || fallback.locale, p.locale),
             array_position(newest.skus, p.sku)
    LIMIT 1
) p ON true;

-- name: asked_by_day(site, item_keys, days)
-- How many of those who wait for some items asked on which day, of days given by their beginnings.
SELECT item_key, width_bucket(created_date, :days::timestamptz[]) - 1 AS day, count(*) AS count
FROM requests
WHERE site = :site AND item_key = ANY (:item_keys::text[]) AND status = 'RECEIVED'
  AND created_date >= (:days::timestamptz[])[1]
GROUP BY 1, 2;
