"""`/console/requests/import`: a waiting list of another system is tried, shown and taken over."""

from pathlib import PurePath
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from api.console import PREFIX
from api.console.audit import audit
from api.console.forms import Wrong, wrong_in
from api.console.pages import done, fragment, page
from api.console.session import Signed, Visitor
from api.console.settings.shop import App, apps_of
from api.own.importing import Upload, answer_import, begin_import, existing_import
from api.own.imports import LONGEST_FILE_NAME, SAMPLE, rejected_file
from api.services import Served, Services
from domain.catalog import VOYADO_APP_ID
from domain.errors import CollectionDisabledError, InvalidRequestError
from domain.imports import MOST_BYTES, Column, Columns, too_long
from domain.imports.columns import known_names
from domain.text import fitted
from store.import_records import ImportRecord
from store.imports import KEPT_FOR

router = APIRouter(prefix="/requests/import")

HERE = f"{PREFIX}/requests/import"
_REJECTED_SHOWN = 100
_ITEMS_SHOWN = 20
_EARLIER_SHOWN = 10
# What is a little too long is refused in words of its own.
_MOST_BYTES_OF_A_FORM = MOST_BYTES + 5 * 1024**2
_NO_FILE = "Choose a file."


@router.get("")
async def show_upload(request: Request, visitor: Signed, services: Served) -> HTMLResponse:
    return await _upload_page(request, visitor, services)


@router.get("/sample")
async def sample(visitor: Signed) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="waiting-list.csv"'}
    return Response(SAMPLE, media_type="text/csv", headers=headers)


@router.post("", max_body_size=_MOST_BYTES_OF_A_FORM)
async def upload(
    request: Request,
    visitor: Signed,
    services: Served,
    file: Annotated[UploadFile | None, File()] = None,
    app_id: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Try a file; where it cannot be used at all, the form says why."""
    if file is None or not file.filename:
        wrong = Wrong(file=_NO_FILE)
        return await _upload_page(request, visitor, services, app_id, wrong)
    uploaded = Upload(_shown_name(file.filename), app_id, await file.read())
    try:
        begun = await begin_import(services.store, services.engine, visitor.site, uploaded)
    except InvalidRequestError as error:
        return await _upload_page(request, visitor, services, app_id, wrong_in(error))
    except CollectionDisabledError:
        wrong = Wrong(appId="Requests are not collected for this app.")
        return await _upload_page(request, visitor, services, app_id, wrong)
    await audit(services, visitor, f"Uploaded a waiting list: {begun.file_name}.")
    return RedirectResponse(f"{HERE}/{begun.id}", status_code=303)


@router.get("/{import_id}")
async def show_import(
    request: Request, visitor: Signed, services: Served, import_id: UUID
) -> HTMLResponse:
    found = await existing_import(services.store, visitor.site, import_id)
    return page(request, visitor, "imports/import.html", **await _values(services, found))


@router.get("/{import_id}/now")
async def import_now(visitor: Signed, services: Served, import_id: UUID) -> HTMLResponse:
    """The page without its frame, for the script that brings it up to date."""
    found = await existing_import(services.store, visitor.site, import_id)
    return fragment("imports/now.html", visitor, **await _values(services, found))


@router.get("/{import_id}/rejected")
async def download_rejected(
    visitor: Signed, services: Served, import_id: UUID
) -> StreamingResponse:
    found = await existing_import(services.store, visitor.site, import_id)
    return rejected_file(services.store, found)


@router.post("/{import_id}/confirm")
async def confirm(
    request: Request, visitor: Signed, services: Served, import_id: UUID
) -> RedirectResponse:
    found = await answer_import(services.store, services.engine, visitor.site, import_id, True)
    await audit(services, visitor, f"Confirmed the import of {found.file_name}.")
    return RedirectResponse(f"{HERE}/{found.id}", status_code=303)


@router.post("/{import_id}/discard")
async def discard(
    request: Request, visitor: Signed, services: Served, import_id: UUID
) -> RedirectResponse:
    found = await answer_import(services.store, services.engine, visitor.site, import_id, False)
    await audit(services, visitor, f"Discarded the import of {found.file_name}.")
    return done(request, HERE, f"{found.file_name} is forgotten. Nothing was added.")


async def _upload_page(
    request: Request,
    visitor: Visitor,
    services: Services,
    app_id: str | None = None,
    wrong: Wrong | None = None,
) -> HTMLResponse:
    apps = await _apps(services, visitor.site)
    return page(
        request,
        visitor,
        "imports/upload.html",
        status_code=400 if wrong else 200,
        apps=apps,
        # Whoever has an app that collects has most likely lists of it.
        app_id=app_id if app_id is not None else next((app.id for app in apps), ""),
        wrong=wrong or Wrong(),
        most_bytes=MOST_BYTES,
        too_large=too_long(),
        columns=[(column.value, known_names(column)) for column in Column],
        earlier=await services.store.imports.latest(visitor.site, _EARLIER_SHOWN),
        days=KEPT_FOR.days,
    )


async def _apps(services: Services, site: str) -> list[App]:
    """Those that collect, but for the one whose items are named by their SKU."""
    apps = await apps_of(services, site)
    return [app for app in apps if app.collecting and app.id != VOYADO_APP_ID]


async def _values(services: Services, found: ImportRecord) -> dict[str, Any]:
    imports = services.store.imports
    columns = Columns.of(found.heading)
    return {
        "found": found,
        "items": found.items[:_ITEMS_SHOWN],
        "used": [columns.name(column) for column in columns.places],
        "unused": columns.unused,
        "rejected": await imports.rejected(found.site, found.id, _REJECTED_SHOWN),
        "days": KEPT_FOR.days,
        "here": f"{HERE}/{found.id}",
    }


def _shown_name(name: str) -> str:
    """What a browser calls a file, in a line."""
    return fitted(" ".join(PurePath(name).name.split()), LONGEST_FILE_NAME) or "waiting-list.csv"
