-- name: note_consent(site, contact_id, request_id, at, kind, source, network, digest, text, url, locale)!
-- Notes what a contact agreed to; without a date, now.
WITH kept AS (
    INSERT INTO consent_texts (site, digest, text)
    SELECT :site, :digest::bytea, :text::text WHERE :digest::bytea IS NOT NULL
    ON CONFLICT DO NOTHING
)
INSERT INTO consents (site, contact_id, request_id, at, kind, source, network, text_digest, url,
                      locale)
SELECT :site, id, :request_id, coalesce(:at::timestamptz, now()), :kind, :source, :network,
       :digest::bytea, :url, :locale
FROM contacts WHERE site = :site AND id = :contact_id;

-- name: consents_of(site, contact_id, after, limit)
-- What a shopper agreed to, page by page.
SELECT c.id, c.at, c.kind, c.source, c.network, t.text, c.url, c.locale, c.request_id
FROM consents c
LEFT JOIN consent_texts t ON t.site = c.site AND t.digest = c.text_digest
WHERE c.site = :site AND c.contact_id = :contact_id AND c.id > :after
ORDER BY c.id
LIMIT :limit;

-- name: hold_own_texts(site, contact_id)
-- The texts that nobody but a contact agreed to: kept from being agreed to by others.
SELECT t.digest FROM consent_texts t
WHERE t.site = :site
  AND t.digest IN (SELECT text_digest FROM consents WHERE contact_id = :contact_id)
  AND NOT EXISTS (
      SELECT FROM consents o
      WHERE o.site = t.site AND o.text_digest = t.digest AND o.contact_id <> :contact_id)
FOR UPDATE;

-- name: delete_consents(site, contact_id)
DELETE FROM consents WHERE site = :site AND contact_id = :contact_id RETURNING id;

-- name: drop_texts(site, digests)!
-- Of some texts, those that nobody agreed to.
DELETE FROM consent_texts t
WHERE t.site = :site AND t.digest = ANY (:digests::bytea[]) AND NOT EXISTS (
    SELECT FROM consents c WHERE c.site = t.site AND c.text_digest = t.digest);
