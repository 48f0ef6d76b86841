-- name: newest_threads(site, before, window, limit)
-- The last line of each shopper's thread, newest first: a line is looked at, and kept where its
-- shopper has none after it. No more than so many lines are looked at, however long threads are.
SELECT c.id, c.at, c.author, c.text, c.contact_id, k.email,
       c.id > k.read_line AND c.author <> 'owner' AS unread
FROM (
    SELECT * FROM conversations
    WHERE site = :site AND (:before::bigint IS NULL OR id < :before)
    ORDER BY id DESC LIMIT :window
) c JOIN contacts k ON k.id = c.contact_id
WHERE c.id = (SELECT n.id FROM conversations n WHERE n.contact_id = c.contact_id
              ORDER BY n.id DESC LIMIT 1)
ORDER BY c.id DESC
LIMIT :limit;

-- name: edge_of_window(site, before, window)$
-- The last line that `newest_threads` looks at, where there are so many.
SELECT id FROM conversations
WHERE site = :site AND (:before::bigint IS NULL OR id < :before)
ORDER BY id DESC OFFSET :window - 1 LIMIT 1;

-- name: thread(site, contact_id, before, limit)
-- The newest lines of one shopper's thread, with what the owner wrote.
SELECT c.id, c.at, c.author, c.text, c.request_id, c.message_id, m.subject, m.text AS message,
       m.state, m.reply
FROM conversations c LEFT JOIN messages m ON m.id = c.message_id
WHERE c.site = :site AND c.contact_id = :contact_id
  AND (:before::bigint IS NULL OR c.id < :before)
ORDER BY c.id DESC
LIMIT :limit;

-- name: shop_lines(site, before, limit)
-- The newest lines about the shop.
SELECT c.id, c.at, c.author, c.text, c.request_id, NULL AS message_id, NULL AS subject,
       NULL AS message, NULL AS state, NULL AS reply
FROM conversations c
WHERE c.site = :site AND c.contact_id IS NULL AND (:before::bigint IS NULL OR c.id < :before)
ORDER BY c.id DESC
LIMIT :limit;

-- name: read_thread(site, contact_id)!
-- Notes that the owner has seen all lines of a shopper's thread that there are now.
UPDATE contacts k SET read_line = last.id
FROM (SELECT max(id) AS id FROM conversations WHERE contact_id = :contact_id) last
WHERE k.site = :site AND k.id = :contact_id AND k.read_line < last.id;
