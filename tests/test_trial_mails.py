"""A mail that is being written, sent as a test: what arrives, and what the page is told."""

from uuid import UUID, uuid4

import pytest
from histories import history_json, texts
from shop import Shop
from shoppers import address, part
from smtp_sink import SmtpSink
from temporalio.client import Client

from domain.mail_templates import MailKind, MailParts, TrialMailOutcome
from workflows.engine import Engine

MAIL = MailParts(
    subject="Hurra: {{ item.name }}",
    text="{{ item.price }} {{ site.name }}",
    html="<p>{{ item.name }}</p>",
)


async def drafted(
    shop: Shop, to: str, parts: MailParts = MAIL, locale: str = "sv", request_id: str = ""
) -> UUID:
    mails = shop.store.mail_templates
    about = UUID(request_id) if request_id else None
    draft_id = await mails.keep_draft(
        shop.site, MailKind.BACK_IN_STOCK, locale, "Anna", parts, 0, about
    )
    await mails.address_draft(shop.site, draft_id, to)
    return draft_id


async def trial(shop: Shop, temporal: Client, draft_id: UUID) -> TrialMailOutcome:
    return await Engine(temporal).send_trial_mail(shop.site, draft_id)


async def test_a_test_is_marked_and_says_what_is_being_written(
    shop: Shop, temporal: Client, sink: SmtpSink
) -> None:
    to = address("owner")
    outcome = await trial(shop, temporal, await drafted(shop, to))
    assert outcome == TrialMailOutcome(accepted=True, reply="250 2.0.0 taken")
    (mail,) = sink.to(to)
    assert mail["Subject"] == "[Test] Hurra: Blue Orchid"
    assert mail["From"] == "Orchid House <shop@restock.test>"
    assert part(mail, "plain").strip() == "75,00\xa0€ Orchid House"


async def test_a_test_about_a_shopper_who_waits_says_what_they_would_be_told(
    shop: Shop, temporal: Client, sink: SmtpSink
) -> None:
    request_id = await shop.ask(address(), item_details={"name": "Fern", "price": "5.00"})
    to = address("owner")
    await trial(shop, temporal, await drafted(shop, to, request_id=request_id))
    (mail,) = sink.to(to)
    assert mail["Subject"] == "[Test] Hurra: Fern"
    assert await shop.steps(request_id) == ["requested"]


@pytest.mark.parametrize(
    ("name", "reply"),
    [("refused", "550 5.1.1 <<address>>: no such user"), ("later9", "451 4.7.1 <<address>>: try")],
)
async def test_what_the_mail_server_says_is_told_without_the_address(
    shop: Shop, temporal: Client, sink: SmtpSink, name: str, reply: str
) -> None:
    to = address(name)
    outcome = await trial(shop, temporal, await drafted(shop, to))
    assert not outcome.accepted
    assert outcome.reply.startswith(reply)
    assert sink.to(to) == []


async def test_a_mail_that_is_put_off_is_tried_again_while_its_owner_waits(
    shop: Shop, temporal: Client, sink: SmtpSink
) -> None:
    to = address("later1")
    assert (await trial(shop, temporal, await drafted(shop, to))).accepted
    assert len(sink.to(to)) == 1


async def test_a_draft_that_cannot_be_written_is_not_sent(
    shop: Shop, temporal: Client, sink: SmtpSink
) -> None:
    to, broken = address("owner"), MAIL.model_copy(update={"text": "a\n{{ nothing }}"})
    outcome = await trial(shop, temporal, await drafted(shop, to, broken))
    assert (outcome.accepted, outcome.reply) == (
        False,
        "Text, line 2: There is no nothing in this mail.",
    )
    assert sink.to(to) == []


async def test_a_draft_of_another_site_and_one_without_an_address_are_not_sent(
    shop: Shop, other_shop: Shop, temporal: Client, sink: SmtpSink
) -> None:
    to = address("owner")
    draft_id = await drafted(shop, to)
    for site, named in ((other_shop.site, draft_id), (shop.site, uuid4())):
        outcome = await Engine(temporal).send_trial_mail(site, named)
        assert (outcome.accepted, outcome.reply) == (False, "The draft is gone.")
    await shop.store.mail_templates.address_draft(shop.site, draft_id, None)
    assert not (await trial(shop, temporal, draft_id)).accepted
    assert sink.to(to) == []


async def test_neither_the_address_nor_the_draft_goes_into_temporal(
    shop: Shop, temporal: Client
) -> None:
    to = address("refused")
    secret = MAIL.model_copy(update={"text": "Mycket hemligt"})
    await trial(shop, temporal, await drafted(shop, to, secret))
    query = f"WorkflowType = 'TrialMail' AND RestockSite = '{shop.site}'"
    (found,) = [each async for each in temporal.list_workflows(query)]
    said = list(texts(await history_json(temporal, found.id)))
    assert any("no such user" in text for text in said)
    assert not [text for text in said if to.partition("@")[0] in text or "hemligt" in text]
