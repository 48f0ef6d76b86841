"""What the templates of a shopper's mail may say."""

from collections.abc import Mapping
from typing import Any

from domain.catalog import Item
from domain.images import shown_image, shown_url
from mails.formats import price
from mails.links import item_link
from store.records import MailContent

LEADS_NOWHERE = "https://shop.example.com/my/requests"
"""In place of a shopper's own link, where a mail is looked at and goes to no shopper."""


def mail_values(
    item: Item,
    mailing: MailContent,
    parameters: Mapping[str, str],
    locale: str | None = None,
    own_requests: str = LEADS_NOWHERE,
    campaign: str = "",
) -> dict[str, Any]:
    """The values of a mail: `item`, `site`, `request`, `shopper`, the parameters of the report.

    `item.price` is written as `locale` writes it; `item.amount` and `item.currency` are as they
    were given. `request.date` is a datetime. A parameter named with dots reaches into the rest:
    `item.price` replaces the item's price. `item.url` and `item.image.url` are http(s) addresses
    or empty, whoever gave them; the link says by which mail the shopper came, and to the shop's
    statistics what `campaign` says. `shopper.url` is `own_requests`, whatever a parameter says.
    """
    values: dict[str, Any] = {
        "item": {
            "name": item.name,
            "price": price(item.price, item.currency, locale),
            "amount": item.price,
            "currency": item.currency,
            "image": {"url": item.image_url},
            "url": item.url or mailing.item_url or "",
        },
        "site": {"name": mailing.site_name},
        "request": {"date": mailing.created_date},
    }
    for name, value in parameters.items():
        _put(values, name.split("."), value)
    _put(values, ["shopper", "url"], own_requests)
    _drop_what_is_no_address(values["item"])
    _mark_link(values["item"], mailing.token, campaign)
    return values


def _put(values: dict[str, Any], path: list[str], value: str) -> None:
    *parts, last = path
    place = values
    for part in parts:
        inner = place.get(part)
        place[part] = place = inner if isinstance(inner, dict) else {}
    place[last] = value


def _mark_link(item: Any, token: str, campaign: str) -> None:
    if isinstance(item, dict):
        item["url"] = item_link(item["url"], token, campaign)


def _drop_what_is_no_address(item: Any) -> None:
    """Escaping does not help against a link to `javascript:`."""
    image = item.get("image") if isinstance(item, dict) else None
    for holder, shown in ((item, shown_url), (image, shown_image)):
        if isinstance(holder, dict):
            url = holder.get("url")
            holder["url"] = shown(url) if isinstance(url, str) else ""
