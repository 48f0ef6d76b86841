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
