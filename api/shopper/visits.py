"""Who comes by a signed link."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from api.services import Served, Services
from api.shopper.words import Words, words_for
from domain.errors import LinkInvalidError
from domain.shopper_links import InvalidLinkError, LinkPurpose, opened, site_of
from store.records import Shopper


@dataclass(frozen=True)
class Visit:
    """A shopper of a site, at a page of their own."""

    site: str
    contact_id: UUID
    shopper: Shopper

    @property
    def words(self) -> Words:
        return words_for(self.shopper.locale, self.shopper.site_locale)


async def subject_of(services: Services, token: str, purpose: LinkPurpose) -> tuple[str, UUID]:
    """The site and the id that a link names. Raises `InvalidLinkError`."""
    site = site_of(token)
    key = await services.store.sites.link_key(site)
    if key is None:
        raise InvalidLinkError("no such site")
    return site, opened(token, key, purpose, datetime.now(UTC))


async def _visit(token: str, services: Served) -> Visit:
    try:
        site, contact_id = await subject_of(services, token, LinkPurpose.OWN_REQUESTS)
    except InvalidLinkError:
        raise LinkInvalidError() from None
    shopper = await services.store.own_requests.shopper(site, contact_id)
    if shopper is None:
        raise LinkInvalidError()
    return Visit(site, contact_id, shopper)


Visiting = Annotated[Visit, Depends(_visit)]
