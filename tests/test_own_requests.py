"""Shoppers see, end and take up their requests again, by the links in their mails."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from shop import Shop, eventually
from shoppers import address, part, wanted
from smtp_sink import SmtpSink
from temporalio.client import Client, WorkflowExecutionStatus

from domain.ids import request_workflow_id
from domain.shopper_links import LinkPurpose, own_requests_url, signed_token
from store.store import Store

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def own_page(shop: Shop, request_id: str) -> str:
    """The path of the page of the shopper of a request."""
    contact = (await shop.row(request_id)).contact_id
    return await page_of(shop.store, shop.site, contact)


async def page_of(store: Store, site: str, contact_id: UUID) -> str:
    key = await store.sites.link_key(site)
    assert key
    return urlsplit(own_requests_url("https://restock.test", key, site, contact_id)).path


async def waits(shop: Shop, request_id: str) -> bool:
    return await shop.row(request_id) is not None


async def inbox(shop: Shop) -> list[str]:
    lines = (await shop.call("GET", "/v1/inbox")).json()["lines"]
    return [line["text"] for line in lines]


async def test_one_click_in_a_mail_program_ends_all_requests_of_the_shopper(
    shop: Shop, sink: SmtpSink
) -> None:
    shopper, other = address(), address()
    told = await shop.ask(shopper, "first")
    await shop.report("first")
    await shop.until(told, "NOTIFICATION_SENT")
    waiting = [await shop.ask(shopper, item) for item in ("second", "third")]
    of_another = await shop.ask(other, "second")
    (mail,) = sink.to(shopper)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = re.fullmatch(r"<(http\S+)>", mail["List-Unsubscribe"])
    assert url
    assert url[1] in part(mail, "plain")
    assert url[1] in part(mail, "html")
    assert shopper.partition("@")[0] not in url[1]
    reply = await shop.http.post(urlsplit(url[1]).path, data=ONE_CLICK)
    assert reply.status_code == 200
    assert [await waits(shop, each) for each in waiting] == [False, False]
    assert await waits(shop, of_another)
    assert (await shop.get(told))["status"] == "NOTIFICATION_SENT"
    await shop.report("second")
    await shop.until(of_another, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def test_an_unsubscribed_shopper_may_ask_anew(shop: Shop) -> None:
    shopper = address()
    path = await own_page(shop, await shop.ask(shopper))
    await shop.http.post(path, files={"List-Unsubscribe": (None, "One-Click")})
    assert (await shop.post_request(shopper)).status_code == 200


async def test_a_failed_request_that_was_ended_is_not_tried_again(shop: Shop) -> None:
    request_id = await shop.ask(address("refused"))
    await shop.report()
    await shop.until(request_id, "FAILED")
    await shop.http.post(await own_page(shop, request_id), data=ONE_CLICK)
    assert not await waits(shop, request_id)


async def test_opening_a_link_changes_nothing(shop: Shop) -> None:
    request_id = await shop.ask(address())
    path = await own_page(shop, request_id)
    for method in ("GET", "HEAD", "OPTIONS"):
        for ending in ("", "/end", "/resume", "?done=did_end_all"):
            await shop.http.request(method, path + ending, headers={"User-Agent": "MailScanner"})
    assert (await shop.get(request_id))["status"] == "RECEIVED"
    reply = await shop.http.post(path)
    assert (reply.status_code, reply.headers["content-type"][:9]) == (400, "text/html")
    assert await waits(shop, request_id)


async def test_an_export_has_what_the_shopper_ended(shop: Shop) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    await shop.http.post(await own_page(shop, request_id), data=ONE_CLICK)
    reply = await shop.call("POST", "/v1/shoppers/export", {"email": shopper})
    (ended,) = reply.json()["endedRequests"]
    assert (ended["id"], ended["wanted"]["item"]["name"]) == (request_id, "Blue Orchid")


async def test_the_page_says_what_the_shopper_waits_for_and_since_when(shop: Shop) -> None:
    shopper = address()
    request_id = await shop.ask(shopper, item_details={"name": "<b>Orchid</b>", "price": "1"})
    await shop.ask(address(), "other", item_details={"name": "Not theirs", "price": "1"})
    reply = await shop.http.get(await own_page(shop, request_id))
    assert "&lt;b&gt;Orchid&lt;/b&gt;" in reply.text
    assert "Not theirs" not in reply.text
    assert shopper not in reply.text
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in reply.headers["x-robots-tag"]
    assert "script" not in reply.headers["content-security-policy"]


async def test_a_request_that_is_ended_withdraws_its_workflow(shop: Shop, temporal: Client) -> None:
    request_id, other = await shop.ask(address()), await shop.ask(address())
    path = await own_page(shop, request_id)
    reply = await shop.http.post(f"{path}/end", data={"request": request_id})
    assert (reply.status_code, reply.headers["location"]) == (303, f"{path}?done=did_end")
    handle = temporal.get_workflow_handle(request_workflow_id(UUID(request_id)))
    assert await handle.result() == "withdrawn"
    await shop.http.post(f"{path}/end", data={"request": other})
    assert await waits(shop, other)
    assert "Waits no longer for Blue Orchid: ended by the link in a mail." in await inbox(shop)


async def test_who_asks_again_keeps_the_place_in_the_queue(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper, options={"colour": "blue"})
    asked = (await shop.row(request_id)).created_date
    path = await own_page(shop, request_id)
    await shop.http.post(path, data=ONE_CLICK)
    assert request_id in (await shop.http.get(path)).text
    await shop.http.post(f"{path}/resume", data={"request": request_id})
    (again,) = await own_requests(shop, path)
    assert again != request_id
    record = await shop.row(again)
    assert (record.created_date, record.email) == (asked, shopper)
    assert record.reference.options == {"colour": "blue"}
    assert await shop.steps(again) == ["resumed"]
    agreed = [
        each["kind"] async for each in shop.store.shoppers.consents(shop.site, record.contact_id)
    ]
    assert agreed[-2:] == ["withdrawn", "given"]
    assert "Asked again to be told when Blue Orchid is back." in await inbox(shop)

    async def runs() -> bool:
        handle = temporal.get_workflow_handle(request_workflow_id(UUID(again)))
        return (await handle.describe()).status is WorkflowExecutionStatus.RUNNING

    assert await eventually(runs, "its workflow to run")
    await shop.report(requestIds=[again])
    await shop.until(again, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1


async def own_requests(shop: Shop, path: str) -> list[str]:
    """The ids that the page can end."""
    page = (await shop.http.get(path)).text
    return re.findall(r'/end">\s*<button name="request" value="([^"]+)"', page)


async def test_asking_again_twice_or_after_asking_anew_makes_one_request(shop: Shop) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    path = await own_page(shop, request_id)
    await shop.http.post(path, data=ONE_CLICK)
    anew = await shop.ask(shopper)
    for _ in range(2):
        reply = await shop.http.post(f"{path}/resume", data={"request": request_id})
        assert reply.status_code == 303
    assert await own_requests(shop, path) == [anew]


async def test_nobody_takes_up_what_another_shopper_ended(shop: Shop) -> None:
    mine, theirs = await shop.ask(address()), await shop.ask(address())
    my_path, their_path = await own_page(shop, mine), await own_page(shop, theirs)
    await shop.http.post(their_path, data=ONE_CLICK)
    await shop.http.post(f"{my_path}/resume", data={"request": theirs})
    assert await own_requests(shop, my_path) == [mine]


async def test_a_link_that_is_not_good_says_so_and_does_nothing(
    shop: Shop, other_shop: Shop
) -> None:
    request_id = await shop.ask(address())
    contact = (await shop.row(request_id)).contact_id
    key, other_key = [await each.store.sites.link_key(each.site) for each in (shop, other_shop)]
    assert key
    assert other_key
    purpose, later = LinkPurpose.OWN_REQUESTS, datetime.now(UTC) + timedelta(days=1)
    good = signed_token(key, purpose, shop.site, contact, later)
    bad = [
        signed_token(key, purpose, shop.site, contact, datetime.now(UTC) - timedelta(days=1)),
        signed_token(other_key, purpose, shop.site, contact, later),
        signed_token(other_key, purpose, other_shop.site, contact, later),
        signed_token(key, purpose, shop.site, uuid4(), later),
        signed_token(key, purpose, "no-such-site", contact, later),
        good[:-1],
        good + "A",
        "x",
    ]
    for token in bad:
        for method, path in (("GET", ""), ("POST", ""), ("POST", "/end"), ("POST", "/resume")):
            reply = await shop.http.request(
                method,
                f"/my/{token}{path}",
                data=ONE_CLICK | {"request": request_id} if method == "POST" else None,
                headers={"Accept-Language": "de-DE,de;q=0.9"},
            )
            assert (reply.status_code, "Dieser Link funktioniert nicht" in reply.text) == (
                404,
                True,
            )
    assert (await shop.http.get(f"/my/{good}")).status_code == 200
    assert await waits(shop, request_id)


async def test_the_link_of_an_erased_shopper_is_dead(shop: Shop) -> None:
    request_id, other = await shop.ask(address()), await shop.ask(address())
    contact = (await shop.row(request_id)).contact_id
    path = await own_page(shop, request_id)
    await shop.http.post(path, data=ONE_CLICK)
    await shop.store.shoppers.erase_contact(shop.site, contact)
    for method in ("GET", "POST"):
        assert (await shop.http.request(method, path, data=ONE_CLICK)).status_code == 404
    assert not await shop.store.own_requests.ended(shop.site, contact)
    assert await waits(shop, other)


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ("de-AT", "Vorgemerkt seit"),
        ("fr", "En attente depuis"),
        ("es", "En espera desde"),
        ("sv-SE", "Bevakas sedan"),
        ("he", 'dir="rtl"'),
        ("fi", "Waiting since"),
    ],
)
async def test_the_page_speaks_the_shoppers_language(shop: Shop, locale: str, says: str) -> None:
    asked = wanted(address()).model_copy(update={"locale": locale})
    record = await shop.store.requests.create(shop.site, asked)
    path = await page_of(shop.store, shop.site, record.contact_id)
    assert says in (await shop.http.get(path)).text
    await shop.http.post(path, data=ONE_CLICK)
    again = await shop.store.own_requests.resume(shop.site, record.contact_id, record.id)
    assert again
    assert again.locale == locale


async def test_what_was_ended_is_forgotten_after_thirty_days(shop: Shop) -> None:
    request_id = await shop.ask(address())
    contact = (await shop.row(request_id)).contact_id
    await shop.http.post(await own_page(shop, request_id), data=ONE_CLICK)
    await shop.store.own_requests.forget_ended()
    assert len(await shop.store.own_requests.ended(shop.site, contact)) == 1
    await shop.store.pool.execute(
        "UPDATE ended_requests SET ended_date = now() - interval '31 days' WHERE contact_id = $1",
        contact,
    )
    await shop.store.own_requests.forget_ended()
    assert not await shop.store.own_requests.ended(shop.site, contact)
