-- name: make_site(site, name)!
INSERT INTO sites (site, name) VALUES (:site, :name) ON CONFLICT DO NOTHING;

-- name: change_site(site, name, owner_email, mail_from, locale)$
-- Changes what is given, keeps what is null.
UPDATE sites
SET name = coalesce(:name, name),
    owner_email = coalesce(:owner_email, owner_email),
    mail_from = coalesce(:mail_from, mail_from),
    locale = coalesce(:locale, locale)
WHERE site = :site
RETURNING site;

-- name: get_site(site)^
SELECT name, locale, owner_email, mail_from FROM sites WHERE site = :site;

-- name: describe_site(site, name, owner_email, mail_from, locale)!
UPDATE sites
SET name = :name, owner_email = nullif(:owner_email, ''), mail_from = nullif(:mail_from, ''),
    locale = nullif(:locale, '')
WHERE site = :site;

-- name: list_sites()
SELECT s.site, s.name, s.locale, s.owner_email, s.mail_from, s.mail_trouble_since,
       (SELECT count(*) FROM requests r WHERE r.site = s.site AND r.status = 'RECEIVED') AS waiting
FROM sites s ORDER BY s.site;

-- name: cursor_key(site)$
SELECT cursor_key FROM sites WHERE site = :site;

-- name: add_key(id, site, scope, digest, label, lifetime)!
-- A key without a lifetime lets in until it is revoked.
INSERT INTO api_keys (id, site, scope, digest, label, expires_date)
VALUES (:id, :site, :scope, :digest, :label, now() + :lifetime::interval)
ON CONFLICT (digest) DO NOTHING;

-- name: find_key(digest)^
SELECT id, site, scope, digest FROM api_keys
WHERE digest = :digest AND revoked_date IS NULL
  AND (expires_date IS NULL OR expires_date > now());

-- name: rotate_key(old_id, id, digest, lifetime, keep_old)$
-- Makes a key like another, which lets in for so much longer at most. Nothing comes back where the
-- other lets nobody in.
WITH old AS (
    UPDATE api_keys SET expires_date = least(expires_date, now() + :keep_old::interval)
    WHERE id = :old_id AND revoked_date IS NULL
      AND (expires_date IS NULL OR expires_date > now())
    RETURNING site, scope, label
)
INSERT INTO api_keys (id, site, scope, digest, label, expires_date)
SELECT :id, site, scope, :digest, label, now() + :lifetime::interval FROM old
RETURNING id;

-- name: get_key(id, site)^
-- A key, and why it lets nobody in any more.
SELECT id, site, scope,
       CASE WHEN revoked_date IS NOT NULL THEN 'is revoked'
            WHEN expires_date <= now() THEN 'has expired'
       END AS "end"
FROM api_keys WHERE id = :id AND (:site::text IS NULL OR site = :site);

-- name: list_keys(site)
SELECT id, site, scope, label, created_date, expires_date, revoked_date FROM api_keys
WHERE :site::text IS NULL OR site = :site
ORDER BY created_date;

-- name: revoke_key(id, site)$
UPDATE api_keys SET revoked_date = coalesce(revoked_date, now())
WHERE id = :id AND (:site::text IS NULL OR site = :site)
RETURNING id;

-- name: set_collecting(site, app_id, collecting)!
INSERT INTO collection_settings (site, app_id, collecting) VALUES (:site, :app_id, :collecting)
ON CONFLICT (site, app_id) DO UPDATE SET collecting = excluded.collecting;

-- name: collection_states(site)
SELECT app_id, collecting FROM collection_settings WHERE site = :site ORDER BY app_id;

-- name: is_collecting(site, app_id)$
SELECT collecting FROM collection_settings WHERE site = :site AND app_id = :app_id;

-- name: get_policy(site, item_key)$
-- What a site has stored, and over it what it has stored for one item.
SELECT coalesce((SELECT policy FROM policies WHERE site = :site AND item_key = ''), '{}')
    || coalesce((SELECT policy FROM policies WHERE site = :site AND item_key = :item_key), '{}');

-- name: change_policy(site, item_key, policy, dropped)$
-- Adds to what is stored, and drops some fields of it; returns all that is stored now.
INSERT INTO policies (site, item_key, policy) VALUES (:site, :item_key, :policy)
ON CONFLICT (site, item_key) DO UPDATE
SET policy = (policies.policy || excluded.policy) - :dropped::text[]
RETURNING policy;

-- name: drop_policy(site, item_key)!
DELETE FROM policies WHERE site = :site AND item_key = :item_key;

-- name: items_with_policy(site, after, limit)
SELECT item_key FROM policies
WHERE site = :site AND item_key > :after AND policy <> '{}'
ORDER BY item_key
LIMIT :limit;

-- name: item_policies(site, item_keys)
-- What some items change of the site's policy, and what each has with that. An item's reference is
-- that of a request that is open: those alone are found by their item.
SELECT named.item_key, own.policy AS overrides, sites.policy || own.policy AS policy,
       r.reference
FROM unnest(:item_keys::text[]) WITH ORDINALITY AS named (item_key, position)
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT policy FROM policies WHERE site = :site AND item_key = ''), '{}')
        AS policy
) sites
CROSS JOIN LATERAL (
    SELECT coalesce((
        SELECT policy FROM policies WHERE site = :site AND item_key = named.item_key
    ), '{}') AS policy
) own
LEFT JOIN LATERAL (
    SELECT jsonb_build_object('appId', app_id, 'catalogItemId', catalog_item_id,
                              'options', options) AS reference
    FROM requests
    WHERE site = :site AND item_key = named.item_key AND status IN ('RECEIVED', 'PROCESSING')
    LIMIT 1
) r ON true
ORDER BY named.position;
