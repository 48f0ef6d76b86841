-- A busy shop, as its owner sees it: one hot item, 5,000 others, and what happened to each request.
-- Nothing is in stock: what is, would be announced while the pages are measured.
SET session_replication_role = replica;
SELECT setseed(0.5);
INSERT INTO contacts (id, site, email, address_key)
SELECT md5('contact' || n)::uuid, 'main', 'shopper' || n || '@example.com',
       'shopper' || n || '@example.com'
FROM generate_series(1, {rows} / 2) n;
INSERT INTO requests (id, site, app_id, catalog_item_id, item_key, skus, contact_id, email,
                      address_key, item, status, auto_notified, restock_id, workflow_started,
                      created_date)
SELECT md5('request' || n)::uuid, 'main', '215238eb-22a5-4c36-9e7b-e7c08025e04e', item.id,
       md5(item.id), ARRAY[item.id], md5('contact' || (n / 2 + 1))::uuid,
       'shopper' || (n / 2 + 1) || '@example.com', 'shopper' || (n / 2 + 1) || '@example.com',
       jsonb_build_object('name', 'Orchid ' || item.id, 'price', '75.00', 'currency', 'EUR'),
       kind.status, CASE WHEN kind.status = 'NOTIFICATION_SENT' THEN true END,
       CASE WHEN kind.status <> 'RECEIVED' THEN md5('restock' || n % 200)::uuid END, true,
       now() - ({rows} - n) * interval '2 minutes'
FROM generate_series(1, {rows}) n,
LATERAL (SELECT 'item-' || CASE WHEN random() < 0.3 THEN 0 ELSE n % 5000 END AS id) item,
LATERAL (
    SELECT CASE WHEN part < 0.75 THEN 'RECEIVED' WHEN part < 0.995 THEN 'NOTIFICATION_SENT'
                ELSE 'FAILED' END AS status
    FROM (SELECT random() + 0 * n AS part) dice
) kind
ON CONFLICT DO NOTHING;
INSERT INTO timeline (request_id, at, kind)
SELECT id, created_date, 'requested' FROM requests;
INSERT INTO timeline (request_id, kind, detail)
SELECT id, CASE WHEN status = 'FAILED' THEN 'mail_refused' ELSE 'mail_accepted' END, '250 2.0.0 OK'
FROM requests WHERE restock_id IS NOT NULL;
INSERT INTO deliveries (request_id, restock_id, state, message_id, reply, settled_at)
SELECT id, restock_id, CASE WHEN status = 'FAILED' THEN 'refused' ELSE 'accepted' END,
       '<' || id || '@benchmark>', '250 2.0.0 OK', now()
FROM requests WHERE restock_id IS NOT NULL;
INSERT INTO conversations (site, contact_id, request_id, at, author, text)
SELECT site, contact_id, id, created_date, 'shopper', 'asked to be told' FROM requests;
INSERT INTO conversations (site, contact_id, request_id, author, text)
SELECT site, contact_id, id, 'restock', 'was told' FROM requests WHERE restock_id IS NOT NULL;
INSERT INTO restocks (id, site, item_key, sku, locale, external_id, source, quantity, at)
SELECT md5('restock' || n)::uuid, 'main', md5('item-' || n), 'item-' || n, '', '', 'stock_level',
       10, now() - n * interval '1 hour'
FROM generate_series(0, 199) n;
INSERT INTO restock_pages (restock_id, page, handed_over, stopped, result)
SELECT id, 0, 100, '{{}}', '{{}}' FROM restocks;
INSERT INTO stock_levels (site, sku, locale, external_id, quantity, at)
SELECT 'main', 'item-' || n, '', '', 0, now() - interval '1 day' FROM generate_series(0, 4999) n;
INSERT INTO audit_log (site, who, what)
SELECT 'main', 'Olga', 'Changed who is told, and when.' FROM generate_series(1, 1000);
SET session_replication_role = origin;
VACUUM ANALYZE;
