-- name: claim_key(site, operation, key, body_digest)$
-- Takes a key for a call. Null when it is taken: then another call with it has been answered.
-- Waits for a call with the same key that is under way. A key of over 24 hours ago is free again.
INSERT INTO idempotency_keys AS known (site, operation, key, body_digest)
VALUES (:site, :operation, :key, :body_digest)
ON CONFLICT (site, operation, key) DO UPDATE
SET body_digest = excluded.body_digest, reply = NULL, created_date = now()
WHERE known.created_date < now() - interval '24 hours'
RETURNING key;

-- name: answered(site, operation, key)^
SELECT body_digest, reply FROM idempotency_keys
WHERE site = :site AND operation = :operation AND key = :key;

-- name: keep_answer(site, operation, key, reply)!
UPDATE idempotency_keys SET reply = :reply
WHERE site = :site AND operation = :operation AND key = :key;

-- name: forget_expired_keys()!
DELETE FROM idempotency_keys WHERE created_date < now() - interval '24 hours';
