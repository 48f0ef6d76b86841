-- name: begin_delivery(site, request_id, restock_id, message_id)^
-- Everything one mail needs, and the claim that it is about to be sent.
-- A request that waits (a direct signal) is claimed here; one that the restock claimed stays so.
-- An earlier attempt that left its claim behind is one of which nobody knows whether its mail left;
-- `unknown_attempts` counts those. Where `ours` is false there is nothing to send.
WITH claimed AS (
    UPDATE requests r
    SET status = 'PROCESSING', auto_notified = NULL, restock_id = :restock_id,
        updated_date = now()
    WHERE site = :site AND id = :request_id
      AND (status = 'RECEIVED' OR status = 'FAILED' AND NOT EXISTS (
            SELECT FROM requests o
            WHERE o.site = r.site AND o.item_key = r.item_key AND o.address_key = r.address_key
              AND o.audience_key = r.audience_key
              AND o.status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED')))
      AND restock_id IS DISTINCT FROM :restock_id
    RETURNING id
), step AS (
    INSERT INTO timeline (request_id, kind) SELECT id, 'claimed' FROM claimed
), ours AS (
    SELECT id FROM claimed
    UNION ALL
    SELECT id FROM requests
    WHERE site = :site AND id = :request_id AND status = 'PROCESSING' AND restock_id = :restock_id
), previous AS (
    SELECT state, claimed_at, unknown_attempts + (state = 'claimed')::integer AS unknown_attempts
    FROM deliveries
    WHERE request_id = :request_id AND restock_id = :restock_id
), delivery AS (
    INSERT INTO deliveries (request_id, restock_id, message_id)
    SELECT id, :restock_id, :message_id FROM ours
    ON CONFLICT (request_id, restock_id)
    DO UPDATE SET state = 'claimed', attempts = deliveries.attempts + 1,
        unknown_attempts = (SELECT unknown_attempts FROM previous)
)
SELECT r.email, r.contact_id, s.cursor_key AS link_key, r.item, r.item_url, coalesce(r.locale, s.locale) AS locale, r.created_date,
       (SELECT to_jsonb(p) FROM request_products p WHERE p.request_id = r.id) AS product,
       -- The last stock level that came after the restock began.
       (SELECT l.quantity FROM restocks k
        JOIN stock_levels l ON l.site = r.site AND l.sku = ANY (r.skus)
            AND (l.locale = '' OR r.locales = '{}' OR l.locale = r.locales[1])
            AND l.external_id IN ('', coalesce(r.external_id, ''))
        WHERE k.id = :restock_id AND l.received_date > k.at
        ORDER BY l.at DESC LIMIT 1) AS stock,
       -- The mails that the owner wrote.
       coalesce((SELECT jsonb_object_agg(t.locale, t.id) FROM mail_templates t
                 WHERE t.site = r.site AND t.kind = 'back_in_stock' AND t.is_current),
                '{}') AS own_mails,
       s.name AS site_name, s.mail_from, s.cursor_key,
       coalesce(sp.policy, '{}') || coalesce(ip.policy, '{}') AS policy,
       EXISTS (SELECT FROM ours) AS ours,
       (SELECT state = 'claimed' FROM previous) IS TRUE AS outcome_unknown,
       coalesce((SELECT unknown_attempts FROM previous), 0) AS unknown_attempts,
       coalesce((SELECT now() - claimed_at FROM previous), interval '0') AS tried_for
FROM requests r
JOIN sites s ON s.site = r.site
LEFT JOIN policies sp ON sp.site = r.site AND sp.item_key = ''
LEFT JOIN policies ip ON ip.site = r.site AND ip.item_key = r.item_key
WHERE r.site = :site AND r.id = :request_id;

-- name: defer_delivery(site, request_id, restock_id, reply)!
-- The mail did not leave and will be tried again. A reply is told once, not at every attempt.
WITH deferred AS (
    UPDATE deliveries d SET state = 'deferred', reply = :reply
    FROM deliveries old
    WHERE d.request_id = :request_id AND d.restock_id = :restock_id AND d.state = 'claimed'
      AND old.request_id = d.request_id AND old.restock_id = d.restock_id
    RETURNING d.request_id, old.reply AS said_before
)
INSERT INTO timeline (request_id, kind, detail)
SELECT d.request_id, 'mail_deferred', :reply
FROM deferred d JOIN requests r ON r.id = d.request_id AND r.site = :site
WHERE d.said_before <> :reply;

-- name: settle_delivery(site, request_id, restock_id, status, auto_notified, state, reply, kind, line, mail)$
-- The outcome of one telling: status, ledger, mail, timeline and the owner's inbox, or none of them.
-- Returns the status now; null where the request was deleted.
WITH settled AS (
    UPDATE requests SET status = :status, auto_notified = :auto_notified,
        workflow_started = true, updated_date = now()
    WHERE site = :site AND id = :request_id AND status = 'PROCESSING' AND restock_id = :restock_id
    RETURNING id, site, contact_id, status
), delivery AS (
    UPDATE deliveries SET state = :state, reply = :reply, settled_at = now()
    WHERE request_id = :request_id AND restock_id = :restock_id AND EXISTS (SELECT FROM settled)
), mail AS (
    INSERT INTO sent_mails (request_id, restock_id, mail)
    SELECT id, :restock_id, :mail FROM settled WHERE :mail::bytea IS NOT NULL
    ON CONFLICT (request_id, restock_id) DO UPDATE SET mail = excluded.mail
), step AS (
    INSERT INTO timeline (request_id, kind, detail) SELECT id, :kind, :reply FROM settled
), line AS (
    INSERT INTO conversations (site, contact_id, request_id, author, text)
    SELECT site, contact_id, id, 'restock', :line FROM settled
), recovered AS (
    UPDATE sites SET mail_trouble_since = NULL, mail_trouble = NULL,
        outage_since = coalesce(outage_since, mail_trouble_since), outage_until = now(),
        outage = mail_trouble
    WHERE site = :site AND mail_trouble_since IS NOT NULL AND :state = 'accepted'
    RETURNING site
), recovered_line AS (
    INSERT INTO conversations (site, author, text)
    SELECT site, 'restock', 'Mail is going out again.' FROM recovered
)
SELECT coalesce((SELECT status FROM settled),
                (SELECT status FROM requests WHERE site = :site AND id = :request_id));

-- name: of_request(site, request_id)
-- The ledger of one request.
SELECT d.restock_id, d.state, d.message_id, d.attempts, d.unknown_attempts, d.reply,
       d.claimed_at, d.settled_at
FROM deliveries d JOIN requests r ON r.id = d.request_id
WHERE r.site = :site AND r.id = :request_id
ORDER BY d.claimed_at, d.restock_id;

-- name: mail_sent(site, request_id, restock_id)$
SELECT m.mail FROM sent_mails m JOIN requests r ON r.id = m.request_id
WHERE r.site = :site AND r.id = :request_id AND m.restock_id = :restock_id;

-- name: mail_trouble(site, reply)!
-- Tells the owner once, in the inbox, that mail is not going out.
WITH troubled AS (
    UPDATE sites SET mail_trouble_since = now(), mail_trouble = :reply
    WHERE site = :site AND mail_trouble_since IS NULL
    RETURNING site
)
INSERT INTO conversations (site, author, text)
SELECT site, 'restock', 'Mail is not going out and will be tried again: ' || :reply FROM troubled;
