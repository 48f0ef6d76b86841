"""Whatever names, addresses, prices and parameters say, a mail keeps its headers and its HTML."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import quote
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html
from shop import Shop
from shoppers import address, part
from smtp_sink import SmtpSink

import mails
from activities.mail import written
from domain.addresses import sender
from domain.catalog import Item
from domain.contracts import NoticeKind
from mails.built_in import built_in
from mails.letters import OwnMail, Templates
from mails.values import LEADS_NOWHERE, mail_values
from store.records import MailContent

KIND = "back_in_stock"
LOCALES = sorted(folder.name for folder in Path(mails.__file__).parent.glob(f"templates/{KIND}/*/"))
HEADERS = ["mime-version", "from", "to", "subject", "date", "message-id", "auto-submitted"]
HEADERS += ["list-unsubscribe", "list-unsubscribe-post", "content-type"]
EVIL = [
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    "</title></head><body onload=alert(1)>",
    "<!-- ",
    "]]>",
    "{{ item }}{% raw %}",
    "&lt;b&gt;",
    "</p></div></body></html>",
    "\r\nBcc: victim@example.com\r\n\r\nbody",
    "javascript:alert(1)",
    'https://x.test/"onerror="alert(1)',
]
# As Postgres holds them: neither NUL nor lone surrogates.
texts = st.sampled_from(EVIL) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40
)
urls = texts | texts.map("https://shop.test/{}".format)


def content(**changes: Any) -> MailContent:
    known = {
        "item": Item(),
        "product": None,
        "locale": None,
        "item_url": None,
        "site_name": "Orchid House",
        "created_date": datetime(2026, 3, 29, tzinfo=UTC),
    }
    return MailContent(**known | changes)


def structure(page: str) -> list[Any]:
    """Elements and their attributes' names in order, without what is said in them."""
    return [
        (element.tag, sorted(element.attrib), element.getparent() is not None)
        for element in html.document_fromstring(page).iter()
    ]


def links(page: str) -> Iterator[str]:
    for element in html.document_fromstring(page).iter():
        yield from (element.attrib[name] for name in ("href", "src") if name in element.attrib)


@cache
def templates() -> Templates:
    return Templates()


@cache
def owners(locale: str) -> OwnMail:
    """The same mail as its owner would have it, who has not changed anything yet."""
    return templates().own(locale, built_in(templates(), KIND, locale))


@cache
def harmless(locale: str, with_url: bool, with_image: bool) -> list[Any]:
    url = "https://shop.test/a" if with_url else ""
    image = "https://shop.test/b" if with_image else ""
    item = Item(name="a", price="1", url=url, image_url=image)
    values = mail_values(item, content(), {}, locale)
    return structure(templates().render(KIND, values, locale).html)


@settings(max_examples=60)
@given(locale=st.sampled_from(["en", *LOCALES]), name=texts, price=texts, site=texts, url=urls,
       image=urls, parameters=st.dictionaries(st.sampled_from(
           ["item.name", "item.url", "item.image.url", "item.price", "site.name", "other"]),
           urls, max_size=3))  # fmt: skip
def test_no_value_breaks_out_of_a_shoppers_mail(
    locale: str, name: str, price: str, site: str, url: str, image: str, parameters: dict[str, str]
) -> None:
    item = Item(name=name, price=price, url=url, image_url=image)
    values = mail_values(item, content(site_name=site, item_url=url), parameters, locale)
    with_url, with_image = bool(values["item"]["url"]), bool(values["item"]["image"]["url"])
    for letter in (
        templates().render(KIND, values, locale),
        templates().render_own(owners(locale), values, locale),
    ):
        found = list(links(letter.html))
        assert all(urlsplit(link).scheme.lower() in ("http", "https") for link in found)
        assert len(found) == with_url + with_image + 1
        assert structure(letter.html) == harmless(locale, with_url, with_image)


def notice(text: str) -> dict[str, Any]:
    numbers = dict.fromkeys(
        ("reached", "told", "failed", "still_sending", "back_to_waiting", "left_by_stop"), 1
    )
    return numbers | {
        "site": {"name": text},
        "item": {"name": text, "price": text},
        "shopper": {"email": text},
        "reply": text,
        "quantity": 1,
        "feed": {"locale": text, "trouble": text, "says": text},
        "outage": {"since": text, "until": text, "reply": text},
    }


@settings(max_examples=40)
@given(kind=st.sampled_from(list(NoticeKind)), text=texts)
def test_no_value_breaks_out_of_a_notice_to_the_owner(kind: NoticeKind, text: str) -> None:
    page = templates().render(kind, notice(text)).html
    assert structure(page) == structure(templates().render(kind, notice("a")).html)


def header_names(mail: bytes) -> list[str]:
    head = mail.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", head)
    return [line.partition(b":")[0].decode().lower() for line in re.split(rb"\r\n(?![ \t])", head)]


@settings(max_examples=100)
@given(name=texts, shop=texts, parameter=texts)
@example(name="a\r\nBcc: b@x.test", shop="a\r\nBcc: b@x.test", parameter="")
def test_no_value_makes_a_header(name: str, shop: str, parameter: str) -> None:
    values = mail_values(Item(name=name, price="1"), content(site_name=shop), {"other": parameter})
    letter = templates().render_own(owners("en"), values)
    assert letter.subject == templates().render(KIND, values).subject
    mail_from = f'"{quote(shop)}" <shop@x.test>'
    try:
        sender(mail_from)
    except ValueError:
        # So says `restock sites` too, and the settings.
        mail_from = "shop@x.test"
    envelope = written(
        letter, mail_from, "a@example.com", "<1@x.test>", unsubscribe_url=LEADS_NOWHERE
    )
    assert header_names(envelope.content) == HEADERS
    assert (envelope.sender, envelope.recipient) == ("shop@x.test", "a@example.com")


@pytest.mark.parametrize(
    "text", [each for each in EVIL if "\n" in each] + ["a\u2028b", "\0", "\x85"]
)
def test_a_sender_is_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="must be one line"):
        sender(f'"{text}" <shop@x.test>')


@pytest.mark.parametrize("text", EVIL)
async def test_a_real_mail_keeps_its_headers_and_its_html(
    shop: Shop, sink: SmtpSink, text: str
) -> None:
    await shop.store.sites.change(shop.site, name=text)
    shopper = address()
    details = {"name": text, "price": "75.00"}
    request_id = await shop.ask(shopper, item_details=details)
    parameters = {"item.url": text, "item.image.url": text, "item.price": text}
    await shop.report(details=details, extraAutomationTemplateParameters=parameters)
    await shop.until(request_id, "NOTIFICATION_SENT")
    (envelope,) = [each for each in sink.envelopes if shopper in each.rcpt_tos]
    assert header_names(envelope.content) == HEADERS
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert mail["To"] == shopper
    page = part(mail, "html")
    *shown, own_requests = links(page)
    assert urlsplit(own_requests).path.startswith("/my/")
    assert all(urlsplit(link).scheme == "https" for link in shown)
    assert structure(page) == harmless("en", *(bool(shown),) * 2)
