"""The JSON of listing and counting requests."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from api.fields import Model, OrAbsent
from api.wix.models import ReferenceBody, RequestBody


class QueryBody(Model):
    """A query: see the description of the query language."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "query": {
                        "filter": {"status": "RECEIVED"},
                        "sort": [{"fieldName": "createdDate", "order": "DESC"}],
                        "cursorPaging": {"limit": 50},
                    }
                }
            ]
        }
    )

    query: Any = Field(
        default=None,
        description="`filter` (100 clauses at most, 8 levels, 8,192 bytes), `sort`, and "
        "`cursorPaging` or `paging`.",
    )


class Cursors(Model):
    """Where the neighbouring pages begin; absent where there is none."""

    next: OrAbsent[str] = None
    prev: OrAbsent[str] = None


class PagingMetadata(Model):
    """`cursors` with cursor paging, `offset` and `total` with offset paging."""

    count: int
    offset: OrAbsent[int] = None
    total: OrAbsent[int] = None
    cursors: OrAbsent[Cursors] = None


class QueryReply(Model):
    """A page of requests."""

    requests: list[RequestBody]
    metadata: PagingMetadata


class CountBody(Model):
    """The items to count."""

    catalog_references: Annotated[list[ReferenceBody], Field(min_length=1, max_length=100)]


class CountsBody(Model):
    """How many wait for an item."""

    catalog_reference: ReferenceBody
    count: int


class CountReply(Model):
    """How many wait for each item, in the order asked."""

    counts_per_catalog_reference: list[CountsBody]
