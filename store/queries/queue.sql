-- name: count_audience(site, item_key, locale, external_id)$
-- How many of those who wait for an item an audience means.
SELECT count(*) FROM requests
WHERE site = :site AND item_key = :item_key AND status = 'RECEIVED'
  AND (:locale::text = '' OR locales = '{}' OR locales[1] = :locale::text)
  AND (:external_id::text = '' OR external_id = :external_id::text);

-- name: addresses(site, ids)
SELECT id, email FROM requests WHERE site = :site AND id = ANY (:ids::uuid[]);

-- name: standing(site, id)^
-- Where a request that waits stands among all that wait for its item.
SELECT count(*) AS of, sum(q.quantity) AS wanted, count(*) FILTER (WHERE q.is_older) AS older,
       coalesce(sum(q.quantity) FILTER (WHERE q.is_older), 0) AS wanted_by_older
FROM requests r
CROSS JOIN LATERAL (
    SELECT w.quantity, (w.created_date, w.id) < (r.created_date, r.id) AS is_older
    FROM requests w
    WHERE w.site = r.site AND w.item_key = r.item_key AND w.status = 'RECEIVED'
) q
WHERE r.site = :site AND r.id = :id AND r.status = 'RECEIVED'
GROUP BY r.id;

-- name: mail_content(site, id)^
-- What the mail to one shopper says, without whom it goes to.
SELECT r.item, r.item_url, coalesce(r.locale, s.locale) AS locale, r.created_date,
       (SELECT to_jsonb(p) FROM request_products p WHERE p.request_id = r.id) AS product,
       -- The mails that the owner wrote.
       coalesce((SELECT jsonb_object_agg(t.locale, t.id) FROM mail_templates t
                 WHERE t.site = r.site AND t.kind = 'back_in_stock' AND t.is_current),
                '{}') AS own_mails,
       s.name AS site_name
FROM requests r
JOIN sites s ON s.site = r.site
WHERE r.site = :site AND r.id = :id;
