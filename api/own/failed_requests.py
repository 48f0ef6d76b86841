"""`/v1/requests/retry`: FAILED requests are tried again, one by one or all since a moment."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import ConfigDict, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from api.auth import Owner
from api.fields import Model
from api.own.retrying import Retry, retry
from api.services import Served
from api.voyado.fields import Moment

router = APIRouter(prefix="/requests", tags=["Restock"])

_MOST_IDS = 1000


class RetryBody(Model):
    """Which requests to try again."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"failedSince": "2026-11-20T18:00:00Z"}]}
    )

    request_ids: Annotated[list[UUID], Field(min_length=1, max_length=_MOST_IDS)] | None = Field(
        default=None, description="These, as far as they FAILED, whatever the reason."
    )
    failed_since: Moment | None = Field(default=None, description="All that FAILED since then.")
    include_unknown: StrictBool = Field(
        default=False,
        description="With `failedSince`: also those of which nobody knows whether their mail "
        "left. Their shoppers may get a second one.",
    )

    @model_validator(mode="after")
    def _has_one_of_the_two(self) -> Self:
        if (self.request_ids is None) == (self.failed_since is None):
            raise PydanticCustomError(
                "REQUIRED_ONE_OF_FIELD", "give either requestIds or failedSince"
            )
        return self

    def of_site(self, site: str) -> Retry:
        named = self.request_ids is not None
        return Retry(site, self.request_ids, self.failed_since, named or self.include_unknown)


class RetryReply(Model):
    """How many are being tried again."""

    retried: int


@router.post("/retry", summary="Try FAILED requests again")
async def retry_failed_requests(body: RetryBody, caller: Owner, services: Served) -> RetryReply:
    """Have FAILED requests told again; others are left alone. Safe to repeat."""
    count = await retry(services.store, services.engine, body.of_site(caller.site))
    return RetryReply(retried=count)
