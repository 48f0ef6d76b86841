-- name: save_version(site, kind, locale, based_on, subject, text, html, is_current, note, saved_by, kept)^
-- A new version, where the last one is still the one it is based on; else no row comes back. The
-- author's draft has become it, and of the old versions the newest are kept.
WITH saved AS (
    INSERT INTO mail_templates (site, kind, locale, version, subject, text, html, is_current, note,
                                saved_by)
    SELECT :site, :kind, :locale, :based_on + 1, :subject, :text, :html, :is_current, :note,
           :saved_by
    WHERE :based_on = (SELECT coalesce(max(version), 0) FROM mail_templates
                       WHERE site = :site AND kind = :kind AND locale = :locale)
    ON CONFLICT (site, kind, locale, version) DO NOTHING
    RETURNING *
), retired AS (
    UPDATE mail_templates t SET is_current = false FROM saved s
    WHERE t.site = s.site AND t.kind = s.kind AND t.locale = s.locale AND t.is_current
), forgotten AS (
    DELETE FROM mail_templates t USING saved s
    WHERE t.site = s.site AND t.kind = s.kind AND t.locale = s.locale AND NOT t.is_current
      AND t.version <= s.version - :kept
), drafted AS (
    DELETE FROM mail_drafts d USING saved s
    WHERE d.site = s.site AND d.kind = s.kind AND d.locale = s.locale AND d.author = s.saved_by
)
SELECT * FROM saved;

-- name: version_by_id(site, id)^
SELECT * FROM mail_templates WHERE site = :site AND id = :id;

-- name: get_version(site, kind, locale, version)^
SELECT * FROM mail_templates
WHERE site = :site AND kind = :kind AND locale = :locale AND version = :version;

-- name: last_version(site, kind, locale)^
SELECT * FROM mail_templates
WHERE site = :site AND kind = :kind AND locale = :locale
ORDER BY version DESC LIMIT 1;

-- name: versions(site, kind, locale)
-- All versions without what they say, the newest first.
SELECT id, kind, locale, version, is_current, note, saved_by, saved_date
FROM mail_templates
WHERE site = :site AND kind = :kind AND locale = :locale
ORDER BY version DESC;

-- name: last_versions(site, kind)
-- The last version of each locale without what it says.
SELECT DISTINCT ON (locale) id, kind, locale, version, is_current, note, saved_by, saved_date
FROM mail_templates
WHERE site = :site AND kind = :kind
ORDER BY locale, version DESC;

-- name: put_draft(id, site, kind, locale, author, based_on, subject, text, html, request_id)$
-- Keeps what somebody is writing, in place of what they wrote before.
INSERT INTO mail_drafts (id, site, kind, locale, author, based_on, subject, text, html, request_id)
VALUES (:id, :site, :kind, :locale, :author, :based_on, :subject, :text, :html,
        (SELECT r.id FROM requests r WHERE r.site = :site AND r.id = :request_id))
ON CONFLICT (site, kind, locale, author) DO UPDATE
SET based_on = excluded.based_on, subject = excluded.subject, text = excluded.text,
    html = excluded.html, request_id = excluded.request_id, changed_date = now()
RETURNING id;

-- name: draft_of(site, kind, locale, author)^
SELECT * FROM mail_drafts
WHERE site = :site AND kind = :kind AND locale = :locale AND author = :author;

-- name: draft_by_id(site, id)^
SELECT * FROM mail_drafts WHERE site = :site AND id = :id;

-- name: drafts_of(site, kind, author)
-- The locales somebody has drafts for.
SELECT locale FROM mail_drafts WHERE site = :site AND kind = :kind AND author = :author;

-- name: address_draft(site, id, test_to)!
UPDATE mail_drafts SET test_to = :test_to WHERE site = :site AND id = :id;

-- name: drop_draft(site, kind, locale, author)!
DELETE FROM mail_drafts
WHERE site = :site AND kind = :kind AND locale = :locale AND author = :author;

-- name: newest_waiting(site, limit)
-- The newest requests that wait, one of each item among the newest 200: to show a mail with.
SELECT id, item_key, title, locale, created_date FROM (
    SELECT DISTINCT ON (item_key) * FROM (
        SELECT id, item_key, coalesce(nullif(item ->> 'name', ''), catalog_item_id) AS title,
               locale, created_date
        FROM requests
        WHERE site = :site AND (status COLLATE "C") = 'RECEIVED'
        ORDER BY created_date DESC, id DESC
        LIMIT 200
    ) newest
    ORDER BY item_key, created_date DESC
) one_each
ORDER BY created_date DESC
LIMIT :limit;

-- name: fell_back(site, request_id, version_id, reason, line)!
-- An owner's template could not be written for a shopper, who gets Restock's own mail. The timeline
-- of the request says so once for each version, and so does the inbox.
WITH step AS (
    INSERT INTO timeline (request_id, kind, detail)
    SELECT r.id, 'own_mail_failed', :reason FROM requests r
    WHERE r.site = :site AND r.id = :request_id AND NOT EXISTS (
        SELECT FROM timeline t
        WHERE t.request_id = r.id AND t.kind = 'own_mail_failed' AND t.detail = :reason)
)
INSERT INTO conversations (site, author, once_key, text)
SELECT :site, 'restock', 'mail-template/' || :version_id::bigint, :line
ON CONFLICT (once_key) DO NOTHING;
