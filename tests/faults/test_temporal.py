"""Temporal answers nobody for a minute, while shoppers sign up and are told."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from restock_up import Up

from faults.children import pid_of
from faults.scene import Scene


@contextmanager
def silent_temporal(up: Up) -> Iterator[None]:
    """Temporal keeps its connections and says nothing."""
    temporal = pid_of(up, "temporal")
    os.kill(temporal, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(temporal, signal.SIGCONT)


@pytest.mark.short_form
async def test_shoppers_sign_up_while_temporal_is_away_and_are_told_later(scene: Scene) -> None:
    up = await scene.up()
    crowd = await scene.crowd_at(up)
    early, late = crowd.shoppers[::2], crowd.shoppers[1::2]
    await crowd.sign_up(early)
    await crowd.report()
    await scene.mail.until(len(early) // 4)
    seconds = scene.lasts(60, in_short=8)
    with silent_temporal(up):
        over = asyncio.create_task(asyncio.sleep(seconds))
        repeated = await crowd.sign_up(late)
        await over
    back = asyncio.get_running_loop().time()
    await crowd.report()
    await crowd.until_settled()
    took = asyncio.get_running_loop().time() - back
    fault = f"Temporal away for {seconds:.0f} s"
    await scene.judge(fault, crowd, f"all told {took:.1f} s after")
    assert repeated == 0
