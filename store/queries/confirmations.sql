-- name: hold_shopper(site, id)!
-- Asks of one shopper are counted one after another.
SELECT c.id FROM requests r JOIN contacts c ON c.id = r.contact_id
WHERE r.site = :site AND r.id = :id
FOR NO KEY UPDATE OF c;

-- name: ask(site, id, number, again_after_seconds, most_a_day)^
-- Everything that the mail needs which asks for a confirmation, and a line that it is asked for. No
-- row comes back where nothing is to be confirmed any more, or where the shopper has been asked
-- just now or too often; the attempt after one that failed is the same ask.
WITH asked AS (
    SELECT t.request_id, t.detail, t.at
    FROM requests r
    JOIN requests o ON o.site = r.site AND o.contact_id = r.contact_id
    JOIN timeline t ON t.request_id = o.id AND t.kind = 'confirmation_asked'
    WHERE r.site = :site AND r.id = :id AND t.at > now() - interval '1 day'
), again AS (
    SELECT EXISTS (SELECT FROM asked WHERE request_id = :id AND detail = :number) AS is_so
), step AS (
    INSERT INTO timeline (request_id, kind, detail)
    SELECT r.id, 'confirmation_asked', :number
    FROM requests r CROSS JOIN again
    WHERE r.site = :site AND r.id = :id AND r.status = 'UNCONFIRMED' AND NOT again.is_so
      AND (SELECT count(*) FROM asked) < :most_a_day
      AND NOT EXISTS (SELECT FROM asked WHERE request_id = :id
                      AND at > now() - make_interval(secs => :again_after_seconds))
    RETURNING request_id
)
SELECT r.email, r.contact_id, r.catalog_item_id, r.item, r.item_url, coalesce(r.locale, s.locale) AS locale,
       r.created_date, s.name AS site_name, s.mail_from, s.cursor_key AS link_key,
       (SELECT to_jsonb(p) FROM request_products p WHERE p.request_id = r.id) AS product
FROM requests r JOIN sites s ON s.site = r.site CROSS JOIN again
WHERE r.site = :site AND r.id = :id AND r.status = 'UNCONFIRMED'
  AND (again.is_so OR EXISTS (SELECT FROM step));

-- name: confirm(site, id)^
-- UNCONFIRMED becomes RECEIVED, in the place of the day on which it was asked for. Its workflow is
-- to be told. No row comes back where it is not UNCONFIRMED.
WITH confirmed AS (
    UPDATE requests SET status = 'RECEIVED', confirmed_date = now(), workflow_started = false,
        updated_date = now()
    WHERE site = :site AND id = :id AND status = 'UNCONFIRMED'
    RETURNING *
), step AS (
    INSERT INTO timeline (request_id, kind) SELECT id, 'confirmed' FROM confirmed
), line AS (
    INSERT INTO conversations (site, contact_id, request_id, author, text)
    SELECT site, contact_id, id, 'shopper',
           'Asked to be told when ' || coalesce(nullif(item ->> 'name', ''), catalog_item_id)
           || ' is back, and confirmed the address.'
    FROM confirmed
), consent AS (
    INSERT INTO consents (site, contact_id, request_id, kind, source, locale)
    SELECT site, contact_id, id, 'confirmed', 'link in a mail', locale FROM confirmed
)
SELECT c.*, (p.policy ->> 'ownerNotices') IS DISTINCT FROM 'off' AS tell_owner
FROM confirmed c LEFT JOIN policies p ON p.site = c.site AND p.item_key = '';

-- name: forget_unconfirmed(days, limit)
-- Deletes requests that nobody confirmed for as long as the policy of their site says, and notes
-- that their workflows are to be told. Whoever locks several does it in the order of the queue.
WITH old AS (
    SELECT r.id
    FROM requests r LEFT JOIN policies p ON p.site = r.site AND p.item_key = ''
    WHERE r.status = 'UNCONFIRMED'
      AND r.created_date < now() - make_interval(
          days => coalesce((p.policy ->> 'forgetUnconfirmedAfterDays')::integer, :days))
    ORDER BY r.created_date, r.id
    LIMIT :limit
    FOR UPDATE OF r
), deleted AS (
    DELETE FROM requests r WHERE r.id = ANY (ARRAY(SELECT id FROM old))
    RETURNING r.id, r.site, r.contact_id, r.created_date
), noted AS (
    INSERT INTO withdrawals (request_id, site) SELECT id, site FROM deleted
)
SELECT site, contact_id, created_date FROM deleted;

-- name: hold_stranger(site, id, created_date)$
-- Keeps a contact from being changed that was made by a request of that date.
SELECT id FROM contacts
WHERE site = :site AND id = :id AND date_trunc('milliseconds', created_date) = :created_date
FOR NO KEY UPDATE;

-- name: is_known(id)$
-- Whether anything is left of a contact but the address.
SELECT EXISTS (SELECT FROM requests WHERE contact_id = :id)
    OR EXISTS (SELECT FROM ended_requests WHERE contact_id = :id)
    OR EXISTS (SELECT FROM conversations WHERE contact_id = :id)
    OR EXISTS (SELECT FROM messages WHERE contact_id = :id);

-- name: forget_stranger(site, id)!
DELETE FROM contacts WHERE site = :site AND id = :id;
