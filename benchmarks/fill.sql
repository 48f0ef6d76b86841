-- A million requests like those of a busy shop: nine in ten of one site, half of them waiting,
-- half with an item URL, 5,000 items, spread over a year.
SET session_replication_role = replica;
SELECT setseed(0.5);
INSERT INTO sites (site, name) VALUES ('main', 'Benchmark') ON CONFLICT DO NOTHING;
INSERT INTO requests (id, site, app_id, catalog_item_id, item_key, contact_id, email, address_key,
                      item_url, item, status, auto_notified, workflow_started, created_date)
SELECT gen_random_uuid(),
       CASE WHEN random() < 0.9 THEN 'main' ELSE 'site-' || n % 10 END,
       '215238eb-22a5-4c36-9e7b-e7c08025e04e',
       'item-' || n % 5000,
       md5((n % 5000)::text),
       md5((random() * {rows} * 0.7)::int::text)::uuid,
       'shopper' || n || '@example.com',
       'shopper' || n || '@example.com',
       CASE WHEN random() < 0.5
            THEN 'https://shop.example/products/Orchid-' || (random() * 5000)::int END,
       '{{"name": "Blue Orchid", "price": "75.00"}}',
       kind.status,
       CASE WHEN kind.status = 'NOTIFICATION_SENT' THEN random() < 0.98 END,
       true,
       timestamptz '2026-11-01' - ({rows} - n) * interval '30 seconds'
FROM generate_series(1, {rows}) n,
LATERAL (
    SELECT CASE WHEN part < 0.55 THEN 'RECEIVED' WHEN part < 0.985 THEN 'NOTIFICATION_SENT'
                WHEN part < 0.999 THEN 'FAILED' ELSE 'PROCESSING' END AS status
    FROM (SELECT random() + 0 * n AS part) dice
) kind;
SET session_replication_role = origin;
VACUUM ANALYZE requests;
