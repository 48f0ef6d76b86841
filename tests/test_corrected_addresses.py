"""The owner corrects a shopper's address, and the mail goes to the right one."""

from uuid import UUID, uuid4

import pytest
from shop import Shop
from shoppers import address
from smtp_sink import SmtpSink

from domain.errors import AddressInUseError, RequestAlreadyExistsError, RequestNotFoundError


async def failed(shop: Shop) -> str:
    request_id = await shop.ask(address("refused"))
    await shop.report()
    await shop.until(request_id, "FAILED")
    return request_id


async def correct(shop: Shop, request_id: str, email: str) -> None:
    await shop.store.corrections.address(shop.site, UUID(request_id), email)


async def test_a_failed_request_goes_to_the_corrected_address(shop: Shop, sink: SmtpSink) -> None:
    request_id, right = await failed(shop), address("Right")
    await correct(shop, request_id, right)
    assert (await shop.steps(request_id))[-1] == "address_corrected"
    await shop.call("POST", "/v1/requests/retry", {"requestIds": [request_id]})
    told = await shop.until(request_id, "NOTIFICATION_SENT")
    assert told["email"] == right
    assert len(sink.to(right)) == 1


async def test_a_waiting_request_keeps_its_place_and_its_thread_goes_along(shop: Shop) -> None:
    request_id, right = await shop.ask(address()), address("right")
    before = await shop.row(request_id)
    await correct(shop, request_id, right)
    after = await shop.row(request_id)
    assert (after.created_date, after.status) == (before.created_date, "RECEIVED")
    contact = await shop.store.contacts.find(shop.site, right)
    assert contact
    assert after.contact_id == contact.id
    lines = await shop.store.threads.lines(shop.site, contact.id, None, 10)
    assert [line.text for line in lines] == [
        "Corrected the address.",
        "Asked to be told when Blue Orchid is back.",
    ]
    assert await shop.store.threads.lines(shop.site, before.contact_id, None, 10) == []


async def test_a_shopper_who_is_known_by_the_right_address_gets_the_request(shop: Shop) -> None:
    right = address("right")
    other = await shop.row(await shop.ask(right, "rose"))
    request_id = await shop.ask(address())
    await correct(shop, request_id, right.upper())
    assert (await shop.row(request_id)).contact_id == other.contact_id


async def test_an_address_that_waits_for_the_item_already_is_refused(shop: Shop) -> None:
    waits = address("waits")
    existing, request_id, told = await shop.ask(waits), await shop.ask(address()), address()
    with pytest.raises(RequestAlreadyExistsError) as refused:
        await correct(shop, request_id, waits)
    assert refused.value.data == {"id": existing}
    assert (await shop.steps(request_id)) == ["requested"]
    done = await shop.ask(told, "rose")
    await shop.report("rose")
    await shop.until(done, "NOTIFICATION_SENT")
    await correct(shop, request_id, told)


async def test_a_failed_request_cannot_take_the_place_of_one_that_waits(shop: Shop) -> None:
    request_id, waits = await failed(shop), address("waits")
    await shop.ask(waits)
    with pytest.raises(RequestAlreadyExistsError):
        await correct(shop, request_id, waits)


async def test_what_was_told_keeps_its_address(shop: Shop) -> None:
    request_id = await shop.ask(address())
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    with pytest.raises(AddressInUseError):
        await correct(shop, request_id, address())


async def test_only_the_spelling_may_change(shop: Shop) -> None:
    email = address("anna")
    request_id = await shop.ask(email)
    await correct(shop, request_id, email.title())
    assert (await shop.row(request_id)).email == email.title()


async def test_another_sites_request_and_one_of_nobody_are_not_there(
    shop: Shop, other_shop: Shop
) -> None:
    theirs = await other_shop.ask(address())
    for request_id in (theirs, str(uuid4())):
        with pytest.raises(RequestNotFoundError):
            await correct(shop, request_id, address())
    assert (await other_shop.steps(theirs)) == ["requested"]
