"""The restocks that run now, as the owner sees them and has a hand on them by the API."""

from typing import Any

from shop import STORES, Shop, eventually
from shoppers import address
from temporalio.client import Client
from test_engine_away import cut_off as cut_off
from test_holding_a_restock import ITEM, in_waves, until_held
from test_waves_of_a_restock import SKU, policy, until_told

from domain.matching import StockLevel
from workflows.engine import Engine

RUNNING = "/v1/restocks/running"


async def running(shop: Shop) -> list[dict[str, Any]]:
    reply = await shop.call("GET", RUNNING)
    assert reply.status_code == 200, reply.text
    return list(reply.json()["restocks"])


async def until_running(shop: Shop) -> dict[str, Any]:
    """The restock, once Temporal lists it."""

    async def there() -> dict[str, Any] | None:
        return next(iter(await running(shop)), None)

    return await eventually(there, "a restock to run")


async def act(shop: Shop, what: str, status: int = 200, **body: Any) -> dict[str, Any]:
    reply = await shop.call("POST", f"/v1/restocks/{what}", body)
    assert reply.status_code == status, reply.text
    return dict(reply.json())


async def test_a_running_restock_is_listed_with_its_waves(
    shop: Shop, other_shop: Shop, temporal: Client
) -> None:
    asked = await in_waves(shop, temporal, 3, minutes=60)
    found = await until_running(shop)
    (wave,) = found.pop("waves")
    assert wave.pop("restockId")
    assert wave == {"told": 1, "failed": 0, "stillSending": 0, "backToWaiting": 0}
    assert found.pop("since") < found.pop("nextWaveAt")
    assert found == {
        "restock": ITEM,
        "itemKey": ITEM,
        "itemName": "Blue Orchid",
        "locale": "",
        "externalId": "",
        "feedLocale": "",
        "paused": False,
        "wave": 2,
        "stillWaiting": len(asked) - 1,
    }
    assert await running(other_shop) == []


async def test_a_restock_is_paused_resumed_and_stopped_by_its_item(
    shop: Shop, other_shop: Shop, temporal: Client
) -> None:
    await in_waves(shop, temporal, 2, minutes=60)
    await act(shop, "pause", catalogReference={"appId": STORES, "catalogItemId": SKU})
    await until_held(shop)
    assert (await until_running(shop))["paused"] is True
    await act(shop, "resume", itemKey=ITEM)
    await until_held(shop, held=False)
    assert (await until_running(shop))["paused"] is False
    assert await act(shop, "stop", itemKey=ITEM) == {}

    async def over() -> bool:
        return await running(shop) == []

    await eventually(over, "the restock to be over")


async def test_what_does_not_run_cannot_be_held(
    shop: Shop, other_shop: Shop, temporal: Client
) -> None:
    await in_waves(shop, temporal, 2, minutes=60)
    for what in ("pause", "resume", "stop"):
        for whose, body in (
            (other_shop, {"itemKey": ITEM}),
            (shop, {"itemKey": ITEM, "locale": "sv-SE"}),
            (shop, {"itemKey": ITEM, "feedLocale": "sv-SE"}),
        ):
            reply = await act(whose, what, 404, **body)
            assert reply["details"]["applicationError"]["code"] == "RESTOCK_NOT_RUNNING"


async def test_a_restock_of_an_audience_is_named_with_it(shop: Shop, temporal: Client) -> None:
    asked = [await shop.ask(address(), SKU) for _ in range(2)]
    await policy(shop, shoppersPerUnit=1, waveIntervalMinutes=60)
    level = StockLevel(sku=SKU, quantity=1, locale="sv-SE")
    await shop.store.stock.update(shop.site, [level])
    await Engine(temporal).arrivals_waiting(shop.site)
    await until_told(shop, asked, [0])
    found = await until_running(shop)
    assert (found["locale"], found["restock"].startswith(f"{ITEM}/")) == ("sv-se", True)
    await act(shop, "stop", itemKey=ITEM, locale="sv-se")


async def test_while_temporal_is_away_it_is_not_known_what_runs(cut_off: Shop) -> None:
    for method, path, body in (
        ("GET", RUNNING, None),
        ("POST", "/v1/restocks/pause", {"itemKey": ITEM}),
    ):
        reply = await cut_off.call(method, path, body)
        assert reply.status_code == 503, reply.text
