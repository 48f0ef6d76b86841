-- name: record_purchases(site, address_keys, skus, purchased)!
-- Keeps the newest purchase of each address and sku; none is later than now. In one order, so
-- that two calls about the same shoppers wait for each other instead of locking each other out.
INSERT INTO purchases (site, address_key, sku, purchased_date)
SELECT :site, address_key, sku, least(max(purchased), now())
FROM unnest(:address_keys::text[], :skus::text[], :purchased::timestamptz[])
    AS given (address_key, sku, purchased)
GROUP BY address_key, sku
ORDER BY address_key, sku
ON CONFLICT (site, address_key, sku) DO UPDATE
SET purchased_date = greatest(purchases.purchased_date, excluded.purchased_date);

-- name: addresses_of(site, contact_ids)
-- The addresses of contacts, none of which is changed or erased until the transaction ends.
SELECT id, address_key FROM contacts WHERE site = :site AND id = ANY (:contact_ids::uuid[])
ORDER BY id
FOR SHARE;

-- name: move_purchases(site, old, new)!
-- What was bought under one address was bought under another.
WITH moved AS (
    DELETE FROM purchases WHERE site = :site AND address_key = :old RETURNING sku, purchased_date
)
INSERT INTO purchases (site, address_key, sku, purchased_date)
SELECT :site, :new, sku, purchased_date FROM moved ORDER BY sku
ON CONFLICT (site, address_key, sku) DO UPDATE
SET purchased_date = greatest(purchases.purchased_date, excluded.purchased_date);

-- name: forget_purchases(site, address_key)
DELETE FROM purchases WHERE site = :site AND address_key = :address_key RETURNING sku;
