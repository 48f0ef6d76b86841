-- name: hold(site, item_key, locale, external_id)!
-- Notes that a restock is paused or stopped.
INSERT INTO restock_holds (site, item_key, locale, external_id)
VALUES (:site, :item_key, :locale, :external_id)
ON CONFLICT (site, item_key, locale, external_id) DO UPDATE SET at = now();

-- name: release(site, item_key, locale, external_id)!
DELETE FROM restock_holds
WHERE site = :site AND item_key = :item_key AND locale = :locale AND external_id = :external_id;

-- name: left_of_item(site, item_key, locale, external_id, feed, after_date, after_id, limit)
-- The next of those who wait for an item and audience.
SELECT id, created_date FROM candidates
WHERE site = :site AND item_key = :item_key AND status = 'RECEIVED'
  AND (:locale::text = '' OR locales = '{}' OR locales[1] = :locale::text)
  AND (:external_id::text = '' OR external_id = :external_id::text)
  AND (:feed::text = '' OR product_locale = :feed::text)
  AND (created_date, id) > (:after_date, :after_id)
ORDER BY created_date, id
LIMIT :limit;

-- name: left_of_ids(site, ids, after_date, after_id, limit)
-- The same for requests named by id.
SELECT id, created_date FROM requests
WHERE site = :site AND id = ANY (:ids::uuid[]) AND status = 'RECEIVED'
  AND (created_date, id) > (:after_date, :after_id)
ORDER BY created_date, id
LIMIT :limit;

-- name: wait_on(site, ids, reason)!
-- Says in the timelines of requests why they wait on, unless that is what was said last.
INSERT INTO timeline (request_id, kind, detail)
SELECT r.id, 'held_back', :reason
FROM requests r
WHERE r.site = :site AND r.id = ANY (:ids::uuid[]) AND r.status = 'RECEIVED'
  AND :reason IS DISTINCT FROM (
    SELECT t.detail FROM timeline t WHERE t.request_id = r.id AND t.kind <> 'owner_told'
    ORDER BY t.id DESC LIMIT 1);

-- name: log_stop(site, restock_id, reason, count)!
-- Adds to the log of a restock how many it did not come to, once.
INSERT INTO restock_pages (restock_id, page, handed_over, stopped, result)
SELECT r.id, (SELECT coalesce(max(page) + 1, 0) FROM restock_pages WHERE restock_id = r.id), 0,
       jsonb_build_object(:reason::text, :count::integer), '{}'
FROM restocks r
WHERE r.site = :site AND r.id = :restock_id AND NOT EXISTS (
    SELECT FROM restock_pages p WHERE p.restock_id = r.id AND p.stopped ? :reason::text);
