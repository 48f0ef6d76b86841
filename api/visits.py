"""`/visit.js` and `/widget/visit`: the shop's page says that a shopper came by a mail's link.

The page says so and not a redirect on the way to it: scanners of mail follow links, but seldom run
scripts. It needs no key: the token in the link is proof enough, and nothing is answered.
"""

from pathlib import Path

from fastapi import APIRouter, Request, Response

from api.services import Served
from api.storefront import StorefrontLimited
from domain.visits import TOKEN_LENGTH

router = APIRouter(include_in_schema=False)

_SCRIPT = (Path(__file__).parent / "static" / "visit.js").read_text(encoding="utf-8")
_AN_HOUR = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}


@router.get("/visit.js")
async def script() -> Response:
    """An ES module for the shop's pages, which holds nothing of any shop."""
    return Response(_SCRIPT, media_type="text/javascript", headers=_AN_HOUR)


@router.post("/widget/visit", status_code=204, max_body_size=1024)
async def visit(http: Request, services: Served, limits: StorefrontLimited) -> None:
    """Note a visit; the body is the token. Safe to repeat, and answered the same whatever it is."""
    token = (await http.body()).decode(errors="replace").strip()
    if len(token) == TOKEN_LENGTH and await limits.admits_visit(http):
        await services.store.conversions.visit(token)
