"""Postgres goes, and replies of it get lost, while shoppers sign up and are told."""

import signal

import pytest

from faults.children import replaced
from faults.parts import behind_a_proxy
from faults.postgres_replies import LostReplies
from faults.scene import OWNER_KEY, Scene


async def test_restarting_postgres_loses_and_doubles_nobody(scene: Scene) -> None:
    up = await scene.up()
    crowd = await scene.crowd_being_told(up)
    for moment in scene.moments(2):
        await scene.mail.until(moment)
        await replaced(up, "postgres", signal.SIGINT)
    verdict = await scene.judge("Postgres restarted", crowd)
    # A mail whose outcome cannot be written just then is no mail of unknown outcome.
    assert verdict.same_id == 0


@pytest.mark.short_form
async def test_lost_replies_of_postgres_lose_and_double_nobody(scene: Scene) -> None:
    replies = LostReplies(scene.chance, share=0.05)
    parts = await scene.undo.enter_async_context(
        behind_a_proxy(scene.folder / "data", scene.mail.url, OWNER_KEY, replies.watcher)
    )
    crowd = await scene.crowd(parts.api, parts.database)
    await crowd.sign_up()
    await crowd.report()
    await crowd.until_settled()
    fault = "replies of Postgres lost after the commit"
    verdict = await scene.judge(fault, crowd, f"replies lost {replies.lost}")
    assert replies.lost
    assert verdict.same_id == 0
