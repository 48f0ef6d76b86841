-- name: candidates_of_item(site, item_key, locale, external_id, feed, restock_id, after_date, after_id, limit)
-- The next waiting requests of an item and audience, the oldest first, after a place in the queue.
-- A request this restock already had (and gave back) does not come a second time.
SELECT * FROM candidates
WHERE site = :site AND item_key = :item_key AND status = 'RECEIVED'
  AND (:locale::text = '' OR locales = '{}' OR locales[1] = :locale::text)
  AND (:external_id::text = '' OR external_id = :external_id::text)
  AND (:feed::text = '' OR product_locale = :feed::text)
  AND restock_id IS DISTINCT FROM :restock_id
  AND (created_date, id) > (:after_date, :after_id)
ORDER BY created_date, id
LIMIT :limit;

-- name: newest_candidates_of_item(site, item_key, locale, external_id, feed, restock_id, after_date, after_id, limit)
-- The same, the newest first.
SELECT * FROM candidates
WHERE site = :site AND item_key = :item_key AND status = 'RECEIVED'
  AND (:locale::text = '' OR locales = '{}' OR locales[1] = :locale::text)
  AND (:external_id::text = '' OR external_id = :external_id::text)
  AND (:feed::text = '' OR product_locale = :feed::text)
  AND restock_id IS DISTINCT FROM :restock_id
  AND (created_date, id) < (:after_date, :after_id)
ORDER BY created_date DESC, id DESC
LIMIT :limit;

-- name: candidates_of_ids(site, ids, restock_id, after_date, after_id, limit)
-- The same for requests named by id; FAILED ones are taken up again, unless the shopper has asked
-- anew meanwhile.
SELECT * FROM candidates c
WHERE site = :site AND id = ANY (:ids::uuid[])
  AND (status = 'RECEIVED' OR status = 'FAILED' AND NOT EXISTS (
        SELECT FROM requests o
        WHERE o.site = c.site AND o.item_key = c.item_key AND o.address_key = c.address_key
          AND o.audience_key = c.audience_key
          AND o.status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED')))
  AND restock_id IS DISTINCT FROM :restock_id
  AND (created_date, id) > (:after_date, :after_id)
ORDER BY created_date, id
LIMIT :limit;

-- name: done_page(restock_id, page)^
-- What a page of a restock did, where a crash keeps anyone from knowing.
SELECT handed_over, result FROM restock_pages
WHERE restock_id = :restock_id AND page = :page;

-- name: claimed_by(restock_id, page)
-- What a page claimed and what is not settled yet, so that a retry repeats only that.
SELECT id, item_key FROM requests
WHERE restock_id = :restock_id AND restock_page = :page AND status = 'PROCESSING'
ORDER BY created_date, id;

-- name: count_unsettled(restock_id, page)$
-- How many of what a page claimed are not settled yet.
SELECT count(*) FROM requests
WHERE restock_id = :restock_id AND restock_page = :page AND status = 'PROCESSING';

-- name: take_page(site, restock_id, page, item_key, sku, locale, external_id, source, quantity, report, ids, stopped_ids, reasons, stopped, result)
-- One page of a restock: claims the requests that are told, RECEIVED to PROCESSING, says in the
-- timeline of the others why not, and keeps what it did for the log and for a retry; all of it or
-- nothing. A reason is told once, not at every stock level. A stop of the owner's is over with it.
-- Waits for locked rows: skipping them would skip shoppers. Rows that a new timeline line refers
-- to are locked FOR KEY SHARE, with which an update of the status does not conflict. Whoever locks
-- several requests does it in the order of the queue, so that two never wait for each other.
WITH locked AS (
    SELECT id FROM requests
    WHERE site = :site AND id = ANY (:ids::uuid[]) AND status IN ('RECEIVED', 'FAILED')
      AND restock_id IS DISTINCT FROM :restock_id
    ORDER BY created_date, id
    FOR NO KEY UPDATE
), claimed AS (
    UPDATE requests r
    SET status = 'PROCESSING', auto_notified = NULL, restock_id = :restock_id,
        restock_page = :page, updated_date = now()
    FROM locked WHERE r.id = locked.id
    RETURNING r.id, r.item_key
), step AS (
    INSERT INTO timeline (request_id, kind) SELECT id, 'claimed' FROM claimed
), waits_on AS (
    INSERT INTO timeline (request_id, kind, detail)
    SELECT r.id, 'held_back', given.reason
    FROM unnest(:stopped_ids::uuid[], :reasons::text[]) AS given (id, reason)
    JOIN requests r ON r.id = given.id AND r.site = :site
    WHERE given.reason IS DISTINCT FROM (
        SELECT t.detail FROM timeline t WHERE t.request_id = r.id AND t.kind <> 'owner_told'
        ORDER BY t.id DESC LIMIT 1)
), restock AS (
    INSERT INTO restocks (id, site, item_key, sku, locale, external_id, source, quantity, report)
    SELECT :restock_id, :site, :item_key,
           coalesce(nullif(:sku::text, ''), (
               SELECT catalog_item_id FROM requests
               WHERE site = :site AND id = ANY (:ids::uuid[] || :stopped_ids::uuid[]) LIMIT 1), ''),
           :locale, :external_id, :source, :quantity, :report
    ON CONFLICT DO NOTHING
), begun_anew AS (
    DELETE FROM restock_holds
    WHERE site = :site AND item_key = :item_key
      AND (:locale IN ('', locale) AND :external_id IN ('', external_id))
), page AS (
    INSERT INTO restock_pages (restock_id, page, handed_over, stopped, result)
    SELECT :restock_id, :page, (SELECT count(*) FROM claimed), :stopped, :result
)
SELECT id, item_key FROM claimed;

-- name: count_outcomes(site, restock_ids)^
-- How the requests that some restocks claimed stand now, with those that were erased since.
SELECT now.told + gone.told AS told, now.failed + gone.failed AS failed,
       gone.told + gone.failed AS erased, back_to_waiting, still_sending, item_name
FROM (
    SELECT count(*) FILTER (WHERE status = 'NOTIFICATION_SENT') AS told,
           count(*) FILTER (WHERE status = 'FAILED') AS failed,
           count(*) FILTER (WHERE status = 'RECEIVED') AS back_to_waiting,
           count(*) FILTER (WHERE status = 'PROCESSING') AS still_sending,
           coalesce(max(coalesce(nullif(item ->> 'name', ''), catalog_item_id)), '') AS item_name
    FROM requests
    WHERE site = :site AND restock_id = ANY (:restock_ids::uuid[])
) now, (
    SELECT coalesce(sum(erased_told), 0) AS told, coalesce(sum(erased_failed), 0) AS failed
    FROM restocks WHERE site = :site AND id = ANY (:restock_ids::uuid[])
) gone;
