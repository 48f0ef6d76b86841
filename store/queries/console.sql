-- name: open_session(digest, site, user_id, key_id)!
INSERT INTO console_sessions (digest, site, user_id, key_id)
VALUES (:digest, :site, :user_id, :key_id);

-- name: visitor(digest, idle, longest)^
-- Who is signed in by a session that has not ended, and what every page needs of their shop.
WITH seen AS (
    -- Seldom: a page that is looked at should not write.
    UPDATE console_sessions SET seen_date = now()
    WHERE digest = :digest AND seen_date < now() - interval '5 minutes'
      AND seen_date > now() - :idle::interval
)
SELECT c.site, s.name AS site_name, s.mail_trouble_since, s.mail_trouble, u.name AS user_name,
       coalesce(u.name, 'owner key ' || coalesce(nullif(k.label, ''), left(k.id::text, 8))) AS who,
       coalesce(p.policy, '{}') AS policy,
       CASE WHEN u.id IS NULL THEN '[]' ELSE (
           SELECT jsonb_agg(jsonb_build_object('site', o.site, 'name', o.name) ORDER BY o.name)
           FROM user_sites m JOIN sites o ON o.site = m.site WHERE m.user_id = u.id)
       END AS sites
FROM console_sessions c
JOIN sites s ON s.site = c.site
LEFT JOIN policies p ON p.site = c.site AND p.item_key = ''
LEFT JOIN users u ON u.id = c.user_id
LEFT JOIN api_keys k ON k.id = c.key_id
WHERE c.digest = :digest
  AND c.seen_date > now() - :idle::interval AND c.created_date > now() - :longest::interval
  AND CASE WHEN u.id IS NULL
      THEN k.revoked_date IS NULL AND (k.expires_date IS NULL OR k.expires_date > now())
      ELSE EXISTS (SELECT FROM user_sites m WHERE m.user_id = u.id AND m.site = c.site)
  END;

-- name: switch_site(digest, site)$
-- Null where the user of the session has no such site.
UPDATE console_sessions c SET site = :site
FROM user_sites m
WHERE c.digest = :digest AND m.user_id = c.user_id AND m.site = :site
RETURNING c.site;

-- name: close_session(digest)!
DELETE FROM console_sessions WHERE digest = :digest;

-- name: forget_sessions(longest)!
DELETE FROM console_sessions WHERE created_date < now() - :longest::interval;

-- name: workload(site)^
-- What a shop has under way: `tried_again` of those that are told, whose mail did not leave yet.
SELECT count(*) AS being_told, min(r.updated_date) AS since,
       count(*) FILTER (WHERE d.state = 'deferred') AS tried_again,
       (SELECT count(*) FROM requests f
        WHERE f.site = :site AND (f.status COLLATE "C") = 'FAILED') AS failed,
       (SELECT count(*) FROM requests n
        WHERE NOT n.workflow_started AND n.site = :site) AS not_started
FROM requests r
LEFT JOIN deliveries d ON d.request_id = r.id AND d.restock_id = r.restock_id
WHERE r.site = :site AND (r.status COLLATE "C") = 'PROCESSING';

-- name: add_audit_line(site, who, what)!
INSERT INTO audit_log (site, who, what) VALUES (:site, :who, :what);

-- name: audit_lines(site, before, limit)
-- The newest lines before line `before`.
SELECT id, at, who, what FROM audit_log
WHERE site = :site AND (:before::bigint IS NULL OR id < :before)
ORDER BY id DESC
LIMIT :limit;
