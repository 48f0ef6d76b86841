-- name: find_items(site, words, most_looked_at, limit)
-- Items of a site, whoever asked for them, by a part of their name or of their id: an index look-up
-- for each item, however many asked for it.
WITH RECURSIVE items AS (
    (SELECT item_key FROM requests WHERE site = :site ORDER BY item_key LIMIT 1)
    UNION ALL
    SELECT next.item_key
    FROM items i CROSS JOIN LATERAL (
        SELECT item_key FROM requests
        WHERE site = :site AND item_key > i.item_key
        ORDER BY item_key LIMIT 1
    ) next
)
SELECT i.item_key, coalesce(nullif(r.item ->> 'name', ''), p.name, r.catalog_item_id) AS title
FROM (SELECT item_key FROM items LIMIT :most_looked_at) i
CROSS JOIN LATERAL (
    SELECT item, catalog_item_id, skus FROM requests
    WHERE site = :site AND item_key = i.item_key
    ORDER BY created_date DESC, id DESC LIMIT 1
) r
LEFT JOIN LATERAL (
    SELECT name FROM products WHERE site = :site AND sku = ANY (r.skus) AND name <> '' LIMIT 1
) p ON true
WHERE strpos(lower(r.item ->> 'name'), lower(:words)) > 0
   OR strpos(lower(p.name), lower(:words)) > 0
   OR strpos(lower(r.catalog_item_id), lower(:words)) > 0
   OR i.item_key = :words
LIMIT :limit;

-- name: glances(site, ids)
-- What a line of a list says of each request: what the item is called, and what happened last.
SELECT r.id, coalesce(nullif(r.item ->> 'name', ''), nullif(p.name, ''), r.catalog_item_id) AS title,
       t.kind, t.detail
FROM requests r
LEFT JOIN request_products p ON p.request_id = r.id
LEFT JOIN LATERAL (
    SELECT kind, detail FROM timeline
    WHERE request_id = r.id AND kind NOT IN ('owner_told', 'owner_not_told')
    ORDER BY id DESC LIMIT 1
) t ON true
WHERE r.site = :site AND r.id = ANY (:ids::uuid[]);
