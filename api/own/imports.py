"""`/v1/imports`: waiting lists of other systems, tried and then taken over."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, StringConstraints

from api.auth import Owner
from api.body_limits import MOST_BYTES_OF_A_FEED
from api.own.import_bodies import ImportBody
from api.own.importing import Upload, answer_import, begin_import, existing_import
from api.reference import followed_by, refusals
from api.services import Served
from api.uploads import at_most
from api.wix.fields import AppId
from domain.errors import (
    BodyTooLargeError,
    CollectionDisabledError,
    ImportNotFoundError,
    ImportNotReadyError,
    UnsupportedMediaTypeError,
)
from domain.imports import MOST_BYTES, report_heading, report_row, too_long
from domain.text import one_line
from store.import_records import ImportRecord
from store.store import Store

router = APIRouter(prefix="/imports", tags=["Restock"])

LONGEST_FILE_NAME = 200
SAMPLE = "email,sku,product,locale,date\nshopper@example.com,AD_0397,Blue Orchid,sv-SE,2026-03-31\n"
"""A waiting list as it is taken."""

_REPORT_KIND = "text/csv"
_KINDS = ("text/csv", "text/tab-separated-values", "text/plain")
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file: comma-, semicolon- or tab-separated, in UTF-8, UTF-16 or "
        "Windows-1252, of at most 20 MiB and 200,000 lines. Its first line names the columns: "
        "`email` and `sku` or `product id` are needed; `variant id`, `options`, `app id`, "
        "`locale`, `external id`, `quantity`, `product`, `price`, `image`, `url` and `date` may "
        "follow, by these names or those of other systems.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}, "example": SAMPLE}
            for kind in _KINDS
        },
    }
}


ImportId = Annotated[UUID, Path(alias="importId", description="The import's id.")]
FileName = Annotated[
    str,
    StringConstraints(max_length=LONGEST_FILE_NAME),
    AfterValidator(lambda name: one_line(name, LONGEST_FILE_NAME)),
]


@router.post(
    "",
    summary="Import a waiting list",
    status_code=202,
    max_body_size=MOST_BYTES_OF_A_FEED,
    responses={
        **refusals(CollectionDisabledError, BodyTooLargeError, UnsupportedMediaTypeError),
        **followed_by(
            202, "importId", "$response.body#/id", "getImport", "confirmImport", "discardImport"
        ),
    },
    openapi_extra=_BODY,
)
async def create_import(
    caller: Owner,
    services: Served,
    request: Request,
    app_id: Annotated[
        AppId | None,
        Query(
            alias="appId",
            description="The app of lines that name none. Without it they are of items that are "
            "named by their SKU.",
        ),
    ] = None,
    file_name: Annotated[
        FileName, Query(alias="fileName", description="For the timelines of the requests.")
    ] = "waiting-list.csv",
) -> ImportBody:
    """Try a waiting list of another system: nothing is taken over before it is confirmed.

    Shoppers who wait already and lines that are repeated are left out. Those who asked keep their
    place in the queue by their date. The owner gets no notice of each request.
    """
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise UnsupportedMediaTypeError(f"Send the file as {', '.join(_KINDS)}.")
    content = b"".join([chunk async for chunk in at_most(MOST_BYTES, request, too_long())])
    upload = Upload(file_name, app_id or "", content)
    found = await begin_import(services.store, services.engine, caller.site, upload)
    return await ImportBody.of(services.store, found)


@router.get("/{importId}", summary="Get an import", responses=refusals(ImportNotFoundError))
async def get_import(import_id: ImportId, caller: Owner, services: Served) -> ImportBody:
    """How far an import is, and what is wrong with the lines that cannot be used."""
    found = await existing_import(services.store, caller.site, import_id)
    return await ImportBody.of(services.store, found)


@router.post(
    "/{importId}/confirm",
    summary="Take a waiting list over",
    status_code=202,
    responses=refusals(ImportNotFoundError, ImportNotReadyError),
)
async def confirm_import(import_id: ImportId, caller: Owner, services: Served) -> ImportBody:
    """Make the requests that the dry run found. Safe to repeat."""
    found = await answer_import(services.store, services.engine, caller.site, import_id, True)
    return await ImportBody.of(services.store, found)


@router.post(
    "/{importId}/discard",
    summary="Discard a waiting list",
    status_code=202,
    responses=refusals(ImportNotFoundError, ImportNotReadyError),
)
async def discard_import(import_id: ImportId, caller: Owner, services: Served) -> ImportBody:
    """Forget the file. Safe to repeat."""
    found = await answer_import(services.store, services.engine, caller.site, import_id, False)
    return await ImportBody.of(services.store, found)


@router.get(
    "/{importId}/rejected",
    summary="Download the lines that cannot be used",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The file.", "content": {_REPORT_KIND: {}}},
        **refusals(ImportNotFoundError),
    },
)
async def get_rejected_lines(
    import_id: ImportId, caller: Owner, services: Served
) -> StreamingResponse:
    """All of them, each with its number and what is wrong with it; kept for 30 days."""
    found = await existing_import(services.store, caller.site, import_id)
    return rejected_file(services.store, found)


def rejected_file(store: Store, found: ImportRecord) -> StreamingResponse:
    """The rejected lines of an import, for a spreadsheet."""
    headers = {"Content-Disposition": 'attachment; filename="rejected.csv"'}
    return StreamingResponse(_report(store, found), media_type=_REPORT_KIND, headers=headers)


async def _report(store: Store, found: ImportRecord) -> AsyncIterator[str]:
    # By the mark, spreadsheets know that it is UTF-8.
    yield f"\ufeff{report_heading(found.heading)}"
    async for line in store.imports.all_rejected(found.site, found.id):
        yield report_row(line.line, line.problems, line.cells)
