"""How fast a page tells the workflows of those it claimed."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from shop import Shop, eventually
from shoppers import address, claimed_page, orchid_page, wanted
from temporalio.testing import ActivityEnvironment

from activities.signal_requests import SignalRequests
from domain.contracts import Announcement, Page, ReportedSignal, RestockSignal
from store.records import ClaimedRequest

MOST_UNDER_WAY = 50


@dataclass
class Engine:
    """Takes the signals of a page; the mail of nobody leaves by itself."""

    signalled: list[UUID] = field(default_factory=list)

    async def announce(self, site: str, request: ClaimedRequest, signal: RestockSignal) -> None:
        self.signalled.append(request.id)

    async def has_signalled_more_than(self, count: int) -> bool:
        return len(self.signalled) > count


@pytest.fixture
async def page(shop: Shop) -> Page:
    for _ in range(120):
        await shop.store.requests.create(shop.site, wanted(address()))
    return orchid_page(shop.site, Announcement(restock_id=uuid4(), report=ReportedSignal()))


async def test_a_page_is_signalled_as_the_mails_of_those_before_leave(
    shop: Shop, page: Page
) -> None:
    engine, claimed = Engine(), await claimed_page(shop.store, page)
    patient = SignalRequests(shop.store, engine.announce, queued=False)
    signalling = asyncio.create_task(signal_all(patient, page, claimed))
    while len(engine.signalled) < len(claimed):
        settled = len(engine.signalled)
        await settle(shop, engine.signalled)
        await eventually(partial(engine.has_signalled_more_than, settled), "further signals")
        assert len(engine.signalled) - settled <= MOST_UNDER_WAY
    await signalling
    assert engine.signalled == [each.id for each in claimed]


async def test_mails_that_do_not_leave_hold_up_the_rest_of_a_page_for_a_while_only(
    shop: Shop, page: Page
) -> None:
    engine, claimed = Engine(), await claimed_page(shop.store, page)
    impatient = SignalRequests(
        shop.store, engine.announce, queued=False, patience=timedelta(seconds=0.3)
    )
    await signal_all(impatient, page, claimed)
    assert engine.signalled == [each.id for each in claimed]


async def test_a_page_that_waits_for_its_mails_ends_when_its_worker_stops(
    shop: Shop, page: Page
) -> None:
    engine, claimed = Engine(), await claimed_page(shop.store, page)
    patient = SignalRequests(
        shop.store, engine.announce, queued=False, patience=timedelta(minutes=5)
    )
    signalling = asyncio.create_task(signal_all(patient, page, claimed))
    await eventually(partial(engine.has_signalled_more_than, MOST_UNDER_WAY - 1), "signals")
    signalling.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.wait_for(signalling, 5)
    assert signalling.cancelled()
    assert len(engine.signalled) == MOST_UNDER_WAY


async def signal_all(signal: SignalRequests, page: Page, claimed: Sequence[ClaimedRequest]) -> None:
    await ActivityEnvironment().run(signal.signal_all, page, claimed)


async def settle(shop: Shop, requests: Sequence[UUID]) -> None:
    change = "UPDATE requests SET status = 'NOTIFICATION_SENT' WHERE id = ANY ($1)"
    await shop.store.pool.execute(change, list(requests))
