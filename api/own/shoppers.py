"""`/v1/shoppers`: all that is known of a shopper is handed out, or erased."""

from typing import Self

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import ConfigDict, Field

from api.auth import Owner
from api.fields import Email, Model
from api.own.exporting import FILE_NAME, exported
from api.reference import refusals
from api.request_workflows import end_workflows
from api.services import Served, Services
from domain.errors import ShopperNotFoundError
from store.erasure import Erased

router = APIRouter(prefix="/shoppers", tags=["Restock"])


class ShopperBody(Model):
    """A shopper, by the address; in the body, so that no log of URLs holds it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "shopper@example.com"}]})

    email: Email


class ErasedBody(Model):
    """How much was erased; these counts are all that is left."""

    requests: int = Field(description="With their timelines, deliveries and mails.")
    open_requests: int = Field(description="How many of them waited or were being told.")
    inbox_lines: int
    consents: int
    purchases: int
    import_lines: int = Field(description="Lines of imported waiting lists.")

    @classmethod
    def of(cls, erased: Erased) -> Self:
        return cls(**erased.model_dump(exclude={"withdrawn"}), open_requests=erased.open_requests)


@router.post(
    "/export",
    summary="Export a shopper",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The contact, requests (with timeline, deliveries and the mails as they "
            "went out), inbox, messages, consents, purchases and lines of imports.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        **refusals(ShopperNotFoundError),
    },
)
async def export_shopper(body: ShopperBody, caller: Owner, services: Served) -> StreamingResponse:
    """All that is known of an address, as one JSON document."""
    return await export_file(services, caller.site, body.email)


@router.post("/erase", summary="Erase a shopper", responses=refusals(ShopperNotFoundError))
async def erase_shopper(body: ShopperBody, caller: Owner, services: Served) -> ErasedBody:
    """Delete all that is known of an address. Nobody is told of anything any more.

    Restocks keep the count of those they told. This cannot be taken back.
    """
    return ErasedBody.of(await erase(services, caller.site, body.email))


async def export_file(services: Services, site: str, email: str) -> StreamingResponse:
    """The export of a shopper, to be downloaded. Raises `ShopperNotFoundError`."""
    document = await exported(services.store, site, email)
    headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
    return StreamingResponse(document, media_type="application/json", headers=headers)


async def erase(services: Services, site: str, email: str) -> Erased:
    """Erase a shopper, and end the workflows of what was open. Raises `ShopperNotFoundError`."""
    erased = await services.store.shoppers.erase(site, email)
    await end_workflows(services, erased.withdrawn)
    return erased
