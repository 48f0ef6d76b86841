-- name: correct_address(site, id, contact_id, email, address_key, line)^
-- Gives a request that waits or FAILED another address, and with it the shopper whose address it is,
-- with the lines of the inbox; all of it or nothing. Where the new address already waits for the
-- item nothing changes, and `taken` is the request it waits with.
WITH old AS (
    SELECT * FROM requests WHERE site = :site AND id = :id
), taken AS (
    SELECT o.id FROM requests o JOIN old r ON o.site = r.site AND o.item_key = r.item_key
        AND o.audience_key = r.audience_key AND o.id <> r.id
    WHERE o.address_key = :address_key AND o.status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED')
), contact AS (
    INSERT INTO contacts (id, site, email, address_key, locale)
    SELECT :contact_id, site, :email, :address_key, locale FROM old
    WHERE status IN ('RECEIVED', 'FAILED') AND NOT EXISTS (SELECT FROM taken)
    ON CONFLICT (site, address_key) DO UPDATE SET locale = coalesce(contacts.locale, excluded.locale)
    RETURNING id
), corrected AS (
    UPDATE requests r SET contact_id = contact.id, email = :email, address_key = :address_key
    FROM contact
    WHERE r.site = :site AND r.id = :id AND r.status IN ('RECEIVED', 'FAILED')
    RETURNING r.id, r.site, r.contact_id
), step AS (
    INSERT INTO timeline (request_id, kind) SELECT id, 'address_corrected' FROM corrected
), moved AS (
    UPDATE conversations c SET contact_id = corrected.contact_id
    FROM corrected WHERE c.request_id = corrected.id AND c.message_id IS NULL
), line AS (
    INSERT INTO conversations (site, contact_id, request_id, author, text)
    SELECT site, contact_id, id, 'owner', :line FROM corrected
)
SELECT old.status, (SELECT id FROM taken) AS taken, EXISTS (SELECT FROM corrected) AS corrected
FROM old;
