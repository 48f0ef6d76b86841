"""The dry run, by API and on the command line: whom, when, with which mail, and why not."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from histories import history_json, texts
from queues import BAG, crowd, make_vip, queue_of, queue_up
from shop import STORES, Shop
from shoppers import address
from temporalio.client import Client
from test_command_line import database as database
from test_command_line import run
from test_engine_away import cut_off as cut_off
from test_request_errors import violations
from voyado import contact, keep_products, subscribed

from activities.shopper_letters import ShopperLetters
from activities.write_preview import WritePreview
from domain.preview import MailPreviewInput
from mails.letters import Templates

PREVIEW = "/v1/restocks/preview"
REFERENCE = {"appId": STORES, "catalogItemId": "BAG"}


async def preview(shop: Shop, quantity: int = 20, **more: Any) -> dict[str, Any]:
    named = more if {"sku", "itemKey"} & more.keys() else {"catalogReference": REFERENCE} | more
    reply = await shop.call("POST", PREVIEW, {"quantity": quantity, **named})
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def policy(shop: Shop, **changes: Any) -> None:
    reply = await shop.call("PATCH", "/v1/policy", changes)
    assert reply.status_code == 200, reply.text


async def test_a_dry_run_says_whom_when_with_which_mail_and_who_is_left_out(shop: Shop) -> None:
    asked = await queue_up(shop, [1, 2, 1, 1])
    await make_vip(shop, [each.id for each in asked if each is not asked[2]])
    await policy(
        shop,
        shoppersPerUnit=1,
        waveIntervalMinutes=30,
        conditions={"contact.vip": True},
        timeZone="Europe/Stockholm",
        quietHours={"from": "22:00", "to": "07:30"},
    )
    tomorrow = datetime.now(UTC).replace(hour=21, minute=15, second=0, microsecond=0)
    tomorrow += timedelta(days=1)
    found = await preview(shop, 3, at=tomorrow.isoformat())
    first, second = found["waves"]
    assert first["shoppers"] == [
        {"requestId": str(each.id), "email": each.email, "quantity": n, "place": place}
        for each, n, place in ((asked[0], 1, 1), (asked[1], 2, 2))
    ]
    assert (first["number"], first["stock"], first["count"]) == (1, 3, 2)
    assert [each["place"] for each in second["shoppers"]] == [4]
    # 21:15 in UTC is in the quiet hours of Stockholm, in summer and in winter.
    begins = [datetime.fromisoformat(wave["at"]) for wave in found["waves"]]
    assert begins[0].minute == 30
    assert begins[0].date() == tomorrow.date() + timedelta(days=1)
    assert begins[1] - begins[0] == timedelta(minutes=30)
    reason = "contact.vip is not known"
    assert found["leftOut"] == [
        {"requestId": str(asked[2].id), "email": asked[2].email, "reason": reason}
    ]
    assert found["leftOutReasons"] == [{"reason": reason, "count": 1}]
    assert (found["waiting"], found["truncated"]) == (4, False)
    assert found["assumption"] == "the stock stays at 3"
    assert found["mail"]["subject"] == "Blue Orchid is back in stock"
    assert "mailNote" not in found


async def test_a_dry_run_changes_nothing_and_sends_nothing(shop: Shop) -> None:
    (waiting,) = await queue_up(shop)
    before = await everything(shop)
    await preview(shop)
    assert await everything(shop) == before
    assert (await shop.get(str(waiting.id)))["status"] == "RECEIVED"
    assert await shop.steps(str(waiting.id)) == ["requested"]


async def everything(shop: Shop) -> list[str]:
    """All that is stored of a site."""
    found = []
    for table in ("requests", "restocks", "arrivals", "stock_levels", "conversations"):
        rows = await shop.store.pool.fetch(
            f"SELECT t::text FROM {table} t WHERE site = $1 ORDER BY 1", shop.site
        )
        found += [row["t"] for row in rows]
    return found


async def test_the_mail_is_the_first_shoppers_in_their_language_and_names_nobody(
    shop: Shop, temporal: Client
) -> None:
    url = "https://shop.test/bag?from=somebody@example.com"
    first, _ = await queue_of(shop, [{"locale": "sv-SE", "item_url": url}, {"locale": "de-DE"}])
    mail = (await preview(shop))["mail"]
    assert mail["locale"] == "sv-SE"
    assert mail["subject"] == "I lager igen: Blue Orchid"
    assert "Blue Orchid" in mail["html"]
    assert "https://shop.test/<address>" in mail["text"]
    started = f"WorkflowType = 'MailPreview' AND RestockSite = '{shop.site}'"
    (run_of,) = [run_of async for run_of in temporal.list_workflows(started)]
    said = list(texts(await history_json(temporal, run_of.id)))
    assert any("I lager igen" in text for text in said)
    for secret in ("somebody", first.email.partition("@")[0]):
        assert [text for text in said if secret in text] == []


async def test_a_template_that_cannot_be_written_is_said_instead_of_the_mail(
    shop: Shop, tmp_path: Path
) -> None:
    (waiting,) = await queue_up(shop)
    (tmp_path / "back_in_stock").mkdir()
    (tmp_path / "back_in_stock" / "subject.txt").write_text("{{ item.colour }}")
    letters = ShopperLetters(shop.store, Templates(tmp_path))
    write = WritePreview(shop.store, letters).write_preview
    written = await write(MailPreviewInput(site=shop.site, request_id=waiting.id))
    assert written.trouble.startswith("back_in_stock/subject.txt, line 1: ")
    gone = await write(MailPreviewInput(site=shop.site, request_id=uuid4()))
    assert gone.trouble == "The request is gone."


async def test_without_temporal_everything_but_the_mail_is_said(
    cut_off: Shop,
) -> None:
    await queue_up(cut_off)
    found = await preview(cut_off)
    assert [wave["count"] for wave in found["waves"]] == [1]
    assert found["mail"] is None
    assert found["mailNote"].startswith("Temporal does not answer")


async def test_where_nobody_waits_there_is_nothing_to_say(shop: Shop) -> None:
    found = await preview(shop)
    assert (found["waves"], found["leftOut"], found["waiting"]) == ([], [], 0)
    assert (found["mail"], found["mailNote"]) == (None, "Nobody would be told.")


@pytest.mark.parametrize(
    ("changes", "quantity", "reason"),
    [
        ({"automation": False}, 20, "automation is switched off"),
        ({"minimumStock": 5}, 4, "quantity 4 is below the minimum of 5"),
        ({}, 0, "quantity 0 is below the minimum of 1"),
    ],
)
async def test_where_nobody_is_told_everybody_is_left_out_for_that_reason(
    shop: Shop, changes: dict[str, Any], quantity: int, reason: str
) -> None:
    await queue_up(shop, [1, 1])
    await policy(shop, **changes)
    found = await preview(shop, quantity)
    assert found["waves"] == []
    assert found["leftOutReasons"] == [{"reason": reason, "count": 2}]
    assert found["mail"] is None


async def test_a_dry_run_goes_by_the_policy_of_the_item(shop: Shop) -> None:
    await queue_up(shop, [1, 1, 1])
    body = {"itemKey": BAG.item_key, "policy": {"capPerRestock": 2, "order": "newest"}}
    await shop.call("PATCH", "/v1/policy/items", body)
    found = await preview(shop)
    (wave,) = found["waves"]
    assert [(each["place"], each["requestId"]) for each in wave["shoppers"]] == [
        (place, str(request_id)) for place, request_id in enumerate(await newest_first(shop), 1)
    ][:2]
    (left_out,) = found["leftOut"]
    assert left_out["reason"] == "the cap of 2 shoppers per restock is reached"


async def newest_first(shop: Shop) -> list[UUID]:
    rows = await shop.store.pool.fetch(
        "SELECT id FROM requests WHERE site = $1 ORDER BY created_date DESC", shop.site
    )
    return [row["id"] for row in rows]


async def test_a_dry_run_of_a_sku_is_for_its_locale_and_external_id(shop: Shop) -> None:
    await keep_products(shop, "sv-se", "SKU-1")
    for locale, external_id in (("sv-SE", "SE-1"), ("sv-SE", "SE-2"), ("pl-PL", "PL-1")):
        await subscribed(shop, await contact(shop), "SKU-1", locale, external_id)

    async def told_and_left_out(**audience: str) -> tuple[int, int]:
        found = await preview(shop, sku="SKU-1", **audience)
        assert found["waiting"] == len(found["leftOut"]) + found["waves"][0]["count"]
        return found["waves"][0]["count"], len(found["leftOut"])

    assert await told_and_left_out() == (2, 1)
    assert await told_and_left_out(locale="sv_se") == (2, 0)
    assert await told_and_left_out(locale="sv-SE", externalId="SE-2") == (1, 0)


async def test_a_moment_that_has_passed_counts_as_now(shop: Shop) -> None:
    await queue_up(shop)
    before = datetime.now(UTC)
    (wave,) = (await preview(shop, at="2001-01-01T00:00:00Z"))["waves"]
    assert datetime.fromisoformat(wave["at"]) >= before


async def test_of_a_long_queue_not_everybody_is_named_and_the_counts_are_right(
    shop: Shop,
) -> None:
    await crowd(shop, 10_020)
    await policy(shop, shoppersPerUnit=30, order="newest")
    found = await preview(shop, 20)
    counts = [wave["count"] for wave in found["waves"]]
    assert counts == [600] * 16 + [400]
    assert [len(wave["shoppers"]) for wave in found["waves"]] == [600, 400] + [0] * 15
    assert (found["waiting"], found["truncated"]) == (10_020, True)


async def test_another_sites_shoppers_are_not_named(shop: Shop, other_shop: Shop) -> None:
    await queue_up(shop)
    assert (await preview(other_shop))["waiting"] == 0


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"quantity": 1}, "", "REQUIRED_ONE_OF_FIELD"),
        ({"sku": "a"}, "quantity", "REQUIRED_FIELD"),
        ({"sku": "a", "quantity": -1}, "quantity", "MIN"),
        ({"sku": "a", "quantity": 2**31}, "quantity", "MAX"),
        ({"sku": "a", "quantity": "20"}, "quantity", "VALIDATION"),
        ({"sku": "a", "quantity": 1, "at": "tomorrow"}, "at", "FORMAT"),
        ({"sku": "a", "quantity": 1, "at": "9999-12-31T23:59:59Z"}, "at", "FORMAT"),
        ({"sku": "a", "quantity": 1, "locale": "Swedish!"}, "locale", "FORMAT"),
        ({"sku": "a", "quantity": 1, "externalID": "x"}, "externalID", "FIELD_NOT_ALLOWED"),
    ],
)
async def test_a_wrong_field_of_a_dry_run_is_named(
    shop: Shop, body: dict[str, Any], field: str, rule: str
) -> None:
    assert violations(await shop.call("POST", PREVIEW, body)) == [(field, rule)]


async def test_the_command_shows_waves_the_left_out_and_the_mail(
    shop: Shop,
    database: dict[str, str],
) -> None:
    asked = await queue_up(shop, [1] * 7)
    await make_vip(shop, [each.id for each in asked[:6]])
    await policy(shop, shoppersPerUnit=1, timeZone="Asia/Tokyo", conditions={"contact.vip": True})
    item = ("preview", "BAG", "--app-id", STORES, "--site", shop.site)
    code, out, err = await run(*item, "--quantity", "5", env=database)
    assert (code, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines() if line]
    first = ", ".join(each.email for each in asked[:3])
    assert lines[0] == "If 5 of BAG come in now and none is sold:"
    assert lines[1] == "wave begins (Asia/Tokyo) shoppers the first"
    assert lines[2].startswith("1 ")
    assert lines[2].endswith(f" 5 {first}, and 2 more")
    assert lines[3].endswith(f" 1 {asked[5].email}")
    assert lines[4] == "In 2 waves, 6 of 7 would be told."
    assert lines[6] == f"1 contact.vip is not known {asked[6].email}"
    assert lines[7] == "The mail: Blue Orchid is back in stock"
    assert len(lines) == 8


async def test_the_command_says_clearly_when_nobody_is_told(
    shop: Shop,
    database: dict[str, str],
) -> None:
    await queue_up(shop)
    at_site = ("--quantity", "0", "--site", shop.site)
    nobody, below, no_site, no_json = await asyncio.gather(
        run("preview", "SKU-9", *at_site, env=database),
        run("preview", "BAG", "--app-id", STORES, *at_site, env=database),
        run("preview", "BAG", "--quantity", "1", "--site", "nowhere", env=database),
        run("preview", "BAG", *at_site, "--options", "{", env=database),
    )
    assert nobody == (
        0,
        f"Nobody waits for SKU-9 at {shop.site}. For an item that is not named by its SKU, "
        "give --app-id.\n",
        "",
    )
    assert "Nobody of 1 would be told.\n" in below[1]
    assert "quantity 0 is below the minimum of 1" in below[1]
    assert "The mail" not in below[1]
    assert no_site == (1, "", "There is no site nowhere.\n")
    assert no_json[0] == 2


async def test_the_command_names_an_item_by_its_sku_and_cuts_what_is_too_long(
    shop: Shop,
    database: dict[str, str],
) -> None:
    await keep_products(shop, "sv-se", "SKU-1")
    for _ in range(22):
        await subscribed(shop, await contact(shop, address()), "SKU-1", "sv-SE")
    await policy(shop, shoppersPerUnit=1)
    at_site = ("--quantity", "1", "--site", shop.site)
    code, out, _ = await run("preview", "SKU-1", *at_site, "--locale", "sv-se", env=database)
    assert code == 0
    assert "In 22 waves, 22 of 22 would be told." in out
    assert out.count("@example.com") == 20
    assert "and 2 more" in out
    code, out, _ = await run("preview", "SKU-1", *at_site, "--external-id", "x", env=database)
    assert out.startswith("Nobody waits for SKU-1")
