"""Which waiting requests a stock level concerns. The rule is Voyado's, with its three cases.

| the level carries | it reaches |
| --- | --- |
| sku and locale | every request for that sku and locale, whatever its external id |
| sku and external id | those with that external id |
| sku | all of that sku |

With both a locale and an external id, both must match. The case of a locale's letters does not
matter. A request that names no locale (Wix's dialect has none) is of every locale.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from domain.locales import LONGEST_LOCALE, locale_key
from domain.text import cut_to

LONGEST_SKU = 100
LONGEST_EXTERNAL_ID = 100
LARGEST_QUANTITY = 2_147_483_647
"""What Postgres keeps as an integer."""

_LocaleKey = Annotated[str, cut_to(LONGEST_LOCALE)]


class Audience(BaseModel):
    """Whom of an item's waiting requests a restock is for; all of them where it is empty.

    `locale` is a locale's key, `external_id` an id of another system. `feed` is the key of the
    locale of a product feed: the requests whose product data comes from it.
    """

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    locale: _LocaleKey = ""
    external_id: Annotated[str, cut_to(LONGEST_EXTERNAL_ID)] = ""
    feed: _LocaleKey = ""

    def includes(self, waiting: "Waiting") -> bool:
        """Whether a waiting request is meant; of `feed`, only Postgres knows."""
        of_locale = not (self.locale and waiting.locale) or self.locale == waiting.locale
        return of_locale and self.external_id in ("", waiting.external_id)


class Waiting(BaseModel):
    """What requests that wait have in common: an item, a sku it goes by, where it is for."""

    model_config = ConfigDict(frozen=True)

    item_key: str
    sku: str
    locale: str = ""
    external_id: str = ""


class StockLevel(BaseModel):
    """How many of a sku there are, perhaps only for one locale or one external id.

    `updated_on`: since when; without it, since now.
    """

    model_config = ConfigDict(frozen=True)

    sku: str
    quantity: int
    locale: str = ""
    external_id: str = ""
    updated_on: datetime | None = None

    @property
    def audience(self) -> Audience:
        return Audience(locale=locale_key(self.locale), external_id=self.external_id)


def items_concerned(level: StockLevel, waiting: Iterable[Waiting]) -> frozenset[str]:
    """The keys of the items whose waiting requests a stock level reaches."""
    audience = level.audience
    return frozenset(
        each.item_key for each in waiting if each.sku == level.sku and audience.includes(each)
    )
