"""Double opt-in: who asks confirms the address by a link in a mail before waiting."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from lxml import html
from shop import BASE, Shop, eventually
from shoppers import address, orchid_key, part, wanted
from smtp_sink import SmtpSink
from temporalio.client import Client
from test_own_requests import inbox, own_page
from test_reconciler import reconcile
from voyado import SUBSCRIPTIONS, contact, listed, subscribed, v3

from domain.ids import request_workflow_id
from domain.shopper_links import LinkPurpose, confirmation_url, signed_token
from mails.letters import Templates
from workflows.engine import Engine


@pytest_asyncio.fixture
async def careful(shop: Shop) -> Shop:
    """A shop with double opt-in."""
    await set_policy(shop, doubleOptIn=True)
    return shop


async def set_policy(shop: Shop, **fields: Any) -> None:
    assert (await shop.call("PATCH", "/v1/policy", fields)).status_code == 200


async def asked_by_mail(sink: SmtpSink, shopper: str, times: int = 1) -> list[EmailMessage]:
    async def there() -> list[EmailMessage] | None:
        mails = sink.to(shopper)
        return mails if len(mails) >= times else None

    mails = await eventually(there, "the mail that asks for a confirmation")
    assert len(mails) == times
    return list(mails)


def link_in(mail: EmailMessage) -> str:
    """The path of the button in the mail."""
    (button, _) = html.document_fromstring(part(mail, "html")).iter("a")
    assert button.attrib["href"] in part(mail, "plain")
    return urlsplit(button.attrib["href"]).path


async def path_of(shop: Shop, request_id: str, ago: timedelta = timedelta()) -> str:
    key = await shop.store.sites.link_key(shop.site)
    assert key
    at = datetime.now(UTC) - ago
    return urlsplit(confirmation_url("http://x", key, shop.site, UUID(request_id), at)).path


async def is_unconfirmed(shop: Shop, request_id: str) -> bool:
    return bool((await shop.row(request_id)).unconfirmed)


async def test_a_shopper_confirms_and_is_told_from_the_old_place(
    careful: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await careful.ask(shopper)
    first_asked = (await careful.row(request_id)).created_date
    (mail,) = await asked_by_mail(sink, shopper)
    assert mail["Subject"] == "Please confirm: Blue Orchid"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert shopper not in part(mail, "plain")
    assert await inbox(careful) == []
    await careful.report()
    assert "Yes, tell me" in (await careful.http.get(link_in(mail))).text
    reply = await careful.http.post(link_in(mail))
    assert (reply.status_code, reply.headers["location"]) == (303, link_in(mail))
    assert "All set" in (await careful.http.get(link_in(mail))).text
    await careful.until_step(request_id, "owner_told")
    record = await careful.row(request_id)
    assert (record.unconfirmed, record.created_date) == (False, first_asked)
    shoppers = careful.store.shoppers
    agreed = [each["kind"] async for each in shoppers.consents(careful.site, record.contact_id)]
    assert agreed[-1] == "confirmed"
    (line,) = await inbox(careful)
    assert line == "Asked to be told when Blue Orchid is back, and confirmed the address."
    await careful.report()
    await careful.until(request_id, "NOTIFICATION_SENT")
    steps = await careful.steps(request_id)
    assert steps == ["requested", "confirmation_asked", "confirmed", "claimed", "mail_accepted"]
    assert len(sink.to(shopper)) == 2


async def test_whoever_opens_the_link_confirms_nothing(careful: Shop, sink: SmtpSink) -> None:
    shopper = address()
    request_id = await careful.ask(shopper)
    (mail,) = await asked_by_mail(sink, shopper)
    for method in ("GET", "HEAD", "OPTIONS"):
        for ending in ("", "/again", "?sent_again=true"):
            await careful.http.request(method, link_in(mail) + ending)
    assert await is_unconfirmed(careful, request_id)


async def test_who_has_not_confirmed_is_open_but_neither_waits_nor_counts(
    careful: Shop, sink: SmtpSink
) -> None:
    shopper = address()
    request_id = await careful.ask(shopper)
    await asked_by_mail(sink, shopper)
    assert (await careful.get(request_id))["status"] == "RECEIVED"
    for query in ({}, {"filter": {"status": "RECEIVED"}}, {"filter": {"id": request_id}}):
        found = await careful.call("POST", f"{BASE}/query", {"query": query})
        assert found.json()["requests"] == []
    demand = await careful.call("GET", "/v1/demand")
    assert demand.json()["items"] == []
    store, key = careful.store, orchid_key()
    assert not await store.requests.anyone_waiting(careful.site, key)
    assert await store.requests.count_open(careful.site, [key]) == {}
    await careful.report()
    await careful.report(requestIds=[request_id])
    assert await careful.steps(request_id) == ["requested", "confirmation_asked"]
    assert len(sink.to(shopper)) == 1


async def test_a_direct_signal_tells_nobody_who_has_not_confirmed(
    careful: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await careful.ask(shopper)
    (mail,) = await asked_by_mail(sink, shopper)
    handle = temporal.get_workflow_handle(request_workflow_id(UUID(request_id)))
    await handle.signal("restock")
    await careful.http.post(link_in(mail))
    await careful.until_step(request_id, "owner_told")
    assert "claimed" not in await careful.steps(request_id)


async def test_asking_again_is_answered_as_the_first_time_and_floods_nobody(
    careful: Shop, sink: SmtpSink
) -> None:
    shopper = address()
    for scope in ("owner", "storefront", "owner"):
        body = careful.new_request(shopper)
        reply = await careful.call("POST", BASE, body, scope=scope)
        assert (reply.status_code, reply.json()["request"]["status"]) == (200, "RECEIVED")
    for item in ("second", "third", "fourth", "fifth"):
        await careful.ask(shopper, item)
    await asked_by_mail(sink, shopper, times=3)
    other = address()
    await careful.ask(other)
    await asked_by_mail(sink, other)
    assert len(sink.to(shopper)) == 3


async def test_a_second_mail_comes_after_a_quarter_of_an_hour(
    careful: Shop, sink: SmtpSink
) -> None:
    shopper = address()
    request_id = await careful.ask(shopper)
    await asked_by_mail(sink, shopper)
    await careful.store.pool.execute(
        "UPDATE timeline SET at = at - interval '16 minutes' WHERE request_id = $1",
        UUID(request_id),
    )
    assert await careful.ask(shopper) == request_id
    first, second = await asked_by_mail(sink, shopper, times=2)
    assert first["Message-ID"] != second["Message-ID"]
    await careful.http.post(link_in(second))
    assert not await is_unconfirmed(careful, request_id)
    assert (await careful.post_request(shopper)).status_code == 409


async def test_an_old_link_confirms_nothing_and_has_a_new_one_sent(
    careful: Shop, sink: SmtpSink
) -> None:
    shopper = address()
    request_id = await careful.ask(shopper)
    await asked_by_mail(sink, shopper)
    old = await path_of(careful, request_id, ago=timedelta(hours=25))
    assert "Send a new link" in (await careful.http.get(old)).text
    await careful.http.post(old)
    assert await is_unconfirmed(careful, request_id)
    await careful.store.pool.execute(
        "UPDATE timeline SET at = at - interval '25 hours' WHERE request_id = $1",
        UUID(request_id),
    )
    again = await careful.http.post(f"{old}/again", follow_redirects=True)
    assert "Look into your mailbox" in again.text
    _, second = await asked_by_mail(sink, shopper, times=2)
    await careful.http.post(link_in(second))
    assert not await is_unconfirmed(careful, request_id)
    assert "All set" in (await careful.http.get(old)).text


async def test_a_link_for_something_else_confirms_nothing(careful: Shop, other_shop: Shop) -> None:
    request_id = await careful.ask(address())
    contact_id = (await careful.row(request_id)).contact_id
    key, other_key = [await each.store.sites.link_key(each.site) for each in (careful, other_shop)]
    assert key
    assert other_key
    later = datetime.now(UTC) + timedelta(hours=1)
    id, own, confirmation = UUID(request_id), LinkPurpose.OWN_REQUESTS, LinkPurpose.CONFIRMATION
    bad = [
        signed_token(key, own, careful.site, id, later),
        signed_token(other_key, confirmation, careful.site, id, later),
        signed_token(other_key, confirmation, other_shop.site, id, later),
        signed_token(key, confirmation, careful.site, contact_id, later),
        signed_token(key, confirmation, careful.site, uuid4(), later),
        "x",
    ]
    for token in bad:
        for method, ending in (("GET", ""), ("POST", ""), ("POST", "/again")):
            reply = await careful.http.request(method, f"/my/confirm/{token}{ending}")
            assert (reply.status_code, "does not work" in reply.text) == (404, True)
    good = signed_token(key, confirmation, careful.site, id, later)
    assert (await careful.http.get(f"/my/{good}")).status_code == 404
    assert await is_unconfirmed(careful, request_id)


async def test_who_does_not_confirm_is_forgotten(
    careful: Shop, sink: SmtpSink, temporal: Client
) -> None:
    ids = [await careful.ask(address()) for _ in range(3)]
    contacts = [(await careful.row(each)).contact_id for each in ids]
    await careful.http.post(await path_of(careful, ids[1]))
    for request_id, days in zip(ids, (8, 8, 6), strict=True):
        await careful.store.pool.execute(
            "WITH contact AS (UPDATE contacts SET created_date = created_date - "
            "make_interval(days => $2) WHERE id = (SELECT contact_id FROM requests WHERE id = $1)) "
            "UPDATE requests SET created_date = created_date - make_interval(days => $2) "
            "WHERE id = $1",
            UUID(request_id),
            days,
        )
    assert (await reconcile(temporal)).expired >= 1
    assert [await careful.row(each) is None for each in ids] == [True, False, False]
    handle = temporal.get_workflow_handle(request_workflow_id(UUID(ids[0])))
    assert await handle.result() == "withdrawn"
    found = [await careful.store.contacts.get(careful.site, each) for each in contacts]
    assert [each is None for each in found] == [True, False, False]
    await set_policy(careful, forgetUnconfirmedAfterDays=5)
    await reconcile(temporal)
    assert [await careful.row(each) is None for each in ids] == [True, False, True]


async def test_who_is_forgotten_stays_a_contact_that_the_shop_made(
    careful: Shop, temporal: Client
) -> None:
    contact_id = UUID(await contact(careful, address()))
    await subscribed(careful, str(contact_id), "SKU-1", "sv-SE")
    await careful.store.pool.execute(
        "UPDATE requests SET created_date = created_date - interval '8 days' WHERE contact_id = $1",
        contact_id,
    )
    assert (await reconcile(temporal)).expired >= 1
    assert await careful.store.own_requests.requests(careful.site, contact_id) == []
    assert await careful.store.contacts.get(careful.site, contact_id)


async def test_a_confirmation_while_temporal_is_away_is_made_up_for(
    careful: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await careful.ask(shopper)
    await asked_by_mail(sink, shopper)
    await careful.store.confirmations.confirm(careful.site, UUID(request_id))
    await careful.store.pool.execute(
        "UPDATE requests SET created_date = created_date - interval '1 minute' WHERE id = $1",
        UUID(request_id),
    )
    await reconcile(temporal)
    await careful.until_step(request_id, "owner_told")
    await careful.report(requestIds=[request_id])
    await careful.until(request_id, "NOTIFICATION_SENT")


async def test_what_cannot_be_delivered_is_said_in_the_timeline(careful: Shop) -> None:
    request_id = await careful.ask(address("refused"))
    refused = await careful.until_step(request_id, "confirmation_refused")
    assert refused["detail"].startswith("550")
    assert "@example.com" not in refused["detail"]


async def test_the_owner_may_mark_and_delete_what_is_not_confirmed(careful: Shop) -> None:
    marked, deleted = [await careful.ask(address()) for _ in range(2)]
    reply = await careful.call("PUT", f"{BASE}/{marked}/mark-as-notification-sent")
    assert reply.json()["request"]["status"] == "NOTIFICATION_SENT"
    assert (await careful.call("DELETE", f"{BASE}/{deleted}")).status_code == 200


async def test_a_subscription_is_confirmed_too(careful: Shop, sink: SmtpSink) -> None:
    shopper = address()
    contact_id = await contact(careful, shopper)
    subscription_id = await subscribed(careful, contact_id, "SKU-1", "sv-SE")
    (mail,) = await asked_by_mail(sink, shopper)
    assert mail["Subject"] == "Bekräfta din bevakning: SKU-1"
    assert await listed(careful, contact_id) == []
    page = (await careful.http.get(link_in(mail))).text
    assert "Ett klick till" in page
    await careful.http.post(link_in(mail))
    assert [each["id"] for each in await listed(careful, contact_id)] == [subscription_id]
    other = await subscribed(careful, contact_id, "SKU-2", "sv-SE")
    deleted = await v3(careful, "DELETE", f"{SUBSCRIPTIONS}/{other}")
    assert deleted.status_code == 204


async def test_who_comes_by_a_link_again_need_not_confirm(careful: Shop, sink: SmtpSink) -> None:
    shopper = address()
    request_id = await careful.ask(shopper)
    await asked_by_mail(sink, shopper)
    path = await own_page(careful, request_id)
    assert "please confirm" in (await careful.http.get(path)).text
    await careful.http.post(path, data={"List-Unsubscribe": "One-Click"})
    await careful.http.post(f"{path}/resume", data={"request": request_id})
    assert await careful.store.requests.anyone_waiting(careful.site, orchid_key())


async def test_nobody_writes_to_strangers_by_the_name_of_an_item(
    careful: Shop, sink: SmtpSink
) -> None:
    shopper = address()
    name = "You won! See evil.example/win or https://evil.example now " + "x" * 100
    await careful.ask(shopper, item_details={"name": name, "price": "1"})
    (mail,) = await asked_by_mail(sink, shopper)
    assert "evil.example" not in f"{mail['Subject']}{part(mail, 'plain')}{part(mail, 'html')}"
    assert len(mail["Subject"]) < 100


async def test_concealed_or_not_a_repeat_is_answered_alike(careful: Shop) -> None:
    async def answer(shopper: str) -> httpx.Response:
        body = careful.new_request(shopper)
        return await careful.call("POST", BASE, body, scope="storefront")

    known = address()
    for conceals in (False, True):
        await set_policy(careful, concealWaiting=conceals)
        first, again, new = await answer(known), await answer(known), await answer(address())
        assert {each.status_code for each in (first, again, new)} == {200}
        assert first.json()["request"].keys() == again.json()["request"].keys()
        assert again.json()["request"]["id"] != first.json()["request"]["id"]


async def test_without_the_policy_nobody_is_asked(shop: Shop, sink: SmtpSink) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    await shop.until_step(request_id, "owner_told")
    assert sink.to(shopper) == []
    assert not (await shop.row(request_id)).unconfirmed


@pytest.mark.parametrize("locale", [None, *sorted(Templates().translations("back_in_stock"))])
def test_the_mail_speaks_every_language_that_the_other_one_does(locale: str | None) -> None:
    assert Templates().translations("confirmation") == Templates().translations("back_in_stock")
    values = {
        "item": {"name": "<b>Orchid</b>"},
        "site": {"name": "Orchid House"},
        "confirm": {"url": "https://x.test/my/confirm/1"},
        "shopper": {"url": "https://x.test/my/2"},
    }
    letter = Templates().render("confirmation", values, locale)
    assert "<b>Orchid</b>" in letter.subject
    for body in (letter.text, letter.html):
        for said in ("Orchid House", "https://x.test/my/confirm/1", "https://x.test/my/2"):
            assert said in body
    assert "<b>" not in letter.html
    assert ("Yes, tell me" in letter.html) is (locale is None)


async def test_an_imported_shopper_has_confirmed_elsewhere(careful: Shop) -> None:
    record = await careful.store.requests.take_over(
        careful.site, wanted(address()), datetime.now(UTC), "a list"
    )
    assert record
    assert not record.unconfirmed


async def test_asking_once_more_of_what_does_not_run_does_nothing(temporal: Client) -> None:
    await Engine(temporal).ask_confirmation(uuid4())
