"""Importing waiting lists, behind `/v1/imports`, `restock import` and the console's page."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from domain.catalog import VOYADO_APP_ID
from domain.errors import (
    CollectionDisabledError,
    EngineUnavailableError,
    FieldViolation,
    ImportNotFoundError,
    ImportNotReadyError,
    InvalidRequestError,
)
from domain.imports import Column, Columns, Table, UnusableFileError
from domain.imports.contracts import ImportState
from store.import_records import ImportRecord
from store.store import Store
from workflows.engine import Engine

_ANSWER_SECONDS = 3.0
_LOOK_AGAIN_SECONDS = 0.02


@dataclass(frozen=True)
class Upload:
    """A file to import. `app_id`: of lines that name no app; may be empty."""

    file_name: str
    app_id: str
    content: bytes


async def begin_import(store: Store, engine: Engine, site: str, upload: Upload) -> ImportRecord:
    """Keep a file and have it tried; nothing is taken over before its owner confirms that.

    Raises `InvalidRequestError` where the file cannot be read or its columns say too little,
    `CollectionDisabledError`, and `EngineUnavailableError`, after which nothing is kept.
    """
    columns = await asyncio.to_thread(_columns, upload.content)
    await _check_app(store, site, upload.app_id, columns)
    found = await store.imports.create(
        site, upload.file_name, upload.app_id, columns.names, upload.content
    )
    try:
        await engine.start_import(site, found.id)
    except EngineUnavailableError:
        await store.imports.delete(site, found.id)
        raise
    return found


async def answer_import(
    store: Store, engine: Engine, site: str, import_id: UUID, confirmed: bool
) -> ImportRecord:
    """Go on with an import whose dry run is over, or forget its file. Safe to repeat.

    Returns it once its workflow has taken the answer, or as it is when that takes long. Raises
    `ImportNotFoundError`, `ImportNotReadyError` and `EngineUnavailableError`.
    """
    found = await existing_import(store, site, import_id)
    if found.state is _AFTER[confirmed] or (confirmed and found.state is ImportState.DONE):
        return found
    if found.state is not ImportState.READY:
        raise ImportNotReadyError()
    await engine.answer_import(import_id, confirmed)
    return await _once_answered(store, found)


async def existing_import(store: Store, site: str, import_id: UUID) -> ImportRecord:
    """Raises `ImportNotFoundError`."""
    found = await store.imports.get(site, import_id)
    if found is None:
        raise ImportNotFoundError()
    return found


_AFTER = {True: ImportState.ADDING, False: ImportState.DISCARDED}


def _columns(content: bytes) -> Columns:
    try:
        return Columns.of(Table.of(content).heading)
    except UnusableFileError as error:
        raise InvalidRequestError(FieldViolation("file", str(error), "FORMAT")) from None


async def _check_app(store: Store, site: str, app_id: str, columns: Columns) -> None:
    if app_id:
        if app_id != VOYADO_APP_ID and not await store.sites.is_collecting(site, app_id):
            raise CollectionDisabledError()
    elif Column.ITEM_ID in columns.places and Column.APP_ID not in columns.places:
        needed = "say whose catalogue the item ids are of"
        raise InvalidRequestError(FieldViolation("appId", needed, "REQUIRED_FIELD"))


async def _once_answered(store: Store, found: ImportRecord) -> ImportRecord:
    until = asyncio.get_running_loop().time() + _ANSWER_SECONDS
    while asyncio.get_running_loop().time() < until:
        now = await existing_import(store, found.site, found.id)
        if now.state is not ImportState.READY:
            return now
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    return await existing_import(store, found.site, found.id)
