-- name: summary(site, address_key, pattern)^
-- How much is known of an address; without a contact it may still have bought, or be in a file.
SELECT c.id AS contact_id, c.created_date, coalesce(r.requests, 0) AS requests,
       coalesce(r.open_requests, 0) AS open_requests, coalesce(r.told, 0) AS told,
       (SELECT count(*) FROM conversations l WHERE l.contact_id = c.id) AS inbox_lines,
       (SELECT count(*) FROM consents a WHERE a.contact_id = c.id) AS consents,
       (SELECT count(*) FROM purchases p
        WHERE p.site = :site AND p.address_key = :address_key) AS purchases,
       (SELECT count(*) FROM import_lines l JOIN imports i ON i.id = l.import_id
        WHERE i.site = :site AND (l.address_key = :address_key OR l.state = 'rejected' AND EXISTS (
            SELECT FROM jsonb_array_elements_text(l.cells) AS cell (text)
            WHERE cell.text ~* :pattern))) AS import_lines
FROM (VALUES (1)) one
LEFT JOIN contacts c ON c.site = :site AND c.address_key = :address_key
LEFT JOIN LATERAL (
    SELECT count(*) AS requests,
           count(*) FILTER (WHERE status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED')) AS open_requests,
           count(*) FILTER (WHERE status = 'NOTIFICATION_SENT') AS told
    FROM requests WHERE contact_id = c.id
) r ON true;

-- name: requests_of(site, contact_id, after_date, after_id, limit)
-- What a shopper asked for, page by page, each with all that happened to it.
SELECT r.id, r.app_id, r.catalog_item_id, r.options, r.item, r.item_url, r.locale, r.external_id,
       r.quantity, r.email, r.status, r.auto_notified, r.created_date, r.updated_date, (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
               'at', t.at, 'kind', t.kind, 'detail', t.detail) ORDER BY t.id), '[]')
           FROM timeline t WHERE t.request_id = r.id
       ) AS timeline, (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
               'restockId', d.restock_id, 'state', d.state, 'messageId', d.message_id,
               'reply', d.reply, 'claimedAt', d.claimed_at, 'settledAt', d.settled_at)
               ORDER BY d.claimed_at, d.restock_id), '[]')
           FROM deliveries d WHERE d.request_id = r.id
       ) AS deliveries, (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
               'restockId', v.restock_id, 'visitedDate', v.visited_date,
               'boughtDate', v.bought_date) ORDER BY v.restock_id), '[]')
           FROM conversions v WHERE v.request_id = r.id
       ) AS conversions
FROM requests r
WHERE r.site = :site AND r.contact_id = :contact_id
  AND (r.created_date, r.id) > (:after_date, :after_id)
ORDER BY r.created_date, r.id
LIMIT :limit;

-- name: mails_of(site, request_ids)
-- The mails that went out for some requests, as they were.
SELECT m.request_id, m.restock_id, m.mail
FROM sent_mails m JOIN requests r ON r.id = m.request_id
WHERE r.site = :site AND m.request_id = ANY (:request_ids::uuid[])
ORDER BY m.request_id, m.restock_id;

-- name: ended_of(site, contact_id, after_date, after_id, limit)
-- What a shopper ended, page by page.
SELECT id, wanted, created_date, ended_date FROM ended_requests
WHERE site = :site AND contact_id = :contact_id
  AND (ended_date, id) > (:after_date, :after_id)
ORDER BY ended_date, id
LIMIT :limit;

-- name: lines_of(site, contact_id, after, limit)
-- A shopper's thread of the inbox, page by page.
SELECT id, at, author, text, request_id FROM conversations
WHERE site = :site AND contact_id = :contact_id AND id > :after
ORDER BY id
LIMIT :limit;

-- name: messages_of(site, contact_id, after_date, after_id, limit)
-- What the owner wrote to a shopper, page by page.
SELECT id, subject, text, state, reply, created_date, settled_at FROM messages
WHERE site = :site AND contact_id = :contact_id
  AND (created_date, id) > (:after_date, :after_id)
ORDER BY created_date, id
LIMIT :limit;

-- name: purchases_of(site, address_key, after, limit)
SELECT sku, purchased_date FROM purchases
WHERE site = :site AND address_key = :address_key AND sku > :after
ORDER BY sku
LIMIT :limit;

-- name: imported_of(site, address_key, pattern, after_id, after_line, limit)
-- What files of other systems say of a shopper, also in other columns of lines that cannot be
-- used, page by page.
SELECT l.import_id, i.file_name, l.line, l.state, l.created_date, l.wanted, l.cells
FROM import_lines l JOIN imports i ON i.id = l.import_id
WHERE i.site = :site AND (l.address_key = :address_key OR l.state = 'rejected' AND EXISTS (
    SELECT FROM jsonb_array_elements_text(l.cells) AS cell (text) WHERE cell.text ~* :pattern))
  AND (l.import_id, l.line) > (:after_id, :after_line)
ORDER BY l.import_id, l.line
LIMIT :limit;

-- name: hold_contact_of(site, address_key)$
-- As hold_contact, by the address.
SELECT id FROM contacts WHERE site = :site AND address_key = :address_key FOR NO KEY UPDATE;

-- name: hold_restocks_of(site, contact_id)!
-- In one order, so that two erasures never wait for each other.
SELECT FROM restocks
WHERE id IN (SELECT restock_id FROM requests WHERE site = :site AND contact_id = :contact_id)
ORDER BY id
FOR NO KEY UPDATE;

-- name: erase_requests(site, contact_id)
-- Deletes the requests of a contact. Their restocks keep the count of those that are over; the
-- workflows of the open ones are to be told.
WITH deleted AS (
    DELETE FROM requests WHERE site = :site AND contact_id = :contact_id
    RETURNING id, site, status, restock_id
), noted AS (
    INSERT INTO withdrawals (request_id, site)
    SELECT id, site FROM deleted WHERE status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED')
), counted AS (
    UPDATE restocks k
    SET erased_told = erased_told + gone.told, erased_failed = erased_failed + gone.failed,
        erased_visited = erased_visited + gone.visited, erased_bought = erased_bought + gone.bought
    FROM (
        SELECT d.restock_id, count(*) FILTER (WHERE d.status = 'NOTIFICATION_SENT') AS told,
               count(*) FILTER (WHERE d.status = 'FAILED') AS failed,
               count(v.visited_date) AS visited, count(v.bought_date) AS bought
        FROM deleted d
        LEFT JOIN conversions v ON v.request_id = d.id AND v.restock_id = d.restock_id
        GROUP BY d.restock_id
    ) gone
    WHERE k.id = gone.restock_id AND k.site = :site
)
SELECT id, status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED') AS is_open FROM deleted;

-- name: erase_answers(site, contact_id, address_key)!
-- What was answered to a create with an Idempotency-Key holds the address; where it conceals who
-- waits already, no contact's id.
DELETE FROM idempotency_keys
WHERE site = :site AND (reply #>> '{request,contactId}' = :contact_id::uuid::text
                        OR lower(reply #>> '{request,email}') = :address_key);

-- name: erase_test_mails(site, address_key)!
-- A test mail that is on its way to the address.
UPDATE mail_drafts SET test_to = NULL WHERE site = :site AND lower(test_to) = :address_key;

-- name: end_bulk_actions(site, pattern)!
-- What is being done to the requests that a filter finds by the address.
UPDATE bulk_actions SET filter = '{}', place = NULL, finished_date = now()
WHERE site = :site AND finished_date IS NULL AND filter::text ~* :pattern;

-- name: erase_contact(site, id)$
-- Returns how many lines of the inbox go with it.
WITH lines AS (
    SELECT count(*) AS count FROM conversations WHERE site = :site AND contact_id = :id
), gone AS (
    DELETE FROM contacts WHERE site = :site AND id = :id
)
SELECT count FROM lines;
