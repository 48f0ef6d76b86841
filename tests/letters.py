"""Letters to shoppers, as the templates write them, and the values they are written from."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.catalog import Item
from domain.policy import Policy
from mails.letters import Letter, Templates
from mails.values import mail_values
from store.records import Mailing

KIND = "back_in_stock"
SHIPPED = Path(__file__).parents[1] / "mails" / "templates" / KIND
LANGUAGES = sorted(folder.name for folder in SHIPPED.glob("*/"))
ASKED = datetime(2026, 11, 21, 12, tzinfo=UTC)
# How CLDR keeps a price on one line.
NBSP = "\N{NO-BREAK SPACE}"
ORCHID = Item(
    name="Blue Orchid", price="1299.00", currency="SEK", url="https://shop.test/blue?a=1&b=2"
)


def mailing(**known: Any) -> Mailing:
    usual = {
        "email": "a@example.com",
        "contact_id": UUID(int=7),
        "link_key": b"a key for tests",
        "item": Item(),
        "product": None,
        "item_url": None,
        "locale": None,
        "created_date": ASKED,
        "site_name": "Orchid House",
        "mail_from": None,
        "policy": Policy(),
        "ours": True,
        "outcome_unknown": False,
        "unknown_attempts": 0,
        "tried_for": timedelta(0),
        "stock": None,
    }
    return Mailing.model_validate(usual | known)


def values(
    locale: str | None = None, item: Item = ORCHID, parameters: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return mail_values(item, mailing(), parameters or {}, locale)


def rendered(locale: str | None, folder: Path | None = None, /, **parameters: str) -> Letter:
    return Templates(folder).render(KIND, values(locale, parameters=parameters), locale)


def said(letter: Letter) -> list[str]:
    return [letter.subject, letter.text, letter.html]
