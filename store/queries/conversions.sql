-- name: mail_of(request_id, restock_id)^
-- Whose mail a token is of, and what proves it; only of a mail that was accepted.
SELECT r.site, s.cursor_key
FROM deliveries d JOIN requests r ON r.id = d.request_id JOIN sites s ON s.site = r.site
WHERE d.request_id = :request_id AND d.restock_id = :restock_id AND d.state = 'accepted';

-- name: note_visit(site, request_id, restock_id)!
-- The first visit counts.
INSERT INTO conversions (request_id, restock_id, site, visited_date)
SELECT id, :restock_id, site, now()
FROM (SELECT id, site FROM requests WHERE site = :site AND id = :request_id FOR KEY SHARE) known
ON CONFLICT (request_id, restock_id) DO UPDATE SET visited_date = excluded.visited_date
WHERE conversions.visited_date IS NULL;

-- name: hold_buyer(site, request_id)$
-- So that one purchase that is reported in two ways at once is counted once.
SELECT c.id FROM contacts c JOIN requests r ON r.contact_id = c.id
WHERE r.site = :site AND r.id = :request_id
FOR NO KEY UPDATE OF c;

-- name: note_bought(site, request_id, restock_id, at, attributed_for)$
-- The purchase that a mail led to, if it came soon enough after it, and none of the shopper's is
-- counted since the mail. Whoever bought has visited, and is left out by `daysSincePurchase`.
WITH told AS (
    SELECT r.id, r.site, r.contact_id, r.address_key, r.skus, d.settled_at,
           least(coalesce(:at::timestamptz, now()), now()) AS at
    FROM requests r JOIN deliveries d ON d.request_id = r.id
    WHERE r.site = :site AND r.id = :request_id AND d.restock_id = :restock_id
      AND d.state = 'accepted'
    FOR KEY SHARE OF r
), known AS (
    INSERT INTO purchases (site, address_key, sku, purchased_date)
    SELECT site, address_key, skus[1], at FROM told WHERE skus <> '{}'
    ON CONFLICT (site, address_key, sku) DO UPDATE
    SET purchased_date = greatest(purchases.purchased_date, excluded.purchased_date)
)
INSERT INTO conversions (request_id, restock_id, site, visited_date, bought_date)
SELECT id, :restock_id, site, at, at FROM told
WHERE at BETWEEN settled_at AND settled_at + :attributed_for::interval AND NOT EXISTS (
    SELECT FROM conversions o JOIN requests q ON q.id = o.request_id
    WHERE q.contact_id = told.contact_id AND q.skus && told.skus
      AND o.bought_date >= told.settled_at)
ON CONFLICT (request_id, restock_id) DO UPDATE
SET visited_date = coalesce(conversions.visited_date, excluded.visited_date),
    bought_date = coalesce(conversions.bought_date, excluded.bought_date)
RETURNING request_id;

-- name: note_purchases(site, address_keys, skus, purchased, attributed_for)!
-- The same for purchases that name a shopper and a SKU: the newest mail before counts.
WITH given AS (
    SELECT address_key, sku, least(max(purchased), now()) AS at
    FROM unnest(:address_keys::text[], :skus::text[], :purchased::timestamptz[])
        AS listed (address_key, sku, purchased)
    GROUP BY address_key, sku
), told AS (
    SELECT DISTINCT ON (given.address_key, given.sku)
           r.id, r.site, r.contact_id, r.skus, d.restock_id, d.settled_at, given.at
    FROM given
    JOIN contacts c ON c.site = :site AND c.address_key = given.address_key
    JOIN requests r ON r.contact_id = c.id AND given.sku = ANY (r.skus)
    JOIN deliveries d ON d.request_id = r.id AND d.state = 'accepted'
    WHERE given.at BETWEEN d.settled_at AND d.settled_at + :attributed_for::interval
    ORDER BY given.address_key, given.sku, d.settled_at DESC, d.request_id
), there AS (
    -- Not those that are being deleted.
    SELECT id FROM requests WHERE id IN (SELECT id FROM told) ORDER BY id FOR KEY SHARE
)
INSERT INTO conversions (request_id, restock_id, site, bought_date)
SELECT id, restock_id, site, max(at) FROM told JOIN there USING (id)
WHERE NOT EXISTS (
    SELECT FROM conversions o JOIN requests q ON q.id = o.request_id
    WHERE q.contact_id = told.contact_id AND q.skus && told.skus
      AND o.bought_date >= told.settled_at)
GROUP BY id, restock_id, site
ORDER BY id, restock_id
ON CONFLICT (request_id, restock_id) DO UPDATE SET bought_date = excluded.bought_date
WHERE conversions.bought_date IS NULL;

-- name: of_restocks(site, restock_ids)
-- How many of those whom restocks told came back, and bought; with those that were erased.
SELECT k.id AS restock_id, count(c.visited_date) + k.erased_visited AS visited,
       count(c.bought_date) + k.erased_bought AS bought
FROM restocks k LEFT JOIN conversions c ON c.restock_id = k.id AND c.site = k.site
WHERE k.site = :site AND k.id = ANY (:restock_ids::uuid[])
GROUP BY k.id;

-- name: of_items(site, since, limit)
-- The same of each item, over the restocks since a moment; those most told first.
WITH waves AS (
    SELECT k.id, k.item_key, k.sku, k.at, k.erased_told, k.erased_visited, k.erased_bought
    FROM restocks k WHERE k.site = :site AND k.at >= :since AND k.item_key <> ''
), counted AS (
    SELECT w.item_key, w.id, w.sku, w.at,
           w.erased_told + (SELECT count(*) FROM requests r
                            WHERE r.restock_id = w.id AND r.status = 'NOTIFICATION_SENT') AS told,
           w.erased_visited + (SELECT count(c.visited_date) FROM conversions c
                               WHERE c.restock_id = w.id) AS visited,
           w.erased_bought + (SELECT count(c.bought_date) FROM conversions c
                              WHERE c.restock_id = w.id) AS bought
    FROM waves w
)
SELECT item_key, (array_agg(id ORDER BY at DESC))[1] AS newest,
       (array_agg(sku ORDER BY at DESC))[1] AS sku, sum(told)::bigint AS told,
       sum(visited)::bigint AS visited, sum(bought)::bigint AS bought
FROM counted
GROUP BY item_key
HAVING sum(told) > 0
ORDER BY sum(told) DESC, item_key
LIMIT :limit;
