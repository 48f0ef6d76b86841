-- name: store_levels(site, skus, locales, external_ids, quantities, ats)
-- Stores the levels that are newer than what is stored; returns those, with how many there were.
-- In one order, so that two updates of the same items wait for each other instead of locking each
-- other out. A level is of now at the latest: a source whose clock is ahead must not shut later
-- updates out.
WITH stored AS (
    INSERT INTO stock_levels (site, sku, locale, external_id, quantity, at)
    SELECT :site, sku, locale, external_id, quantity, least(at, now())
    FROM unnest(:skus::text[], :locales::text[], :external_ids::text[], :quantities::integer[],
                :ats::timestamptz[]) AS given (sku, locale, external_id, quantity, at)
    ORDER BY sku, locale, external_id
    ON CONFLICT (site, sku, locale, external_id) DO UPDATE
    SET quantity = excluded.quantity, at = excluded.at, received_date = now()
    WHERE stock_levels.at < excluded.at
    RETURNING sku, locale, external_id, quantity
)
-- Beside the insert, this still sees the levels as they were.
SELECT s.*, coalesce(before.quantity, 0) AS before
FROM stored s
LEFT JOIN stock_levels before
    ON before.site = :site AND before.sku = s.sku AND before.locale = s.locale
    AND before.external_id = s.external_id;

-- name: waiting_for(site, skus)
-- Whom a restock of some skus may concern: what the waiting requests have in common.
SELECT DISTINCT r.item_key, named.sku, coalesce(r.locales[1], '') AS locale,
       coalesce(r.external_id, '') AS external_id
FROM unnest(:skus::text[]) AS named (sku)
JOIN requests r ON r.skus @> ARRAY[named.sku]
WHERE r.site = :site AND r.status = 'RECEIVED';

-- name: add_arrivals(site, item_keys, locales, external_ids, skus, quantities, more)
-- Notes what is to be announced. What is noted already and not begun becomes what came in last.
-- What the owner paused or stopped is begun again where there are `more` than before: a sale, or a
-- level that is said again, is no news.
INSERT INTO arrivals (site, item_key, locale, external_id, feed, sku, quantity, restock_id)
SELECT :site, item_key, locale, external_id, '', sku, quantity, gen_random_uuid()
FROM unnest(:item_keys::text[], :locales::text[], :external_ids::text[], :skus::text[],
            :quantities::integer[], :more::boolean[])
    AS given (item_key, locale, external_id, sku, quantity, more)
WHERE more OR NOT EXISTS (
    SELECT FROM restock_holds h
    WHERE h.site = :site AND h.item_key = given.item_key
      AND h.locale IN ('', given.locale) AND h.external_id IN ('', given.external_id))
ORDER BY item_key, locale, external_id
ON CONFLICT (site, item_key, locale, external_id, feed) DO UPDATE
SET sku = excluded.sku, quantity = excluded.quantity, restock_id = excluded.restock_id,
    at = excluded.at
RETURNING item_key;

-- name: came_in(site, item_key, sku, quantity, restock_id)!
-- Stores a level of a sku, as of now, and notes it as an arrival of one item for all who wait.
WITH level AS (
    INSERT INTO stock_levels (site, sku, locale, external_id, quantity, at)
    VALUES (:site, :sku, '', '', :quantity, now())
    ON CONFLICT (site, sku, locale, external_id) DO UPDATE
    SET quantity = excluded.quantity, at = excluded.at, received_date = now()
)
INSERT INTO arrivals (site, item_key, locale, external_id, feed, sku, quantity, restock_id)
VALUES (:site, :item_key, '', '', '', :sku, :quantity, :restock_id)
ON CONFLICT (site, item_key, locale, external_id, feed) DO UPDATE
SET sku = excluded.sku, quantity = excluded.quantity, restock_id = excluded.restock_id,
    at = excluded.at;

-- name: take_back_arrivals(site, skus, locales, external_ids)!
-- Forgets what is noted of skus that are sold out again.
DELETE FROM arrivals a
USING unnest(:skus::text[], :locales::text[], :external_ids::text[])
    AS gone (sku, locale, external_id)
WHERE a.site = :site AND a.sku = gone.sku AND a.locale = gone.locale
  AND a.external_id = gone.external_id AND a.feed = '';

-- name: next_arrivals(site, limit)
SELECT item_key, locale, external_id, feed, sku, quantity, restock_id
FROM arrivals WHERE site = :site
ORDER BY at, item_key, locale, external_id
LIMIT :limit;

-- name: arrivals_begun(site, restock_ids)!
DELETE FROM arrivals WHERE site = :site AND restock_id = ANY (:restock_ids::uuid[]);

-- name: sites_with_arrivals(older_than_seconds)
-- Sites whose arrivals nobody has begun for a while.
SELECT DISTINCT site FROM arrivals
WHERE at < now() - make_interval(secs => :older_than_seconds);

-- name: level(site, sku, locale, external_id)$
-- The last level of a sku that is about such an audience.
SELECT quantity FROM stock_levels
WHERE site = :site AND sku = :sku AND locale IN ('', :locale) AND external_id IN ('', :external_id)
ORDER BY at DESC LIMIT 1;
