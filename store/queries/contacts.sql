-- name: create_contact(id, site, email, address_key, locale, first_name, last_name, attributes, consent)^
-- No row comes back where the address has a contact.
INSERT INTO contacts (id, site, email, address_key, locale, first_name, last_name, attributes, consent)
VALUES (:id, :site, :email, :address_key, :locale, :first_name, :last_name, :attributes, :consent)
ON CONFLICT (site, address_key) DO NOTHING
RETURNING *;

-- name: get_contact(site, id)^
SELECT * FROM contacts WHERE site = :site AND id = :id;

-- name: find_contact(site, address_key)^
SELECT * FROM contacts WHERE site = :site AND address_key = :address_key;

-- name: hold_contact(site, id)^
-- Keeps a contact from being changed or erased by others until the transaction ends. Lines of the
-- inbox may still refer to it, so that whoever is changing a request of it can finish: its requests
-- must be changed or deleted before its key or itself is.
SELECT * FROM contacts WHERE site = :site AND id = :id FOR NO KEY UPDATE;

-- name: change_contact(site, id, email, address_key, locale, first_name, last_name, attributes, consent)^
UPDATE contacts
SET email = :email, address_key = :address_key, locale = :locale, first_name = :first_name,
    last_name = :last_name, attributes = :attributes, consent = :consent, updated_date = now()
WHERE site = :site AND id = :id
RETURNING *;

-- name: hold_requests(site, contact_id)!
-- In the order of the queue, as a page of a restock does: so two never wait for each other.
SELECT id FROM requests WHERE site = :site AND contact_id = :contact_id
ORDER BY created_date, id
FOR UPDATE;

-- name: readdress_requests(site, contact_id, email, address_key)!
-- All of them: a FAILED one may be taken up again, and no other row is to keep the old address.
UPDATE requests SET email = :email, address_key = :address_key
WHERE site = :site AND contact_id = :contact_id;

-- name: delete_requests(site, contact_id)
-- Deletes the requests of a contact, and notes that the workflows of the open ones are to be told.
WITH deleted AS (
    DELETE FROM requests WHERE site = :site AND contact_id = :contact_id
    RETURNING id, site, status
)
INSERT INTO withdrawals (request_id, site)
SELECT id, site FROM deleted WHERE status IN ('RECEIVED', 'PROCESSING')
RETURNING request_id;

-- name: forget_answers(site, contact_id, address_key)!
-- What was answered to a create with an Idempotency-Key holds the address; where it conceals who
-- waits already, no contact's id.
DELETE FROM idempotency_keys
WHERE site = :site AND (reply #>> '{request,contactId}' = :contact_id::uuid::text
                        OR lower(reply #>> '{request,email}') = :address_key);

-- name: delete_contact(site, id)!
-- The lines of the inbox about the contact go with it.
DELETE FROM contacts WHERE site = :site AND id = :id;
