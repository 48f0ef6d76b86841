"""Asks a CAPTCHA service whether it was a person who sent a request, where one is set."""

import logging
from typing import Annotated

import httpx
from fastapi import Depends, Header, Request
from pydantic import StringConstraints

from api import storefront
from domain.errors import CaptchaNeededError, EngineUnavailableError
from domain.settings import Settings
from domain.text import Storable
from store.records import ApiKey

log = logging.getLogger("restock.api")

LONGEST_TOKEN = 8192
_PATIENCE_SECONDS = 5.0
_AWAY = "The service that verifies captchas does not answer. Nothing was changed; try again."

_Token = Annotated[str, StringConstraints(max_length=LONGEST_TOKEN), Storable]
CaptchaToken = Annotated[
    _Token | None,
    Header(
        alias="Captcha-Token",
        description="What the captcha gave to the shopper's browser. Storefront keys need it where "
        "RESTOCK_CAPTCHA_URL is set.",
    ),
]


class Captcha:
    """Verifies tokens as Turnstile, hCaptcha and reCAPTCHA do: all answer `{"success": …}`."""

    def __init__(self, settings: Settings) -> None:
        """Raises `ValueError` where the address is set without the secret."""
        self._url = settings.captcha_url or ""
        self._secret = settings.captcha_secret.get_secret_value()
        if self._url and not self._secret:
            raise ValueError("RESTOCK_CAPTCHA_URL needs RESTOCK_CAPTCHA_SECRET.")
        self._http = httpx.AsyncClient(timeout=_PATIENCE_SECONDS) if self._url else None

    async def check(self, caller: ApiKey, token: str | None) -> None:
        """Let through an owner, and a storefront whose token the service takes.

        Raises `CaptchaNeededError`, and `EngineUnavailableError` while the service is away: who
        can make it unreachable must not get past it.
        """
        if self._http is None or caller.scope != storefront.SCOPE:
            return
        if not (token and await self._is_taken(self._http, token)):
            raise CaptchaNeededError()

    async def close(self) -> None:
        """Close the connections to the service."""
        if self._http:
            await self._http.aclose()

    async def _is_taken(self, http: httpx.AsyncClient, token: str) -> bool:
        # Without the shopper's network address: the service has seen their browser itself.
        proof = {"secret": self._secret, "response": token}
        try:
            reply = await http.post(self._url, data=proof)
            return reply.raise_for_status().json()["success"] is True
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("captcha_unavailable", extra={"reason": type(error).__name__})
            raise EngineUnavailableError(_AWAY) from None


def _captcha(http: Request) -> Captcha:
    captcha: Captcha = http.app.state.captcha
    return captcha


CaptchaChecked = Annotated[Captcha, Depends(_captcha)]
