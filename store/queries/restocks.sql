-- name: claim_page_of_item(site, item_key, restock_id, page, limit)
-- Claims the oldest waiting requests of an item for one page of a restock. Asked again, it gives
-- back what the page claimed and what is not settled yet, so a retry repeats only that.
-- A request this restock already had (and gave back) is not claimed a second time.
-- Waits for locked rows: skipping them would skip shoppers. Rows that a new timeline line refers
-- to are locked FOR KEY SHARE, with which this lock does not conflict.
WITH again AS (
    SELECT id, item_key FROM requests
    WHERE restock_id = :restock_id AND restock_page = :page AND status = 'PROCESSING'
), next AS (
    SELECT id FROM requests
    WHERE site = :site AND item_key = :item_key AND status = 'RECEIVED'
      AND restock_id IS DISTINCT FROM :restock_id AND NOT EXISTS (SELECT FROM again)
    ORDER BY created_date, id
    LIMIT :limit
    FOR NO KEY UPDATE
), claimed AS (
    UPDATE requests r
    SET status = 'PROCESSING', restock_id = :restock_id, restock_page = :page, updated_date = now()
    FROM next WHERE r.id = next.id
    RETURNING r.id, r.item_key
), step AS (
    INSERT INTO timeline (request_id, kind) SELECT id, 'claimed' FROM claimed
)
SELECT id, item_key FROM claimed UNION ALL SELECT id, item_key FROM again;

-- name: claim_page_of_ids(site, ids, restock_id, page, limit)
-- The same for requests reported by id; FAILED ones are taken up again, unless the shopper has
-- asked anew meanwhile.
WITH again AS (
    SELECT id, item_key FROM requests
    WHERE restock_id = :restock_id AND restock_page = :page AND status = 'PROCESSING'
), next AS (
    SELECT id FROM requests r
    WHERE site = :site AND id = ANY(:ids::uuid[])
      AND (status = 'RECEIVED' OR status = 'FAILED' AND NOT EXISTS (
            SELECT FROM requests o
            WHERE o.site = r.site AND o.item_key = r.item_key AND o.address_key = r.address_key
              AND o.status IN ('RECEIVED', 'PROCESSING')))
      AND restock_id IS DISTINCT FROM :restock_id AND NOT EXISTS (SELECT FROM again)
    ORDER BY created_date, id
    LIMIT :limit
    FOR NO KEY UPDATE
), claimed AS (
    UPDATE requests r
    SET status = 'PROCESSING', auto_notified = NULL, restock_id = :restock_id,
        restock_page = :page, updated_date = now()
    FROM next WHERE r.id = next.id
    RETURNING r.id, r.item_key
), step AS (
    INSERT INTO timeline (request_id, kind) SELECT id, 'claimed' FROM claimed
)
SELECT id, item_key FROM claimed UNION ALL SELECT id, item_key FROM again;

-- name: more_of_item(site, item_key, restock_id)$
-- Whether a further page would claim anyone.
SELECT EXISTS (
    SELECT FROM requests
    WHERE site = :site AND item_key = :item_key AND status = 'RECEIVED'
      AND restock_id IS DISTINCT FROM :restock_id
);

-- name: more_of_ids(site, ids, restock_id)$
SELECT EXISTS (
    SELECT FROM requests
    WHERE site = :site AND id = ANY(:ids::uuid[]) AND status = 'RECEIVED'
      AND restock_id IS DISTINCT FROM :restock_id
);

-- name: hold_back_item(site, item_key, reason)!
-- Says in the timeline of every waiting request of an item why it is not told.
INSERT INTO timeline (request_id, kind, detail)
SELECT id, 'held_back', :reason FROM requests
WHERE site = :site AND item_key = :item_key AND status = 'RECEIVED';

-- name: hold_back_ids(site, ids, reason)!
INSERT INTO timeline (request_id, kind, detail)
SELECT id, 'held_back', :reason FROM requests
WHERE site = :site AND id = ANY(:ids::uuid[]) AND status IN ('RECEIVED', 'FAILED');

-- name: count_outcomes(site, restock_ids)^
-- How the requests that some restocks claimed stand now.
SELECT count(*) FILTER (WHERE status = 'NOTIFICATION_SENT') AS told,
       count(*) FILTER (WHERE status = 'FAILED') AS failed,
       count(*) FILTER (WHERE status = 'RECEIVED') AS back_to_waiting,
       count(*) FILTER (WHERE status = 'PROCESSING') AS still_sending,
       coalesce(max(item ->> 'name'), '') AS item_name
FROM requests
WHERE site = :site AND restock_id = ANY(:restock_ids::uuid[]);
