"""What the template of a mail may say, and data that is made up to show it with."""

from dataclasses import dataclass
from datetime import UTC, datetime

from domain.catalog import Item
from domain.mail_templates import MailKind
from store.records import MailContent


@dataclass(frozen=True)
class Variable:
    """A value, what it is, and how a template writes it."""

    name: str
    meaning: str
    written: str = ""

    @property
    def snippet(self) -> str:
        return f"{{{{ {self.written or self.name} }}}}"


VARIABLES = {
    MailKind.BACK_IN_STOCK: (
        Variable("item.name", "What the item is called."),
        Variable("item.price", "Its price, as the shopper's language writes it."),
        Variable("item.amount", "The price as a plain number."),
        Variable("item.currency", "The currency's code; may be empty."),
        Variable("item.url", "The item's page in the shop; may be empty."),
        Variable("item.image.url", "A picture of the item; may be empty."),
        Variable("site.name", "What your shop is called."),
        Variable("request.date", "The day on which the shopper asked.", "request.date | date"),
        Variable(
            "shopper.url", "Where the shopper sees and ends all own requests, without log-in."
        ),
        Variable("locale", "The language of the mail, as its code."),
    ),
}
"""All that a template of each kind may say, and that is there for every shopper."""


def made_up(
    site_name: str, locale: str | None = None, public_url: str = "https://shop.example.com"
) -> MailContent:
    """What a mail could be about, where nobody waits for anything.

    `public_url`: where Restock is reached, which has a picture for it.
    """
    item = Item(
        name="Blue Orchid",
        price="75.00",
        currency="EUR",
        image_url=f"{public_url}/console/static/orchid.svg",
        url="https://shop.example.com/blue-orchid",
    )
    return MailContent(
        item=item,
        product=None,
        item_url=None,
        locale=locale,
        created_date=datetime(2026, 11, 21, 12, tzinfo=UTC),
        site_name=site_name,
    )


def bare(content: MailContent) -> MailContent:
    """The same without all that may be missing."""
    known = content.known_item
    item = Item(name=known.name, price=known.price)
    return content.model_copy(update={"item": item, "product": None, "item_url": None})
