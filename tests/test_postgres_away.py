"""What becomes of a mail whose outcome Postgres cannot write just now."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from shop import Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink
from temporalio.testing import ActivityEnvironment

from activities.record_outcome import RecordOutcome
from activities.send_email import SendEmail
from activities.shopper_letters import ShopperLetters
from activities.smtp import SmtpPool
from activities.smtp_server import SmtpServer
from domain.catalog import Item
from domain.contracts import Delivery, Settling, Telling
from domain.ids import message_id
from domain.settings import Settings
from mails.letters import Templates
from store.database import UNREACHABLE

_HOLD = "SELECT FROM requests WHERE id = $1 FOR NO KEY UPDATE"
_END_WHAT_WAITS = "SELECT count(pg_cancel_backend(pid)) FROM pg_locks WHERE NOT granted"


@pytest_asyncio.fixture
async def send(shop: Shop, settings: Settings) -> AsyncIterator[SendEmail]:
    smtp = SmtpPool(SmtpServer.from_url(settings.smtp_url.get_secret_value()))
    letters = ShopperLetters(shop.store, Templates())
    yield SendEmail(
        shop.store, smtp, letters, settings.mail_from, settings.public_url, timedelta(hours=48)
    )
    await smtp.close()


async def claimed(shop: Shop, request_id: str) -> Telling:
    """The telling of a request that a restock has claimed."""
    restock_id = uuid4()
    identity = message_id(UUID(request_id), restock_id, "restock.test")
    assert await shop.store.deliveries.begin(shop.site, UUID(request_id), restock_id, identity)
    return Telling(
        site=shop.site, request_id=request_id, restock_id=restock_id, item=Item(), parameters={}
    )


async def test_an_outcome_that_postgres_will_not_write_just_now_is_known_and_written_later(
    shop: Shop, sink: SmtpSink, send: SendEmail, postgres_dsn: str
) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    telling = await claimed(shop, request_id)
    other = await asyncpg.connect(postgres_dsn)
    async with other.transaction():
        await other.execute(_HOLD, UUID(request_id))
        sending = asyncio.create_task(ActivityEnvironment().run(send.send_email, telling))
        await eventually(lambda: other.fetchval(_END_WHAT_WAITS), "the outcome to be written")
        delivery: Delivery = await sending
    await other.close()
    assert (delivery.outcome, delivery.recorded) == ("accepted", False)
    assert (await shop.get(request_id))["status"] == "PROCESSING"
    record = RecordOutcome(shop.store).record_outcome
    await ActivityEnvironment().run(record, Settling(telling=telling, delivery=delivery))
    assert (await shop.get(request_id))["status"] == "NOTIFICATION_SENT"
    assert len(sink.to(shopper)) == 1


async def test_a_connection_that_postgres_is_just_ending_is_one_that_does_not_answer(
    postgres_dsn: str,
) -> None:
    connection = await asyncpg.connect(postgres_dsn)
    goodbye = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"
    length = (len(goodbye) + 4).to_bytes(4, "big")
    # It came, and the end of the connection has not come yet.
    connection._protocol.data_received(b"E" + length + goodbye)
    with pytest.raises(UNREACHABLE):
        await connection.fetchval("SELECT 1")
    connection.terminate()
