"""What the owner hears, and that it never stands in front of a shopper's mail."""

from shop import Shop, eventually
from shoppers import address, orchid_key, part
from smtp_sink import SmtpSink
from temporalio.client import Client
from test_reconciler import made_while_temporal_was_away, reconcile
from voyado import contact, subscribed

from domain.ids import restock_workflow_id


async def owned_by(shop: Shop, name: str = "owner") -> str:
    owner = address(name)
    await shop.store.sites.change(shop.site, owner_email=owner)
    return owner


async def subjects(sink: SmtpSink, owner: str, count: int) -> list[str]:
    async def all_there() -> bool:
        return len(sink.to(owner)) >= count

    await eventually(all_there, f"{count} owner notices")
    return sorted(mail["Subject"] for mail in sink.to(owner))


async def test_with_notices_off_everything_stands_in_the_inbox_alone(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    owner = await owned_by(shop)
    await shop.call("PATCH", "/v1/policy", {"ownerNotices": "off"})
    request_id = await shop.ask(address())
    await shop.report()
    workflow_id = restock_workflow_id(shop.site, orchid_key())
    assert await temporal.get_workflow_handle(workflow_id).result() == "Blue Orchid: told 1 of 1"
    await temporal.get_workflow_handle(f"request/{request_id}").result()
    assert sink.to(owner) == []
    lines = (await shop.call("GET", "/v1/inbox")).json()["lines"]
    assert [line["text"] for line in lines] == [
        "Blue Orchid: told 1 of 1",
        "Told by e-mail.",
        "Asked to be told when Blue Orchid is back.",
    ]
    assert all(not step["kind"].startswith("owner") for step in await shop.timeline(request_id))


async def notices_begun(temporal: Client, request_id: str) -> list[str]:
    """The activities that the history of a request's workflow has."""
    history = await temporal.get_workflow_handle(f"request/{request_id}").fetch_history()
    return [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in history.events
        if event.HasField("activity_task_scheduled_event_attributes")
    ]


async def test_with_notices_off_no_notice_is_begun_for_nothing(
    shop: Shop, temporal: Client
) -> None:
    told = await shop.ask(address())
    await shop.until_step(told, "owner_told")
    await shop.call("PATCH", "/v1/policy", {"ownerNotices": "off"})
    made = await shop.ask(address())
    missed = str(await made_while_temporal_was_away(shop, address()))
    await reconcile(temporal)
    assert await notices_begun(temporal, told) == ["tell_owner_of_request"]
    for request_id in (made, missed):
        await temporal.get_workflow_handle(f"request/{request_id}").signal("mark_as_sent")
        await temporal.get_workflow_handle(f"request/{request_id}").result()
        assert await notices_begun(temporal, request_id) == []


async def test_a_request_told_by_itself_is_told_to_the_owner_too(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    owner = await owned_by(shop)
    told, refused = await shop.ask(address()), await shop.ask(address("refused"))
    for request_id in (told, refused):
        await temporal.get_workflow_handle(f"request/{request_id}").signal("restock")
    assert await subjects(sink, owner, 4) == [
        "Blue Orchid: a shopper could not be told",
        "Blue Orchid: a shopper wants to be told",
        "Blue Orchid: a shopper wants to be told",
        "Blue Orchid: a shopper was told",
    ]
    failed = next(mail for mail in sink.to(owner) if "could not" in mail["Subject"])
    assert "no such user" in part(failed, "plain")


async def test_the_owner_reads_of_a_price_where_there_is_one(shop: Shop, sink: SmtpSink) -> None:
    owner = await owned_by(shop)
    await shop.ask(address())
    await subscribed(shop, await contact(shop), "SKU-1")
    await subjects(sink, owner, 2)
    first_lines = [part(mail, "plain").splitlines()[0] for mail in sink.to(owner)]
    shown = sorted(line.split(" when ")[1] for line in first_lines)
    assert shown == ["Blue Orchid (75.00) is back in stock.", "SKU-1 is back in stock."]


async def test_a_restock_is_summed_up_once_whatever_its_size(
    shop: Shop, sink: SmtpSink, temporal: Client
) -> None:
    for name in ("shopper", "shopper", "refused"):
        await shop.ask(address(name))
    owner = await owned_by(shop)
    await shop.report()
    workflow_id = restock_workflow_id(shop.site, orchid_key())
    said = await temporal.get_workflow_handle(workflow_id).result()
    assert said == "Blue Orchid: told 2 of 3, 1 failed"
    summaries = [mail for mail in sink.to(owner) if mail["Subject"] == "Blue Orchid: told 2 of 3"]
    assert len(summaries) == 1
    assert not [mail for mail in sink.to(owner) if "was told" in mail["Subject"]]


async def test_an_owners_mail_server_in_trouble_delays_no_shopper(
    shop: Shop, sink: SmtpSink
) -> None:
    await owned_by(shop, "later9")
    shopper = address()
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    assert len(sink.to(shopper)) == 1
    assert await shop.timeline(request_id) == [
        step for step in await shop.timeline(request_id) if not step["kind"].startswith("owner")
    ]


async def test_an_owner_who_cannot_be_reached_is_noted_without_the_address(
    shop: Shop, sink: SmtpSink
) -> None:
    owner = await owned_by(shop, "refused")
    request_id = await shop.ask(address())
    noted = await shop.until_step(request_id, "owner_not_told")
    assert "no such user" in noted["detail"]
    assert owner not in noted["detail"]
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
