-- name: add_message(id, site, contact_id, marks, subject, text)$
-- Keeps a message with its line of the inbox. No id comes back where the site has no such contact.
WITH added AS (
    INSERT INTO messages (id, site, contact_id, marks_request_id, subject, text)
    SELECT :id, k.site, k.id,
           (SELECT r.id FROM requests r
            WHERE r.site = k.site AND r.contact_id = k.id AND r.id = :marks::uuid),
           :subject, :text
    FROM contacts k WHERE k.site = :site AND k.id = :contact_id
    RETURNING *
), line AS (
    INSERT INTO conversations (site, contact_id, request_id, message_id, author, text)
    SELECT site, contact_id, marks_request_id, id, 'owner', 'Wrote: ' || subject FROM added
)
SELECT id FROM added;

-- name: begin_message(site, id, message_id)^
-- Everything the mail needs, and the claim that it is about to be sent. Where an earlier attempt
-- left its claim behind, nobody knows whether its mail left.
WITH previous AS (
    SELECT state, coalesce(claimed_at, now()) AS begun FROM messages
    WHERE site = :site AND id = :id
), claimed AS (
    UPDATE messages SET state = 'claimed', attempts = attempts + 1, message_id = :message_id,
        claimed_at = coalesce(claimed_at, now())
    WHERE site = :site AND id = :id AND state IN ('waiting', 'deferred')
    RETURNING id
)
SELECT m.subject, m.text, k.email, m.contact_id, s.cursor_key AS link_key, s.owner_email, s.mail_from, p.state, m.reply,
       EXISTS (SELECT FROM claimed) AS ours, now() - p.begun AS tried_for
FROM messages m
JOIN contacts k ON k.id = m.contact_id
JOIN sites s ON s.site = m.site
CROSS JOIN previous p
WHERE m.site = :site AND m.id = :id;

-- name: defer_message(site, id, reply)!
-- The mail did not leave and will be tried again.
UPDATE messages SET state = 'deferred', reply = :reply
WHERE site = :site AND id = :id AND state = 'claimed';

-- name: settle_message(site, id, state, reply, line)!
-- How a message ended; where it did not go out, the inbox says so.
WITH settled AS (
    UPDATE messages SET state = :state, reply = :reply, settled_at = now()
    WHERE site = :site AND id = :id AND settled_at IS NULL
    RETURNING site, contact_id, marks_request_id
)
INSERT INTO conversations (site, contact_id, request_id, author, text)
SELECT site, contact_id, marks_request_id, 'restock', :line FROM settled WHERE :line <> '';

-- name: message_to_mark(site, id)^
-- The request that a message which was sent marks as told, where it is there still.
SELECT r.* FROM messages m JOIN requests r ON r.id = m.marks_request_id AND r.site = m.site
WHERE m.site = :site AND m.id = :id AND m.state = 'sent';

-- name: message_state(site, id)$
SELECT state FROM messages WHERE site = :site AND id = :id;

-- name: message_started(id)!
UPDATE messages SET workflow_started = true WHERE id = :id AND NOT workflow_started;

-- name: messages_not_started(older_than_seconds, limit)
-- Messages whose workflow is not known to run.
SELECT id, site FROM messages
WHERE NOT workflow_started AND created_date < now() - make_interval(secs => :older_than_seconds)
ORDER BY created_date
LIMIT :limit;
