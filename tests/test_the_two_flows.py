"""The two ways a request is used: told by Restock, or told by the owner."""

from uuid import uuid4

from shop import ORCHID, Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink


async def test_a_shopper_who_asks_is_told_once_the_item_is_back(shop: Shop, sink: SmtpSink) -> None:
    shopper = address()
    request_id = await shop.ask(shopper, itemUrl="https://shop.example.com/blue-orchid")
    assert (await shop.get(request_id))["status"] == "RECEIVED"
    await shop.report()
    request = await shop.until(request_id, "NOTIFICATION_SENT")
    assert request["autoNotified"] is True
    (mail,) = sink.to(shopper)
    assert mail["Subject"] == "Blue Orchid is back in stock"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert request_id in mail["Message-ID"]
    assert mail["From"] == "Orchid House <shop@restock.test>"
    text = mail.get_body(("plain",)).get_content()
    assert "75.00" in text
    assert "https://shop.example.com/blue-orchid" in text
    assert "75.00" in mail.get_body(("html",)).get_content()
    assert await shop.steps(request_id) == ["requested", "claimed", "mail_accepted"]


async def test_a_request_marked_by_the_owner_is_done_and_gets_no_mail(
    shop: Shop, sink: SmtpSink
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    path = f"/v1/back-in-stock-notification-requests/{request_id}/mark-as-notification-sent"
    reply = await shop.call("PUT", path, {"id": request_id})
    assert reply.status_code == 200
    request = reply.json()["request"]
    assert (request["status"], request["autoNotified"]) == ("NOTIFICATION_SENT", False)
    await shop.report()
    other = await shop.ask(address())
    await shop.report()
    await shop.until(other, "NOTIFICATION_SENT")
    assert sink.to(shopper) == []


async def test_auto_notified_is_absent_until_the_shopper_was_told(shop: Shop) -> None:
    assert "autoNotified" not in await shop.get(await shop.ask(address()))


async def test_the_report_says_what_the_mail_says(shop: Shop, sink: SmtpSink) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    details = {
        "name": "Orchid Collection",
        "price": "65.00",
        "image": {"url": "https://img.test/a.jpg"},
    }
    await shop.report(details=details, extraAutomationTemplateParameters={"item.price": "60.00"})
    await shop.until(request_id, "NOTIFICATION_SENT")
    (mail,) = sink.to(shopper)
    assert mail["Subject"] == "Orchid Collection is back in stock"
    html = mail.get_body(("html",)).get_content()
    assert "https://img.test/a.jpg" in html
    assert "60.00" in html
    assert "65.00" not in html


async def test_the_owner_hears_of_the_request_and_of_the_restock(
    shop: Shop, sink: SmtpSink
) -> None:
    owner = f"{shop.site}@restock.test"
    await shop.store.sites.change(shop.site, owner_email=owner)
    request_id = await shop.ask(address())
    await shop.until_step(request_id, "owner_told")
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")

    async def both() -> bool:
        return len(sink.to(owner)) == 2

    await eventually(both, "two owner notices")
    subjects = [mail["Subject"] for mail in sink.to(owner)]
    assert subjects == ["Blue Orchid: a shopper wants to be told", "Blue Orchid: told 1 of 1"]
    inbox = (await shop.call("GET", "/v1/inbox")).json()["lines"]
    assert [line["text"] for line in inbox] == [
        "Blue Orchid: told 1 of 1",
        "Told by e-mail.",
        "Asked to be told when Blue Orchid is back.",
    ]


async def test_report_by_ids_tells_those_and_leaves_the_others(shop: Shop) -> None:
    first, second = await shop.ask(address()), await shop.ask(address())
    await shop.report(requestIds=[first, str(uuid4())])
    await shop.until(first, "NOTIFICATION_SENT")
    assert (await shop.get(second))["status"] == "RECEIVED"


async def test_item_details_of_the_sign_up_fill_what_a_direct_signal_leaves_out(
    shop: Shop, sink: SmtpSink, temporal
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    await temporal.get_workflow_handle(f"request/{request_id}").signal("restock")
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert sink.to(shopper)[0]["Subject"] == f"{ORCHID['name']} is back in stock"
