-- The statements of an import take their parameters in the order site, locale, others: they are
-- given by place, with a time limit of their own.

-- name: make_feed_items#
-- Where the items of one reading are gathered; only this connection sees it.
DROP TABLE IF EXISTS pg_temp.feed_items, pg_temp.feed_arrived;
CREATE TEMP TABLE feed_items (
    position bigint,
    sku text NOT NULL,
    item_group text NOT NULL,
    is_group boolean NOT NULL DEFAULT false,
    name text NOT NULL,
    price text NOT NULL,
    currency text NOT NULL,
    image_url text NOT NULL,
    url text NOT NULL,
    availability text NOT NULL,
    data text NOT NULL
);
CREATE TEMP TABLE feed_arrived (sku text NOT NULL);

-- name: drop_feed_items#
DROP TABLE IF EXISTS pg_temp.feed_items, pg_temp.feed_arrived;

-- name: sort_out_feed_items#
-- The last of several items with one id counts. A group that is no item itself is made one, with
-- what its best variant says: one in stock, then the first in the feed.
CREATE INDEX ON feed_items (sku, position);
ANALYZE feed_items (sku, item_group);
DELETE FROM feed_items f
WHERE EXISTS (SELECT FROM feed_items later WHERE later.sku = f.sku AND later.position > f.position);
INSERT INTO feed_items (position, sku, item_group, is_group, name, price, currency, image_url, url,
                        availability, data)
SELECT v.position, v.item_group, '', true, v.name, v.price, v.currency, v.image_url, v.url,
       v.availability, v.data
FROM (
    SELECT DISTINCT ON (v.item_group) v.sku
    FROM feed_items v
    WHERE v.item_group <> '' AND NOT EXISTS (SELECT FROM feed_items f WHERE f.sku = v.item_group)
    ORDER BY v.item_group, v.availability = 'in_stock' DESC, v.position
) best JOIN feed_items v ON v.sku = best.sku;

-- name: feed_census(site, locale)^
-- How many items were read and are stored, without the groups.
SELECT read.items, read.in_stock, stored.known, stored.gone
FROM (
    SELECT count(*) AS items, count(*) FILTER (WHERE availability = 'in_stock') AS in_stock
    FROM feed_items WHERE NOT is_group
) read, (
    SELECT count(*) AS known, count(*) FILTER (WHERE f.sku IS NULL) AS gone
    FROM products p LEFT JOIN feed_items f ON f.sku = p.sku AND NOT f.is_group
    WHERE p.site = :site AND p.locale = :locale AND NOT p.is_group
) stored;

-- name: note_arrived(site, locale)!
-- What is in stock now and was not, or was not there.
INSERT INTO feed_arrived
SELECT f.sku FROM feed_items f
WHERE f.availability = 'in_stock' AND NOT EXISTS (
    SELECT FROM products p
    WHERE p.site = :site AND p.locale = :locale AND p.sku = f.sku AND p.availability = 'in_stock');

-- name: store_products(site, locale)!
-- Writes what differs and nothing else: most items of most readings are as they were.
INSERT INTO products (site, locale, sku, is_group, name, price, currency, image_url, url,
                      availability, data)
SELECT :site, :locale, f.sku, f.is_group, f.name, f.price, f.currency, f.image_url, f.url,
       f.availability, f.data::jsonb
FROM feed_items f
LEFT JOIN products p ON p.site = :site AND p.locale = :locale AND p.sku = f.sku
WHERE p.sku IS NULL
   OR (p.is_group, p.name, p.price, p.currency, p.image_url, p.url, p.availability, p.data)
      IS DISTINCT FROM (f.is_group, f.name, f.price, f.currency, f.image_url, f.url,
                        f.availability, f.data::jsonb)
ON CONFLICT (site, sku, locale) DO UPDATE
SET is_group = excluded.is_group, name = excluded.name, price = excluded.price,
    currency = excluded.currency, image_url = excluded.image_url, url = excluded.url,
    availability = excluded.availability, data = excluded.data;

-- name: delete_gone_products(site, locale)!
DELETE FROM products p
WHERE p.site = :site AND p.locale = :locale
  AND NOT EXISTS (SELECT FROM feed_items f WHERE f.sku = p.sku);

-- name: note_arrivals(site, locale)!
-- One arrival for each item that is waited for with this feed's data and came in by this reading.
-- OFFSET 0 keeps the order written here: sku by sku, then the product of each request found. Left
-- to itself, Postgres looks up the product of every request that waits.
INSERT INTO arrivals (site, item_key, locale, external_id, feed, sku, quantity, restock_id)
SELECT DISTINCT ON (waiting.item_key)
       :site, waiting.item_key, '', '', :locale, a.sku, NULL::integer, gen_random_uuid()
FROM feed_arrived a
CROSS JOIN LATERAL (
    SELECT r.id, r.item_key FROM requests r
    WHERE r.site = :site AND r.status = 'RECEIVED' AND r.skus @> ARRAY[a.sku] OFFSET 0
) waiting
CROSS JOIN LATERAL (
    SELECT p.sku FROM request_products p
    WHERE p.request_id = waiting.id AND p.locale = :locale OFFSET 0
) product
WHERE product.sku = a.sku
ORDER BY waiting.item_key
ON CONFLICT (site, item_key, locale, external_id, feed) DO UPDATE
SET sku = excluded.sku, quantity = excluded.quantity, restock_id = excluded.restock_id,
    at = excluded.at;

-- name: feed_taken_over(site, locale, upload_id, items, in_stock, etag, last_modified, skipped, problems)^
-- Notes what was read, in the transaction that took it over.
WITH dropped AS (
    DELETE FROM feed_uploads WHERE upload_id = :upload_id
)
UPDATE product_feeds
SET state = 'ok', trouble = '', accept_shrink = false, upload_id = NULL,
    items = :items, in_stock = :in_stock, etag = :etag, last_modified = :last_modified,
    skipped = :skipped, problems = :problems, checked_date = now(), imported_date = now()
WHERE site = :site AND locale = :locale
RETURNING *;
