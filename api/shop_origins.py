"""Which pages' scripts may call the API from a browser."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

# What a storefront key may do, and with what.
_METHODS = ("POST", "PUT")
_HEADERS = ("Authorization", "apikey", "Content-Type", "Idempotency-Key", "Captcha-Token")
_SHOWN = ("Retry-After", "X-Wix-Request-Id")
_AN_HOUR = 60 * 60


def allow_shop_origins(app: FastAPI, origins: Sequence[str]) -> None:
    """Let scripts of these origins make requests, and read the answers."""
    if not origins:
        return
    app.add_middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=_METHODS,
        allow_headers=_HEADERS,
        expose_headers=_SHOWN,
        max_age=_AN_HOUR,
    )
