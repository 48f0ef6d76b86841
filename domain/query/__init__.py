"""The query language of the request listing: JSON in, clauses of one SELECT and cursors out.

    {"filter": {...}, "sort": [{"fieldName": "createdDate", "order": "DESC"}],
     "cursorPaging": {"limit": 50, "cursor": "..."} or "paging": {"limit": 50, "offset": 0}}

Fields: `id`, `contactId`, `status`, `autoNotified`, `createdDate`, `itemUrl`; each filters and
sorts. The owner's console (`find_owner_column`) also filters by `address`, in lower case, and
`itemKey`. The filters are also those of `domain.conditions`, which has fields of its own.

Filters. A bare value means `$eq`; several keys of one object are an AND.

| operator | true of a row when |
| --- | --- |
| `$eq`, `$in`, `$hasSome` | the value is the one, or one of those, given; null stands for missing |
| `$ne`, `$nin` | `$eq`, `$in` is not: so `$ne: x` includes the rows where the value is missing |
| `$gt $gte $ge $lt $lte $le` | the value is there and compares so (not status, autoNotified) |
| `$startsWith` | the value is there and starts so (id, contactId, itemUrl) |
| `$exists` | the value is there and not null, or with `false` is not |
| `$and`, `$or`, `$not` | as the words say; `$not` also stands before the operators of one field |

Every filter is true or false of a row, never unknown, so a filter and its `$not` part the rows.
Text compares by code point. `$startsWith` ignores the case of the letters A to Z, which is all
that a URL or a GUID has. Dates are RFC 3339 with a zone, read to the microsecond.

Order. Missing values sort lowest, false before true. Ties are broken by the id in the direction
of the last field. Without a sort the newest come first.

Cursors. A cursor is the place of a row in the order, not a row number. While someone walks the
pages, a row that keeps its sort values and matches the filter throughout comes exactly once,
whatever else is inserted, deleted or changed. A new row comes if its place lies ahead. A row
whose sort value changes on the way (status, autoNotified) moves, and may then come twice or
not at all; likewise a row that starts or stops matching. A cursor is signed, for one scope.
"""

from domain.query.columns import find_owner_column
from domain.query.errors import QueryError, Rule
from domain.query.pages import Page, following, page_of
from domain.query.parse import Query, parse_query
from domain.query.sql import Sql, translate

__all__ = [
    "Page",
    "Query",
    "QueryError",
    "Rule",
    "Sql",
    "find_owner_column",
    "following",
    "page_of",
    "parse_query",
    "translate",
]
