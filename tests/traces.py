"""Where the database holds a text: in which column of which table."""

import zlib

from store.store import Store

_COLUMNS = """
    SELECT c.table_name, c.column_name, c.data_type
    FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
"""


async def traces(store: Store, mark: str) -> set[str]:
    """The columns that hold a text, whatever its capitals, also where they are compressed."""
    columns = await store.pool.fetch(_COLUMNS)
    return {
        f"{table}.{name}"
        for table, name, kind in columns
        if await _holds(store, table, name, kind, mark)
    }


async def tables_with(store: Store, mark: str) -> set[str]:
    """The tables that hold a text."""
    return {column.partition(".")[0] for column in await traces(store, mark)}


async def _holds(store: Store, table: str, name: str, kind: str, mark: str) -> bool:
    if kind == "bytea":
        rows = await store.pool.fetch(f'SELECT "{name}" FROM {table} WHERE "{name}" IS NOT NULL')
        return any(mark.lower().encode() in _plain(content).lower() for (content,) in rows)
    sql = f'SELECT EXISTS (SELECT FROM {table} WHERE strpos(lower("{name}"::text), lower($1)) > 0)'
    return bool(await store.pool.fetchval(sql, mark))


def _plain(content: bytes) -> bytes:
    try:
        return zlib.decompress(content)
    except zlib.error:
        return content
