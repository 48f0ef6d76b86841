"""A mail server that has enough to do slows mail down; nothing is lost and no retry is burnt."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from conftest import RunningWorker
from hypothesis import given
from hypothesis import strategies as st
from shop import Shop, eventually
from shoppers import address
from smtp_sink import SmtpSink
from test_mail_trouble import inbox
from test_smtp_pool import MailServer, gone, mail, pool_for, url

from activities.congestion import Congestion, Gate, pushes_back, retry_delay
from activities.smtp import MailDeferredError


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (421, "4.7.0 mx.test Error: too many connections from 192.0.2.1"),
        (421, "Service not available, closing transmission channel"),
        (451, "4.3.2 Please try again later"),
        (451, "4.3.0 Error: queue file write error"),
        (452, "4.3.1 Insufficient system storage"),
        (452, "Requested action not taken: insufficient system storage"),
        (450, "4.7.1 Error: too much mail from 192.0.2.1"),
        (451, "4.7.500 Server busy. Please try again later from 192.0.2.1"),
        (454, "Throttling failure: Maximum sending rate exceeded."),
        (450, "4.4.5 System congestion"),
    ],
)
def test_a_reply_that_says_the_server_has_enough_to_do_is_a_pushback(code: int, words: str) -> None:
    assert pushes_back(code, words)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (451, "4.7.1 Greylisted, please try again in 300 seconds"),
        (450, "4.2.1 The user is receiving mail at a rate that prevents additional messages"),
        (452, "4.2.2 Mailbox full: over its storage limit"),
        (450, "4.1.2 Domain not found"),
        (450, "Requested mail action not taken: mailbox temporarily unavailable"),
        (451, "4.4.1 Connection to the recipient's server timed out"),
        (550, "5.7.1 Too many spam messages"),
        (552, "5.2.2 Mailbox full: over its storage limit"),
    ],
)
def test_a_reply_about_one_recipient_or_for_good_is_no_pushback(code: int, words: str) -> None:
    assert not pushes_back(code, words)


def after(size: int, history: Sequence[bool]) -> Congestion:
    """What is known after mails that were taken (True) and pushed back (False)."""
    known = Congestion(size, size)
    for was_taken in history:
        known = known.taken() if was_taken else known.pushed_back()
    return known


histories = st.lists(st.booleans(), max_size=300)


@given(size=st.integers(1, 200), history=histories)
def test_there_is_always_room_for_one_and_never_for_more_than_all(
    size: int, history: list[bool]
) -> None:
    known = after(size, history)
    assert 1 <= known.limit <= size
    assert 0 <= known.pause_seconds <= 30


@given(size=st.integers(1, 200), history=histories)
def test_a_pushback_halves_the_connections_and_a_pause_is_never_shorter_than_the_last(
    size: int, history: list[bool]
) -> None:
    known = after(size, history)
    eased = known.pushed_back()
    assert eased.limit == max(known.limit / 2, 1)
    assert eased.pause_seconds > known.pause_seconds or eased.pause_seconds == 30


@given(size=st.integers(1, 200), history=histories)
def test_a_round_of_taken_mails_makes_room_for_about_one_more(
    size: int, history: list[bool]
) -> None:
    known = after(size, history)
    a_round = [True] * int(known.limit)
    later = after(size, [*history, *a_round])
    assert min(known.limit + 0.5, size) <= later.limit <= min(known.limit + 1, size)
    assert later.pause_seconds == 0


@given(attempt=st.integers(1, 10_000), chance=st.floats(0, 1, exclude_max=True))
def test_the_wait_before_a_retry_grows_to_ten_minutes_and_is_never_the_same_for_all(
    attempt: int, chance: float
) -> None:
    delay = retry_delay(attempt, chance).total_seconds()
    middle = min(5 * 2 ** min(attempt - 1, 20), 600)
    assert delay == pytest.approx(middle * (0.5 + chance), abs=1e-5)


async def test_a_gate_lets_in_as_many_as_there_is_room_for_in_the_order_they_came() -> None:
    gate, entered = Gate(2), list[int]()

    async def one(number: int) -> None:
        await gate.enter()
        entered.append(number)

    tasks = [asyncio.create_task(one(number)) for number in range(6)]
    await settled()
    assert entered == [0, 1]
    tasks[2].cancel()
    gate.leave()
    gate.leave()
    await settled()
    assert entered == [0, 1, 3, 4]
    gate.leave()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert entered == [0, 1, 3, 4, 5]


async def settled() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_who_gives_up_just_when_called_leaves_the_place_to_the_next() -> None:
    gate = Gate(1)
    await gate.enter()
    called, following = (asyncio.create_task(gate.enter()) for _ in range(2))
    await settled()
    gate.leave()
    called.cancel()
    await following
    assert called.cancelled()


async def test_after_a_pushback_nobody_enters_until_the_pause_is_over_and_then_half_as_many() -> (
    None
):
    gate = Gate(4)
    rounds = [await gate.enter() for _ in range(4)]
    for entered_at in rounds:
        gate.pushed_back(entered_at)
    # Four that entered together were pushed back by the same rush.
    assert (gate.limit, gate.strained, gate.shut_out) == (2, True, False)
    for _ in rounds:
        gate.leave()
    tasks = [asyncio.create_task(gate.enter()) for _ in range(3)]
    await settled()
    assert not any(task.done() for task in tasks)
    await asyncio.gather(*tasks[:2])
    assert not tasks[2].done()
    gate.leave()
    await tasks[2]


async def test_a_server_that_pushes_back_three_times_and_takes_nothing_has_shut_us_out() -> None:
    gate = Gate(1)
    for _ in range(3):
        assert not gate.shut_out
        gate.pushed_back(await gate.enter())
        gate.leave()
    assert gate.shut_out
    await gate.enter()
    gate.taken()
    assert not gate.shut_out


class MoodySink(SmtpSink):
    """Answers MAIL and RCPT as it is told; None is the usual."""

    def __init__(self) -> None:
        super().__init__()
        self.to_mail: str | None = None
        self.to_rcpt: str | None = None

    async def handle_MAIL(
        self, server: SMTP, session: Any, envelope: Any, sender: str, options: Any
    ) -> str:
        envelope.mail_from = sender
        return self.to_mail or "250 2.1.0 ok"

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.to_rcpt:
            return self.to_rcpt
        return await super().handle_RCPT(server, session, envelope, address, options)


async def half_are_gone(server: MailServer) -> bool:
    return sum([await gone(session) for session in server.sessions]) >= 2


@pytest.mark.parametrize("reply", ["421 4.7.0 too many connections", "451 4.3.2 come back later"])
@pytest.mark.parametrize("stage", ["to_mail", "to_rcpt"])
async def test_a_server_that_has_enough_to_do_is_asked_less(stage: str, reply: str) -> None:
    sink = MoodySink()
    async with MailServer(sink).running() as server, pool_for(url(server), size=4) as pool:
        await asyncio.gather(*(pool.send(mail(), patience=5) for _ in range(4)))
        setattr(sink, stage, reply)
        with pytest.raises(MailDeferredError, match=reply) as put_off:
            await pool.send(mail(), patience=5)
        assert (put_off.value.server_wide, put_off.value.pushback, pool.strained) == ((True,) * 3)
        await eventually(lambda: half_are_gone(server), "connections to be given back")
        setattr(sink, stage, None)
        await pool.send(mail(), patience=5)
    assert len(sink.envelopes) == 5


async def test_a_refused_sender_is_trouble_for_its_shop_and_not_for_the_others() -> None:
    sink = MoodySink()
    sink.to_mail = "550 5.7.1 sender not allowed"
    async with MailServer(sink).running() as server, pool_for(url(server)) as pool:
        with pytest.raises(MailDeferredError, match="550") as refused:
            await pool.send(mail(), patience=5)
        assert (refused.value.server_wide, refused.value.pushback) == (True, False)
        assert not pool.strained
        sink.to_mail = None
        await pool.send(mail(), patience=5)
    assert len(server.sessions) == 1


async def test_a_server_that_is_away_shuts_us_out_until_it_takes_a_mail() -> None:
    async with MailServer().running() as server:
        pass
    async with pool_for(url(server)) as pool:
        for _ in range(3):
            assert not pool.shut_out
            with pytest.raises(MailDeferredError):
                await pool.send(mail(), patience=5)
        assert pool.shut_out


class Relay:
    """Takes two mails at a time, and answers 421 to any other."""

    def __init__(self) -> None:
        self.at_once = self.turned_away = 0

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, sender: str, options: Any
    ) -> str:
        if self.at_once >= 2:
            self.turned_away += 1
            return "421 4.7.0 Error: too many connections"
        self.at_once += 1
        # As long as it takes others to come meanwhile.
        await asyncio.sleep(0.05)
        self.at_once -= 1
        envelope.mail_from = sender
        return "250 2.1.0 ok"


@pytest.fixture
async def relay(sink: SmtpSink, worker: RunningWorker, monkeypatch: pytest.MonkeyPatch) -> Relay:
    """A relay that every connection meets, because a new worker has none yet."""
    relay = Relay()
    await worker.stop()
    monkeypatch.setattr(sink, "handle_MAIL", relay.handle_MAIL, raising=False)
    await worker.start()
    return relay


async def test_a_relay_with_two_places_gets_all_mails_and_few_of_them_twice(
    relay: Relay, shop: Shop, sink: SmtpSink
) -> None:
    await shop.call("PATCH", "/v1/policy", {"ownerNotices": "off"})
    shoppers = [address() for _ in range(40)]
    ids = [await shop.ask(shopper) for shopper in shoppers]
    await shop.report()
    for request_id in ids:
        await shop.until(request_id, "NOTIFICATION_SENT")
    assert [len(sink.to(shopper)) for shopper in shoppers] == [1] * 40
    assert 0 < relay.turned_away < 40
    assert not [line for line in await inbox(shop) if "not going out" in line]
