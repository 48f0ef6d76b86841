-- name: add_bulk(id, site, action, filter, with_unknown, expected)!
INSERT INTO bulk_actions (id, site, action, filter, with_unknown, expected)
VALUES (:id, :site, :action, :filter, :with_unknown, :expected);

-- name: get_bulk(site, id)^
SELECT * FROM bulk_actions WHERE site = :site AND id = :id;

-- name: advance_bulk(site, id, place, next_place, looked_at, done)^
-- Notes that the page at `place` was done, where nobody has noted it yet. After the last one, which
-- has no next place, the filter is forgotten: it may hold an address.
UPDATE bulk_actions
SET place = :next_place, looked_at = looked_at + :looked_at, done = done + :done,
    finished_date = CASE WHEN :next_place::text IS NULL THEN now() END,
    filter = CASE WHEN :next_place::text IS NULL THEN '{}' ELSE filter END
WHERE site = :site AND id = :id AND finished_date IS NULL
  AND place IS NOT DISTINCT FROM :place::text
RETURNING *;

-- name: bulk_started(id)!
UPDATE bulk_actions SET workflow_started = true WHERE id = :id AND NOT workflow_started;

-- name: bulk_not_started(older_than_seconds, limit)
-- Bulk actions whose workflow is not known to run.
SELECT id, site FROM bulk_actions
WHERE NOT workflow_started AND created_date < now() - make_interval(secs => :older_than_seconds)
ORDER BY created_date
LIMIT :limit;
