-- name: lock_feed(site, locale)^
-- A feed, kept as it is until the end of the transaction.
SELECT * FROM product_feeds WHERE site = :site AND locale = :locale FOR UPDATE;

-- name: put_feed(site, locale, shown_locale, url, upload_id, content_type, accept_shrink)^
-- Makes a feed or changes where it is read from. The same URL again changes nothing of what is
-- known of it.
INSERT INTO product_feeds AS f
    (site, locale, shown_locale, url, upload_id, content_type, accept_shrink)
VALUES (:site, :locale, :shown_locale, :url, :upload_id, :content_type, :accept_shrink)
ON CONFLICT (site, locale) DO UPDATE
SET shown_locale = excluded.shown_locale, url = excluded.url, upload_id = excluded.upload_id,
    content_type = excluded.content_type, accept_shrink = excluded.accept_shrink,
    etag = CASE WHEN f.url = excluded.url THEN f.etag ELSE '' END,
    last_modified = CASE WHEN f.url = excluded.url THEN f.last_modified ELSE '' END,
    state = CASE WHEN f.url = excluded.url THEN f.state ELSE 'pending' END,
    trouble = CASE WHEN f.url = excluded.url THEN f.trouble ELSE '' END
RETURNING *;

-- name: get_feed(site, locale)^
SELECT * FROM product_feeds WHERE site = :site AND locale = :locale;

-- name: list_feeds(site)
SELECT * FROM product_feeds WHERE site = :site ORDER BY created_date, locale;

-- name: feeds_to_read()
-- Feeds of all sites that can be read now, those looked at longest ago first.
SELECT * FROM product_feeds WHERE url IS NOT NULL OR upload_id IS NOT NULL
ORDER BY checked_date NULLS FIRST, site, locale;

-- name: delete_feed(site, locale)$
-- Deletes a feed with its products and an upload that was not read.
WITH deleted AS (
    DELETE FROM product_feeds WHERE site = :site AND locale = :locale RETURNING locale, upload_id
), dropped AS (
    DELETE FROM feed_uploads WHERE upload_id = (SELECT upload_id FROM deleted)
)
SELECT locale FROM deleted;

-- name: feed_not_modified(site, locale, url)^
-- The server still has what was taken over last: whatever went wrong in between is over.
UPDATE product_feeds SET state = 'ok', trouble = '', checked_date = now()
WHERE site = :site AND locale = :locale AND url = :url
RETURNING *;

-- name: feed_in_trouble(site, locale, url, upload_id, state, trouble)^
-- A reading changed nothing; its upload is of no further use. Trouble that follows on none is news
-- to the owner.
WITH troubled AS (
    UPDATE product_feeds
    SET state = :state, trouble = :trouble, checked_date = now(), upload_id = NULL,
        trouble_told = trouble_told AND state IN ('failed', 'suspicious')
    WHERE site = :site AND locale = :locale AND url IS NOT DISTINCT FROM :url
      AND upload_id IS NOT DISTINCT FROM :upload_id
    RETURNING *
), dropped AS (
    DELETE FROM feed_uploads WHERE upload_id = :upload_id AND EXISTS (SELECT FROM troubled)
)
SELECT * FROM troubled;

-- name: trouble_told(site, locale, told)!
UPDATE product_feeds SET trouble_told = :told WHERE site = :site AND locale = :locale;

-- name: add_upload_part(upload_id, part, content)!
INSERT INTO feed_uploads (upload_id, part, content) VALUES (:upload_id, :part, :content);

-- name: upload_part(upload_id, part)$
SELECT content FROM feed_uploads WHERE upload_id = :upload_id AND part = :part;

-- name: drop_upload(upload_id)!
DELETE FROM feed_uploads WHERE upload_id = :upload_id;

-- name: drop_abandoned_uploads(older_than_seconds)!
-- Uploads that broke off without anyone there to drop them.
DELETE FROM feed_uploads u
WHERE created_date < now() - make_interval(secs => :older_than_seconds)
  AND NOT EXISTS (SELECT FROM product_feeds f WHERE f.upload_id = u.upload_id);
