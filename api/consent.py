"""The consent that comes with a request, as both dialects take it."""

from typing import Annotated

from fastapi import Request
from pydantic import Field, StringConstraints

from api import storefront
from api.fields import Model
from domain.consent import LONGEST_TEXT, Consent, network_of
from domain.fields import WebUrl
from domain.text import Storable
from store.records import ApiKey


class ConsentBody(Model):
    """What the shopper agreed to when asking."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT), Storable] = (
        Field(description="The words that stood beside the button.")
    )
    url: WebUrl | None = Field(
        default=None, description="The page on which they stood; http or https."
    )


def consent_of(body: ConsentBody | None, caller: ApiKey, http: Request) -> Consent | None:
    """What is kept of it; nothing where the caller said nothing of a consent."""
    if body is None:
        return None
    # Who calls with another key is a server of the shop's.
    is_shopper = caller.scope == storefront.SCOPE
    client = http.client.host if http.client and is_shopper else ""
    return Consent(
        source=f"{caller.scope} key {caller.id}",
        text=body.text,
        url=body.url,
        network=network_of(client),
    )
