-- name: add_user(id, name, password)$
-- Null where somebody has that name.
INSERT INTO users (id, name, password) VALUES (:id, :name, :password)
ON CONFLICT (lower(name)) DO NOTHING
RETURNING id;

-- name: give_site(user_id, site)!
INSERT INTO user_sites (user_id, site) VALUES (:user_id, :site) ON CONFLICT DO NOTHING;

-- name: take_site(name, site)$
-- Shuts a user out of one site, and forgets the user with the last one.
WITH taken AS (
    DELETE FROM user_sites USING users
    WHERE users.id = user_id AND lower(users.name) = lower(:name) AND site = :site
    RETURNING user_id
), ended AS (
    DELETE FROM console_sessions c USING taken
    WHERE c.user_id = taken.user_id AND c.site = :site
), forgotten AS (
    DELETE FROM users USING taken
    WHERE users.id = taken.user_id
      AND NOT EXISTS (SELECT FROM user_sites o WHERE o.user_id = users.id AND o.site <> :site)
)
SELECT user_id FROM taken;

-- name: find_user(name)^
-- The user of a name, and one of their sites.
SELECT u.id, u.name, u.password,
       (SELECT min(s.site) FROM user_sites s WHERE s.user_id = u.id) AS site
FROM users u WHERE lower(u.name) = lower(:name);

-- name: list_users(site)
SELECT u.name, s.site, u.created_date
FROM users u JOIN user_sites s ON s.user_id = u.id
WHERE :site::text IS NULL OR s.site = :site
ORDER BY lower(u.name), s.site;

-- name: change_password(name, password, kept)$
-- Ends every session of the user but the one that is kept.
WITH changed AS (
    UPDATE users SET password = :password WHERE lower(name) = lower(:name) RETURNING id
), ended AS (
    DELETE FROM console_sessions c USING changed
    WHERE c.user_id = changed.id AND c.digest IS DISTINCT FROM :kept::bytea
)
SELECT id FROM changed;
