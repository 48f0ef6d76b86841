"""The API: its doors, its errors, and a line of log for each call."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi_offline import FastAPIOffline
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.staticfiles import StaticFiles

from api import demo_shop, health, mailbox, visits, voyado, widget
from api.body_limits import MOST_BYTES, in_words
from api.captcha import Captcha
from api.console.app import console_router, styles_and_scripts
from api.errors import install_error_handlers, unforeseen
from api.own import (
    conversions,
    demand_list,
    failed_requests,
    imports,
    inbox,
    item_policies,
    policy,
    previews,
    restocks,
    running_restocks,
    shoppers,
    timeline,
)
from api.own import purchases as token_purchases
from api.rate_limiter import limiter_of
from api.reference import (
    EVERYWHERE,
    PROBLEMS_EVERYWHERE,
    document_errors_as_they_are,
    operation_id,
    reference_page,
)
from api.security_headers import REFERENCE, REFERENCE_PARTS, SecurityHeaders
from api.services import Services
from api.shop_origins import allow_shop_origins
from api.shopper import PREFIX as SHOPPER
from api.shopper import confirmation, own_requests
from api.shopper.pages import STATIC
from api.storefront import StorefrontLimits
from api.voyado import (
    contacts,
    product_feeds,
    purchases,
    restock_log,
    stock_levels,
    subscriptions,
)
from api.widget import form as widget_form
from api.widget import script as widget_script
from api.widget.pages import styles
from api.wix import notifications, query
from api.wix import settings as wix_settings

log = logging.getLogger("restock.api")

_REQUESTS = "/v1/back-in-stock-notification-requests"
_WIX = "/back-in-stock-service"
_TAGS = [
    {"name": "Requests", "description": "Shoppers ask to be told; items are reported back."},
    {"name": "Settings", "description": "For which apps requests are collected."},
    {"name": "Voyado: subscriptions", "description": "Contacts ask to be told."},
    {"name": "Voyado: stock levels", "description": "The inventory says what there is."},
    {"name": "Voyado: contacts", "description": "Who the shoppers are, and what they bought."},
    {"name": "Voyado: product feeds", "description": "Names, prices, and what turns in stock."},
    {"name": "Voyado: integration log", "description": "What was announced, and to how many."},
    {"name": "Restock", "description": "Policies, dry runs, timelines, the inbox."},
    {"name": "Health", "description": "For load balancers and operators."},
]


def create_app(services: Services) -> FastAPI:
    """The ASGI application, over parts that are already open.

    Raises `ValueError` where a setting needs another, or a package that is missing.
    """
    # FastAPI's own pages load their scripts from elsewhere.
    app = FastAPIOffline(
        docs_url=None,
        redoc_url=None,
        static_url=REFERENCE_PARTS,
        lifespan=_closing,
        title="Restock",
        version="1",
        summary="A self-hosted back-in-stock engine that speaks Wix's API and Voyado's.",
        openapi_tags=_TAGS,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    app.state.services = services
    app.state.storefront_limits = StorefrontLimits(services.settings)
    app.state.captcha = Captcha(services.settings)
    app.state.sign_in_failures = limiter_of(services.settings)
    app.state.test_mails = limiter_of(services.settings)
    app.state.messages_written = limiter_of(services.settings)
    wix = _wix_router()
    app.include_router(wix, prefix=_WIX)
    # Clients that are given another base address leave the service's prefix out.
    app.include_router(wix, include_in_schema=False)
    app.include_router(_voyado_router())
    app.include_router(_own_router())
    app.include_router(health.router)
    app.include_router(mailbox.router)
    app.include_router(visits.router)
    app.include_router(demo_shop.router)
    app.include_router(widget_script.router)
    app.include_router(widget_form.router)
    app.mount(f"{widget.PREFIX}/static", styles)
    app.mount("/console/static", styles_and_scripts)
    app.include_router(console_router())
    app.mount(f"{SHOPPER}/static", StaticFiles(directory=STATIC))
    app.include_router(confirmation.router)
    app.include_router(own_requests.router)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MOST_BYTES)
    # Around the limit, whose refusals are logged and worded like any other reply.
    app.middleware("http")(_logged)
    install_error_handlers(app)
    document_errors_as_they_are(app)
    # Outside of what answers errors, so that these have the headers too.
    allow_shop_origins(app, services.settings.shop_origins)
    _serve_reference(app, services.settings.public_url.startswith("https:"))
    return app


@asynccontextmanager
async def _closing(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.storefront_limits.close()
    await app.state.captcha.close()
    await app.state.sign_in_failures.close()
    await app.state.test_mails.close()
    await app.state.messages_written.close()


def _serve_reference(app: FastAPI, https: bool) -> None:
    page = reference_page(app, REFERENCE_PARTS)
    app.add_middleware(SecurityHeaders, reference_page=page, https=https)

    @app.get(REFERENCE, include_in_schema=False)
    async def reference() -> HTMLResponse:
        return HTMLResponse(page)


def _wix_router() -> APIRouter:
    router = APIRouter(responses=EVERYWHERE)
    # Before the paths that end in an id, which would swallow these.
    router.include_router(wix_settings.router, prefix=_REQUESTS)
    router.include_router(query.router, prefix=_REQUESTS)
    router.include_router(notifications.router, prefix=_REQUESTS)
    router.include_router(timeline.router, prefix=_REQUESTS)
    return router


def _voyado_router() -> APIRouter:
    router = APIRouter(prefix=voyado.PREFIX, responses=PROBLEMS_EVERYWHERE)
    router.include_router(subscriptions.router)
    router.include_router(stock_levels.router)
    router.include_router(contacts.router)
    router.include_router(purchases.router)
    router.include_router(restock_log.router)
    router.include_router(product_feeds.router)
    return router


def _own_router() -> APIRouter:
    router = APIRouter(prefix="/v1", responses=EVERYWHERE)
    router.include_router(policy.router)
    router.include_router(item_policies.router)
    router.include_router(restocks.router)
    router.include_router(running_restocks.router)
    router.include_router(previews.router)
    router.include_router(demand_list.router)
    router.include_router(inbox.router)
    router.include_router(failed_requests.router)
    router.include_router(imports.router)
    router.include_router(shoppers.router)
    router.include_router(token_purchases.router)
    router.include_router(conversions.router)
    return router


async def _logged(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    started, request_id = time.perf_counter(), str(uuid4())
    try:
        response = in_words(request, await call_next(request))
    except Exception:
        log.exception("unforeseen", extra={"request_id": request_id})
        response = unforeseen(request)
    response.headers["X-Wix-Request-Id"] = request_id
    route = request.scope.get("route")
    log.info(
        "request",
        extra={
            "method": request.method,
            # The template, not the path: a path may hold an address.
            "route": getattr(route, "path", "none"),
            "status": response.status_code,
            "milliseconds": round((time.perf_counter() - started) * 1000, 1),
            "request_id": request_id,
        },
    )
    return response
