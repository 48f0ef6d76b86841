"""`backInStockSettings`: for which apps requests are collected."""

from fastapi import APIRouter

from api.auth import AnyCaller, Owner
from api.fields import Model
from api.reference import refusals
from api.services import Served, Services
from api.wix.fields import AppId
from domain.catalog import WIX_STORES_APP_IDS
from domain.errors import AppNotSupportedError


class AppBody(Model):
    """Names an app."""

    app_id: AppId


class CollectionState(Model):
    """Whether requests are collected for an app."""

    app_id: str
    collecting_requests: bool


class SettingsBody(Model):
    """The settings of a site."""

    collection_states: list[CollectionState]


class SettingsReply(Model):
    """The settings of a site."""

    settings: SettingsBody


router = APIRouter(prefix="/settings", tags=["Settings"])


@router.post(
    "/start-collecting",
    summary="Start collecting requests",
    responses=refusals(AppNotSupportedError),
)
async def start_collecting_requests(
    body: AppBody, caller: Owner, services: Served
) -> SettingsReply:
    """Requests for this app's items are taken from now on."""
    await collect(services, caller.site, body.app_id, True)
    return await _settings(services, caller.site)


@router.post("/stop-collecting", summary="Stop collecting requests")
async def stop_collecting_requests(body: AppBody, caller: Owner, services: Served) -> SettingsReply:
    """No new requests for this app's items are taken; those that wait are still told."""
    await collect(services, caller.site, body.app_id, False)
    return await _settings(services, caller.site)


@router.put("", summary="Get the settings")
async def get_settings(caller: AnyCaller, services: Served) -> SettingsReply:
    """Whether requests are collected, for every app that was ever switched."""
    return await _settings(services, caller.site)


async def collect(services: Services, site: str, app_id: str, collecting: bool) -> None:
    """Collect requests for an app's items from now on, or not.

    Raises `AppNotSupportedError` where they are to be collected of an app that is no catalogue.
    """
    if collecting and app_id not in catalogs(services):
        raise AppNotSupportedError()
    await services.store.sites.set_collecting(site, app_id, collecting)


def catalogs(services: Services) -> tuple[str, ...]:
    """The ids of the apps that have items."""
    return (*WIX_STORES_APP_IDS, *services.settings.catalog_app_ids)


async def _settings(services: Services, site: str) -> SettingsReply:
    states = await services.store.sites.collection_states(site)
    listed = [
        CollectionState(app_id=app_id, collecting_requests=collecting)
        for app_id, collecting in states.items()
    ]
    return SettingsReply(settings=SettingsBody(collection_states=listed))
