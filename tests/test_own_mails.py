"""Mails as their owner wrote them: which one a shopper gets, its versions, and what goes wrong."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from histories import history_json, texts
from letters import KIND, mailing, values
from shop import Shop
from shoppers import address, part, wanted
from smtp_sink import SmtpSink
from temporalio.client import Client
from test_mail_trouble import inbox

from activities.shopper_letters import ShopperLetters
from domain.catalog import Item
from domain.mail_templates import MailKind, MailParts
from mails.letters import Templates
from store.records import SavedMail
from workflows.engine import Engine

BACK = MailKind.BACK_IN_STOCK


def parts(says: str, html: str | None = None) -> MailParts:
    return MailParts(
        subject=f"{says}: {{{{ item.name }}}}", text=says, html=html or f"<b>{says}</b>"
    )


async def save(
    shop: Shop, locale: str, mail: MailParts | None, based_on: int = 0, **more: Any
) -> SavedMail:
    save = shop.store.mail_templates.save
    saved = await save(
        shop.site, BACK, locale, mail, based_on, more.pop("saved_by", "Anna"), **more
    )
    assert saved
    return saved


# Which one


@pytest.mark.parametrize(
    ("locale", "written", "chosen"),
    [
        ("sv-SE", {"sv", ""}, "sv"),
        ("sv-SE", {"sv-se", "sv", ""}, "sv-se"),
        ("sv_FI", {"sv-se", "sv"}, "sv"),
        # Restock's Swedish is closer to a Swede than the owner's English.
        ("sv-SE", {""}, None),
        ("sv", {"de"}, None),
        # There is no Czech of Restock's.
        ("cs-CZ", {""}, ""),
        ("en-GB", {""}, ""),
        ("en-GB", {"en", ""}, "en"),
        ("no-NO", {"nb"}, "nb"),
        (None, {""}, ""),
        (None, {"sv"}, None),
        ("sv", set(), None),
    ],
)
def test_the_closest_mail_is_sent_and_of_two_the_owners(
    locale: str | None, written: set[str], chosen: str | None
) -> None:
    assert Templates().own_locale(KIND, locale, written) == chosen


# Versions


async def test_every_version_is_kept_and_the_last_one_holds(shop: Shop) -> None:
    mails = shop.store.mail_templates
    assert await mails.last(shop.site, BACK, "sv") is None
    first = await save(shop, "sv", parts("one"))
    second = await save(shop, "sv", parts("two"), 1, saved_by="Bo")
    third = await save(shop, "sv", None, 2, note="Back to Restock's own")
    fourth = await save(shop, "sv", first.parts, 3, note="Restored version 1")
    listed = await mails.versions(shop.site, BACK, "sv")
    assert [each.id for each in listed] == [fourth.id, third.id, second.id, first.id]
    assert [each.is_current for each in listed] == [True, False, False, False]
    assert [each.saved_by for each in listed] == ["Anna", "Anna", "Bo", "Anna"]
    assert [each.note for each in listed][:2] == ["Restored version 1", "Back to Restock's own"]
    found = await mails.get(shop.site, BACK, "sv", 2)
    assert found
    assert found.parts == parts("two")
    assert (await mails.last_of_all(shop.site, BACK)).keys() == {"sv"}


async def test_of_two_who_save_at_once_one_is_told_that_there_is_a_newer_one(shop: Shop) -> None:
    await save(shop, "sv", parts("one"))
    save_it = shop.store.mail_templates.save
    outcomes = await asyncio.gather(
        *(save_it(shop.site, BACK, "sv", parts(who), 1, who) for who in ("Anna", "Bo", "Cy"))
    )
    saved = [each for each in outcomes if each]
    assert len(saved) == 1
    versions = await shop.store.mail_templates.versions(shop.site, BACK, "sv")
    assert [(each.version, each.is_current) for each in versions] == [(2, True), (1, False)]


async def test_old_versions_are_forgotten_after_two_hundred(shop: Shop) -> None:
    for number in range(203):
        await save(shop, "", parts(str(number)), number)
    versions = await shop.store.mail_templates.versions(shop.site, BACK, "")
    assert [each.version for each in versions] == list(range(203, 3, -1))


async def test_a_draft_is_its_authors_and_becomes_what_they_save(shop: Shop) -> None:
    mails, request_id = shop.store.mail_templates, UUID(await shop.ask(address()))
    keep = (shop.site, BACK, "sv")
    first = await mails.keep_draft(*keep, "Anna", parts("one"), 0, request_id)
    assert await mails.keep_draft(*keep, "Anna", parts("two"), 0, request_id) == first
    assert await mails.keep_draft(*keep, "Bo", parts("three"), 0, None) != first
    draft = await mails.draft(shop.site, first)
    assert draft
    assert (draft.parts, draft.request_id) == (parts("two"), request_id)
    assert await mails.drafted(shop.site, BACK, "Anna") == {"sv"}
    await save(shop, "sv", parts("two"))
    assert await mails.draft_of(*keep, "Anna") is None
    assert await mails.draft_of(*keep, "Bo")
    await mails.drop_draft(*keep, "Bo")
    assert await mails.drafted(shop.site, BACK, "Bo") == set()


async def test_a_site_sees_its_own_mails_alone(shop: Shop, other_shop: Shop) -> None:
    saved = await save(shop, "sv", parts("one"))
    request_id = UUID(await shop.ask(address()))
    mails, site = shop.store.mail_templates, other_shop.site
    drafted = await mails.keep_draft(shop.site, BACK, "sv", "Anna", parts("x"), 1, request_id)
    assert await mails.by_id(site, saved.id) is None
    assert await mails.get(site, BACK, "sv", 1) is None
    assert await mails.versions(site, BACK, "sv") == []
    assert await mails.draft(site, drafted) is None
    assert await mails.examples(site, 10) == []
    theirs = await mails.keep_draft(site, BACK, "sv", "Anna", parts("y"), 0, request_id)
    draft = await mails.draft(site, theirs)
    assert draft
    assert draft.request_id is None


async def test_the_examples_are_the_newest_who_wait_one_for_each_item(shop: Shop) -> None:
    first = await shop.ask(address())
    newest = await shop.ask(address())
    fern = await shop.ask(address(), "fern", item_details={"name": "Fern", "price": "5"})
    found = await shop.store.mail_templates.examples(shop.site, 10)
    assert [(str(each.id), each.title) for each in found] == [
        (fern, "Fern"),
        (newest, "Blue Orchid"),
    ]
    assert first not in [str(each.id) for each in found]


# Sending


async def told(shop: Shop, sink: SmtpSink, locale: str | None = None, **more: Any) -> Any:
    """A shopper of a locale is told; the request's id and the mail."""
    asked = wanted(address(), Item(name="Blue Orchid", price="75.00"))
    request = await shop.store.requests.create(
        shop.site, asked.model_copy(update={"locale": locale})
    )
    await shop.report(**more)
    await shop.until(str(request.id), "NOTIFICATION_SENT")
    (mail,) = sink.to(request.email)
    return str(request.id), mail


async def test_a_shopper_gets_the_mail_as_its_owner_wrote_it(shop: Shop, sink: SmtpSink) -> None:
    await save(shop, "sv", parts("Tillbaka", "<p>{{ item.name }} & {{ item.price }}</p>"))
    _, mail = await told(shop, sink, "sv-SE")
    assert mail["Subject"] == "Tillbaka: Blue Orchid"
    assert part(mail, "plain").strip() == "Tillbaka"
    assert part(mail, "html").strip() == "<p>Blue Orchid & 75.00</p>"
    _, in_german = await told(shop, sink, "de-DE")
    assert "Tillbaka" not in in_german["Subject"]
    await save(shop, "sv", None, 1)
    _, built_in = await told(shop, sink, "sv-SE")
    assert built_in["Subject"] == "I lager igen: Blue Orchid"


async def test_a_mail_may_be_of_text_alone(shop: Shop, sink: SmtpSink) -> None:
    await save(shop, "", MailParts(subject="Back", text="{{ item.name }}", html=""))
    _, mail = await told(shop, sink)
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == "Blue Orchid"


async def test_data_that_break_the_owners_mail_do_not_lose_it(shop: Shop, sink: SmtpSink) -> None:
    html = "<p>\n{{ 10 / (item.name | length - 11) }}</p>"
    await save(shop, "", parts("Hurra", html))
    request_id, mail = await told(shop, sink)
    assert mail["Subject"] == "Blue Orchid is back in stock"
    reason = "HTML, line 2: Division by zero"
    assert await shop.steps(request_id) == [
        "requested",
        "claimed",
        "own_mail_failed",
        "mail_accepted",
    ]
    step = await shop.until_step(request_id, "own_mail_failed")
    assert step["detail"] == (
        f"your own mail (the default, version 1) could not be written: {reason}"
    )
    await told(shop, sink)
    lines = [line for line in await inbox(shop) if "own mail" in line]
    assert lines == [
        "Your own mail (the default, version 1) could not be written for a shopper, who is sent "
        f"Restock's instead. {reason}"
    ]
    # The next version is another matter.
    await save(shop, "", parts("Hurra", html), 1)
    await told(shop, sink)
    assert len([line for line in await inbox(shop) if "own mail" in line]) == 2
    await save(shop, "", parts("Hurra"), 2)
    _, mended = await told(shop, sink)
    assert mended["Subject"] == "Hurra: Blue Orchid"


async def test_a_mail_that_says_nothing_for_a_shopper_is_restocks(
    shop: Shop, sink: SmtpSink
) -> None:
    empty = MailParts(subject="{% if locale == 'cs' %}x{% endif %}", text="x", html="")
    await save(shop, "", empty)
    _, mail = await told(shop, sink)
    assert mail["Subject"] == "Blue Orchid is back in stock"


async def test_a_version_is_read_and_compiled_once_for_all_mails(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = await save(shop, "", parts("Hurra"))
    templates = Templates()
    compiled: list[str] = []
    own = templates.own
    monkeypatch.setattr(templates, "own", lambda *given: compiled.append("") or own(*given))
    letters = ShopperLetters(shop.store, templates)
    content = mailing(item=Item(name="Fern", price="5"), own_mails={"": saved.id})
    for _ in range(2):
        writing = (letters.write(shop.site, content, content.known_item, {}) for _ in range(50))
        found = await asyncio.gather(*writing)
        assert {each.letter.subject for each in found} == {"Hurra: Fern"}
    assert len(compiled) == 1


async def test_a_mail_that_no_longer_compiles_is_tried_once_and_restocks_sent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = parts("Hurra").model_copy(update={"text": "a\n{% colour %}"})
    saved = await save(shop, "", broken)
    letters = ShopperLetters(shop.store, Templates())
    content = mailing(item=Item(name="Fern", price="5"), own_mails={"": saved.id})
    for _ in range(3):
        written = await letters.write(shop.site, content, content.known_item, {})
        assert written.letter.subject == "Fern is back in stock"
        assert written.fell_back
        assert written.fell_back.reason.startswith("Text, line 2: Encountered unknown tag")


async def test_a_dry_run_shows_the_owners_mail(shop: Shop, temporal: Client) -> None:
    await save(shop, "", parts("Hurra"))
    request_id = await shop.ask(address())
    shown = await Engine(temporal).preview_mail(shop.site, UUID(request_id))
    assert (shown.subject, shown.html) == ("Hurra: Blue Orchid", "<b>Hurra</b>")


async def test_what_an_owner_wrote_stays_out_of_the_histories_of_requests(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    await save(shop, "", parts("Mycket hemligt"))
    request_id, mail = await told(shop, sink)
    assert "Mycket hemligt" in mail["Subject"]
    said = texts(await history_json(temporal, f"request/{request_id}"))
    assert not [text for text in said if "hemligt" in text]


def test_values_that_mean_ill_change_nothing_of_an_owners_page() -> None:
    evil = '"><script>alert(1)</script>{{ 7 * 7 }}'
    templates = Templates()
    own = templates.own("", parts("Hurra", '<a title="{{ item.name }}">{{ item.name }}</a>'))
    letter = templates.render_own(own, values(item=Item(name=evil, price="1")))
    assert "<script" not in letter.html
    assert "{{ 7 * 7 }}" in letter.html
