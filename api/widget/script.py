"""`/widget.js`: the element for shop pages, the same for everybody."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from api.widget import SCRIPT
from api.widget.words import words

router = APIRouter(include_in_schema=False)

_SOURCE = Path(__file__).parents[1] / "static" / "widget" / "widget.js"
_WORDS = "const WORDS = {};"
# A shop's page may ask for it from anywhere, and may keep it for an hour.
_HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True)
class _Script:
    text: bytes
    zipped: bytes
    etag: str


@router.api_route(SCRIPT, methods=["GET", "HEAD"])
async def widget_script(request: Request) -> Response:
    script = _script()
    headers = _HEADERS | {"ETag": script.etag}
    if script.etag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    is_zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    headers |= {"Content-Encoding": "gzip"} if is_zipped else {}
    body = script.zipped if is_zipped else script.text
    return Response(body, headers=headers, media_type="text/javascript")


@cache
def _script() -> _Script:
    source = _SOURCE.read_text(encoding="utf-8")
    said = json.dumps(words(), ensure_ascii=False, separators=(",", ":"))
    text = source.replace(_WORDS, f"const WORDS = {said};").encode()
    return _Script(
        text, gzip.compress(text, mtime=0), f'W/"{hashlib.sha256(text).hexdigest()[:16]}"'
    )
