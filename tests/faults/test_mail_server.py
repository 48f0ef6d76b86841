"""The mail server goes, is slow, refuses, loses its answers and pushes back."""

import asyncio
import random
from contextlib import suppress

import pytest

from faults.mail_server import Fate, Mood
from faults.scene import Scene

# By then the worker has asked again, and what waited is on its way.
SOON_SECONDS = 60.0


async def test_a_mail_server_that_is_down_for_a_while_loses_and_doubles_nobody(
    scene: Scene,
) -> None:
    up = await scene.up()
    crowd = await scene.crowd_being_told(up)
    [moment] = scene.moments(1)
    await scene.mail.until(moment)
    scene.mail.go_away()
    await asyncio.sleep(30)
    await scene.mail.come_back()
    gone_out = await most_gone_out(scene)
    await scene.judge("mail server down for 30 s", crowd, f"9 of 10 after {gone_out:.1f} s")
    assert gone_out <= SOON_SECONDS


async def most_gone_out(scene: Scene) -> float:
    """How long it takes until nine of ten are told; the last may wait for their next try."""
    begin = asyncio.get_running_loop().time()
    with suppress(TimeoutError):
        await scene.mail.until(round(scene.count * 0.9))
    return asyncio.get_running_loop().time() - begin


async def loses_and_doubles_nobody_in(scene: Scene, mood: Mood, fault: str) -> None:
    """The mail server is in this mood for 20 s, in the middle of a restock."""
    crowd = await scene.crowd_being_told(await scene.up())
    [moment] = scene.moments(1)
    await scene.mail.until(moment)
    scene.mail.mood = mood
    await asyncio.sleep(20)
    scene.mail.mood = Mood()
    gone_out = await most_gone_out(scene)
    verdict = await scene.judge(fault, crowd, f"9 of 10 after {gone_out:.1f} s")
    assert verdict.same_id == 0
    assert gone_out <= SOON_SECONDS


class Slow(Mood):
    """Takes its time, for some longer than anybody waits."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    async def welcome(self, address: str) -> str:
        await asyncio.sleep(self._chance.choice([0.1, 1, 12]))
        return ""

    async def ponder(self) -> None:
        await asyncio.sleep(self._chance.uniform(0, 3))


async def test_a_slow_mail_server_loses_and_doubles_nobody(scene: Scene) -> None:
    await loses_and_doubles_nobody_in(scene, Slow(scene.chance), "mail server slow for 20 s")


class Refusing(Mood):
    """Refuses everybody for good, so many times."""

    def __init__(self, times: int) -> None:
        self._left = times

    async def welcome(self, address: str) -> str:
        self._left -= 1
        return "550 5.7.1 not from you" if self._left >= 0 else ""


async def test_a_mail_server_that_refuses_everybody_for_a_while_fails_them_in_its_words(
    scene: Scene,
) -> None:
    up = await scene.up()
    crowd = await scene.crowd_being_told(up)
    [moment] = scene.moments(1)
    await scene.mail.until(moment)
    refused = scene.chance.randrange(scene.count // 10, scene.count // 4)
    scene.mail.mood = Refusing(refused)
    verdict = await scene.judge("mail server refuses for a while", crowd)
    assert len(verdict.failed) == refused
    assert len(verdict.told) == scene.count - refused


class Forgetful(Mood):
    """Hangs up instead of answering to a message, to a share of the shoppers once."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._tried: set[str] = set()

    async def fate(self, address: str) -> Fate:
        if address in self._tried:
            return Fate.KEPT
        self._tried.add(address)
        return self._chance.choice([Fate.KEPT, Fate.KEPT, Fate.KEPT_UNHEARD, Fate.GONE])


@pytest.mark.short_form
async def test_answers_to_messages_that_get_lost_lose_nobody_and_double_with_the_same_id(
    scene: Scene,
) -> None:
    scene.mail.mood = Forgetful(scene.chance)
    up = await scene.up()
    crowd = await scene.crowd_being_told(up)
    verdict = await scene.judge("connection lost after DATA", crowd)
    assert len(verdict.told) == scene.count
    assert verdict.same_id


class Storm(Mood):
    """Has enough to do."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    async def welcome(self, address: str) -> str:
        return self._chance.choice(
            ["", "421 4.7.0 too many connections", "451 4.3.2 too busy", "451 4.7.1 greylisted"]
        )


async def test_a_storm_of_put_offs_loses_and_doubles_nobody(scene: Scene) -> None:
    await loses_and_doubles_nobody_in(scene, Storm(scene.chance), "421 and 451 for 20 s")
