-- name: create_import(id, site, file_name, app_id, heading, content)^
-- Keeps a file until its lines are read.
WITH created AS (
    INSERT INTO imports (id, site, file_name, app_id, heading)
    VALUES (:id, :site, :file_name, :app_id, :heading::text[])
    RETURNING *
), kept AS (
    INSERT INTO import_contents (import_id, content) SELECT id, :content::bytea FROM created
)
SELECT * FROM created;

-- name: get_import(site, id)^
SELECT * FROM imports WHERE site = :site AND id = :id;

-- name: list_imports(site, limit)
-- The newest first.
SELECT * FROM imports WHERE site = :site ORDER BY created_date DESC, id LIMIT :limit;

-- name: delete_import(site, id)!
DELETE FROM imports WHERE site = :site AND id = :id;

-- name: import_content(site, id)$
SELECT c.content FROM import_contents c JOIN imports i ON i.id = c.import_id
WHERE i.site = :site AND i.id = :id;

-- name: drop_lines(id, kept)!
-- Forgets the lines of an import but for those in one state.
DELETE FROM import_lines WHERE import_id = :id AND state <> :kept;

-- name: drop_content(id)!
DELETE FROM import_contents WHERE import_id = :id;

-- name: add_lines(id, lines)!
-- Unless the reading has been abandoned meanwhile.
INSERT INTO import_lines (import_id, line, state, address_key, item_key, audience_key, wanted,
                          created_date, problems, cells)
SELECT :id, l.line, l.state, l.address_key, l.item_key, l.audience_key, l.wanted,
       l.created_date, l.problems, l.cells
FROM (SELECT FROM imports WHERE id = :id AND state = 'checking' FOR SHARE) reading
CROSS JOIN jsonb_to_recordset(:lines::jsonb) AS l (
    line integer, state text, address_key text, item_key text, audience_key text, wanted jsonb,
    created_date timestamptz, problems jsonb, cells jsonb);

-- name: mark_repeated(id)!
-- Of lines that say the same, the one that was asked first counts.
UPDATE import_lines l SET state = 'repeated'
FROM (
    SELECT line, row_number() OVER (
        PARTITION BY item_key, address_key, audience_key ORDER BY created_date, line) AS place
    FROM import_lines WHERE import_id = :id AND state = 'new'
) ranked
WHERE l.import_id = :id AND l.line = ranked.line AND ranked.place > 1;

-- name: mark_waiting(id, site)!
UPDATE import_lines l SET state = 'waiting'
FROM requests r
WHERE l.import_id = :id AND l.state = 'new'
  AND r.site = :site AND r.item_key = l.item_key AND r.address_key = l.address_key
  AND r.audience_key = l.audience_key
  AND r.status IN ('RECEIVED', 'PROCESSING', 'UNCONFIRMED');

-- name: checked(id, site, most_items)^
-- Notes what the dry run found.
UPDATE imports SET state = 'ready', updated_date = now(), to_add = found.to_add,
    waiting = found.waiting, repeated = found.repeated, rejected = found.rejected,
    items = coalesce((
        SELECT jsonb_agg(jsonb_build_object('title', title, 'count', count)
                         ORDER BY count DESC, title)
        FROM (
            SELECT coalesce(nullif(min(wanted #>> '{item,name}'), ''),
                            min(wanted #>> '{reference,catalogItemId}')) AS title, count(*) AS count
            FROM import_lines WHERE import_id = :id AND state = 'new'
            GROUP BY item_key ORDER BY count(*) DESC, item_key LIMIT :most_items
        ) most
    ), '[]')
FROM (
    SELECT count(*) FILTER (WHERE state = 'new') AS to_add,
           count(*) FILTER (WHERE state = 'waiting') AS waiting,
           count(*) FILTER (WHERE state = 'repeated') AS repeated,
           count(*) FILTER (WHERE state = 'rejected') AS rejected
    FROM import_lines WHERE import_id = :id
) found
WHERE site = :site AND id = :id AND state = 'checking'
RETURNING imports.*;

-- name: unusable(id, site, trouble)^
UPDATE imports SET state = 'failed', trouble = :trouble, updated_date = now()
WHERE site = :site AND id = :id AND state = 'checking'
RETURNING *;

-- name: change_state(id, site, state, before)^
-- Moves an import on from another state; where it is there already it stays.
UPDATE imports SET state = :state, updated_date = now()
WHERE site = :site AND id = :id AND state IN (:before, :state)
RETURNING *;

-- name: next_lines(id, limit)
-- The next lines to be added, kept from a second worker. Whoever locks several contacts does it in
-- the order of their addresses.
SELECT line, wanted, created_date FROM (
    SELECT * FROM import_lines
    WHERE import_id = :id AND state = 'new' ORDER BY line LIMIT :limit
    FOR UPDATE
) next
ORDER BY address_key, line;

-- name: note_added(id, site, lines, added)!
-- Of some lines, those in `added` have become requests; the others' shoppers wait already.
WITH changed AS (
    UPDATE import_lines
    SET state = CASE WHEN line = ANY (:added::integer[]) THEN 'added' ELSE 'waiting' END
    WHERE import_id = :id AND line = ANY (:lines::integer[])
    RETURNING state
)
UPDATE imports SET updated_date = now(),
    added = added + (SELECT count(*) FROM changed WHERE state = 'added'),
    waiting = waiting + (SELECT count(*) FROM changed WHERE state = 'waiting')
WHERE site = :site AND id = :id;

-- name: rejected_lines(id, site, after, limit)
SELECT l.line, l.problems, l.cells
FROM import_lines l JOIN imports i ON i.id = l.import_id
WHERE i.site = :site AND l.import_id = :id AND l.state = 'rejected' AND l.line > :after
ORDER BY l.line
LIMIT :limit;

-- name: abandon_reading(site, address_key, trouble)
-- Files that hold an address and are still being read: in any charset that has ASCII in it.
WITH abandoned AS (
    UPDATE imports i SET state = 'failed', trouble = :trouble, updated_date = now()
    FROM import_contents c
    WHERE i.site = :site AND i.state = 'checking' AND c.import_id = i.id
      AND strpos(replace(lower(encode(c.content, 'escape')), '\000', ''),
                 encode(convert_to(:address_key, 'UTF8'), 'escape')) > 0
    RETURNING i.id
), dropped AS (
    DELETE FROM import_lines l USING abandoned WHERE l.import_id = abandoned.id
)
DELETE FROM import_contents c USING abandoned WHERE c.import_id = abandoned.id
RETURNING c.import_id;

-- name: forget_imported(site, address_key, pattern)
-- What files say of a shopper, also in other columns of lines that cannot be used.
DELETE FROM import_lines
WHERE (import_id, line) IN (
    SELECT l.import_id, l.line FROM import_lines l JOIN imports i ON i.id = l.import_id
    WHERE i.site = :site AND l.address_key = :address_key
    UNION ALL
    SELECT l.import_id, l.line FROM import_lines l JOIN imports i ON i.id = l.import_id
    WHERE i.site = :site AND l.state = 'rejected' AND EXISTS (
        SELECT FROM jsonb_array_elements_text(l.cells) AS cell (text) WHERE cell.text ~* :pattern)
)
RETURNING line;

-- name: forget_old_imports(final_seconds, open_seconds)!
-- Imports that ended long ago, and those that nobody goes on with.
DELETE FROM imports
WHERE (state IN ('done', 'discarded', 'failed')
       AND updated_date < now() - make_interval(secs => :final_seconds))
   OR (state NOT IN ('done', 'discarded', 'failed')
       AND updated_date < now() - make_interval(secs => :open_seconds));
