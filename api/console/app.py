"""All areas of the console under one roof."""

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from api.console import (
    PREFIX,
    demand,
    health,
    imports,
    inbox,
    mails,
    requests,
    restock_now,
    restocks,
    settings,
    shoppers,
    sign_in,
)
from api.console.pages import STATIC
from api.console.session import Signed, signed

# In the order in which paths are looked up.
_AREAS: tuple[APIRouter, ...] = (
    demand.router,
    restock_now.router,
    imports.router,
    *requests.routers,
    restocks.router,
    inbox.router,
    shoppers.router,
    *mails.routers,
    *settings.routers,
    health.router,
)


def console_router() -> APIRouter:
    """The console, but for its styles and scripts."""
    router = APIRouter(prefix=PREFIX, include_in_schema=False)
    router.include_router(sign_in.router)
    router.add_api_route("", home)
    for area in _AREAS:
        # Also for what forgets to ask who is there.
        router.include_router(area, dependencies=[Depends(signed)])
    return router


async def home(visitor: Signed) -> RedirectResponse:
    """What people want is what an owner looks at first."""
    return RedirectResponse(f"{PREFIX}/demand", status_code=303)


styles_and_scripts = StaticFiles(directory=STATIC)
"""Served to everybody: the page to sign in needs them, too."""
