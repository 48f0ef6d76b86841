"""Translates a query into the clauses of a SELECT over `requests r`."""

from dataclasses import dataclass

from domain.query.parse import Query
from domain.query.sql_filter import filter_sql
from domain.query.sql_order import beyond_sql, order_sql
from domain.query.sql_terms import Parameters


@dataclass(frozen=True, slots=True)
class Sql:
    """Clauses of one statement. `limit` is one more than the page, to see whether more follows."""

    where: str
    order_by: str
    limit: int
    offset: int | None
    parameters: list[object]


def translate(query: Query, first_parameter: int = 2) -> Sql:
    """The clauses of a query, with placeholders from `$first_parameter` on.

    User text only ever becomes a parameter. A backward page comes in reverse order, which
    `page_of` undoes. With offset paging `where` also counts the total.
    """
    parameters = Parameters(first_parameter)
    listing, place = query.listing, query.place
    where = filter_sql(listing.filter, parameters)
    if place.values is not None:
        where = f"{where} AND {beyond_sql(listing.sort, place.values, place.backward, parameters)}"
    order_by = order_sql(listing.sort, place.backward)
    return Sql(where, order_by, query.limit + 1, query.offset, parameters.values)
