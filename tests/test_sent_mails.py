"""The mail as it went out is kept with its request, and goes with it."""

from uuid import UUID

import pytest
from shop import BASE, Shop
from shoppers import address
from smtp_sink import SmtpSink
from voyado import v3


async def told(shop: Shop, shopper: str) -> tuple[UUID, UUID]:
    """A request whose mail went out, and its restock."""
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    (delivery,) = await shop.store.deliveries.of_request(shop.site, UUID(request_id))
    return UUID(request_id), delivery.restock_id


async def kept(shop: Shop, request_id: UUID) -> int:
    sql = "SELECT count(*) FROM sent_mails WHERE request_id = $1"
    return int(await shop.store.pool.fetchval(sql, request_id))


async def test_a_mail_is_kept_to_the_byte_as_the_mail_server_got_it(
    shop: Shop, other_shop: Shop, sink: SmtpSink
) -> None:
    shopper = address()
    request_id, restock_id = await told(shop, shopper)
    (envelope,) = [each for each in sink.envelopes if shopper in each.rcpt_tos]
    mail_sent = shop.store.deliveries.mail_sent
    assert await mail_sent(shop.site, request_id, restock_id) == envelope.content
    assert await mail_sent(other_shop.site, request_id, restock_id) is None
    assert await mail_sent(shop.site, request_id, request_id) is None


async def test_a_mail_that_was_refused_is_not_kept(shop: Shop) -> None:
    request_id = await shop.ask(address("refused"))
    await shop.report()
    await shop.until(request_id, "FAILED")
    assert await kept(shop, UUID(request_id)) == 0


@pytest.mark.parametrize("erased", ["request", "contact"])
async def test_a_mail_is_forgotten_with_its_shopper(shop: Shop, erased: str) -> None:
    request_id, _ = await told(shop, address())
    assert await kept(shop, request_id) == 1
    contact_id = (await shop.get(str(request_id)))["contactId"]
    if erased == "request":
        reply = await shop.call("DELETE", f"{BASE}/{request_id}")
    else:
        reply = await v3(shop, "DELETE", f"/contacts/{contact_id}")
    assert reply.status_code in (200, 204), reply.text
    assert await kept(shop, request_id) == 0
