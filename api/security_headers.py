"""The headers that tell browsers what a reply may do, on every reply."""

import base64
import hashlib
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_CONSOLE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https: data:; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
CONSOLE_WITH_MAIL = _CONSOLE.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""The policy of a page that shows a mail, whose styles are written into it."""


REFERENCE = "/docs"
REFERENCE_PARTS = "/docs/parts"
_REFERENCE = (REFERENCE, "/openapi.json")
_CONSOLE_PATH = "/console"
# What shoppers see: forms and no scripts, and the demo's shop with the element in it.
_SHOPPERS = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'"
_SHOPPERS_PATHS = ("/widget/", "/my/")
_DEMO_PATH = "/demo/"
_DEMO = f"{_SHOPPERS}; script-src 'self'; connect-src 'self'"
# Without it a browser does not say that a form comes from a page of Restock's own.
_FORMS = {"Referrer-Policy": "same-origin"}
_LASTING = "/console/static/"
_YEAR_SECONDS = 365 * 24 * 60 * 60
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class SecurityHeaders:
    """Middleware that adds them; `https`: the API is reached by https alone."""

    def __init__(self, app: ASGIApp, reference_page: str, https: bool) -> None:
        self._app = app
        self._always = _ALWAYS | (
            {"Strict-Transport-Security": f"max-age={_YEAR_SECONDS}"} if https else {}
        )
        self._reference = _policy_of_reference(reference_page)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers(scope["path"]).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _headers(self, path: str) -> dict[str, str]:
        if path.startswith(_REFERENCE):
            return self._always | {"Content-Security-Policy": self._reference}
        # All else needs a key, or is of this moment; but for what a version is asked for with.
        caching = "public, max-age=31536000" if path.startswith(_LASTING) else "no-store"
        headers = {"Content-Security-Policy": _policy(path), "Cache-Control": caching}
        has_forms = path.startswith((_CONSOLE_PATH, "/widget/", _DEMO_PATH))
        return self._always | headers | (_FORMS if has_forms else {})


def _policy(path: str) -> str:
    if path.startswith(_CONSOLE_PATH):
        return _CONSOLE
    for places, allowed in ((_SHOPPERS_PATHS, _SHOPPERS), (_DEMO_PATH, _DEMO)):
        if path.startswith(places):
            return f"{allowed}; base-uri 'none'; frame-ancestors 'none'"
    # Caught mails are shown, never run.
    return CONSOLE_WITH_MAIL if path.startswith("/mailbox") else _NOTHING


def _policy_of_reference(page: str) -> str:
    """Runs the script of the page itself and nothing else that is written into it."""
    scripts = " ".join(f"'sha256-{_sha256(each)}'" for each in _INLINE_SCRIPT.findall(page))
    return (
        f"{_NOTHING}; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'"
    )


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
