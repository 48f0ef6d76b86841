"""`kill -9` of each process of `restock up`, and of all at once, while shoppers are told."""

import asyncio

import pytest

from faults.children import Name, kill_all, replaced, worker_there
from faults.scene import Scene

ON_AGAIN_WITHIN_SECONDS = 20.0


@pytest.mark.short_form
async def test_killing_the_worker_loses_and_doubles_nobody(scene: Scene) -> None:
    up = await scene.up()
    crowd = await scene.crowd_being_told(up)
    pause = 0.0
    for moment in scene.moments(2 if scene.thorough else 1):
        await scene.mail.until(moment)
        pause = max(pause, await scene.mail.first_after(await replaced(up, "worker")))
    await scene.judge("kill -9 of the worker", crowd, f"on again after {pause:.1f} s")
    assert pause <= ON_AGAIN_WITHIN_SECONDS


@pytest.mark.parametrize("name", ["postgres", "temporal"])
async def test_killing_what_the_worker_stands_on_loses_and_doubles_nobody(
    scene: Scene, name: Name
) -> None:
    up = await scene.up()
    crowd = await scene.crowd_being_told(up)
    pause = 0.0
    for moment in scene.moments(2):
        await scene.mail.until(moment)
        pause = max(pause, await scene.mail.first_after(await replaced(up, name)))
    await scene.judge(f"kill -9 of {name}", crowd, f"on again after {pause:.1f} s")


async def test_killing_the_api_loses_and_doubles_nobody(scene: Scene) -> None:
    up = await scene.up()
    crowd = await scene.crowd_at(up)
    signing_up = asyncio.create_task(crowd.sign_up())
    await asyncio.sleep(scene.chance.uniform(0.5, 2))
    await replaced(up, "api")
    repeated = await signing_up
    await crowd.report()
    [moment] = scene.moments(1)
    await scene.mail.until(moment)
    await replaced(up, "api")
    await scene.judge("kill -9 of the api", crowd, f"calls repeated {repeated}")


async def test_killing_all_of_it_loses_and_doubles_nobody(scene: Scene) -> None:
    up = await scene.up()
    crowd = await scene.crowd_being_told(up)
    [moment] = scene.moments(1)
    await scene.mail.until(moment)
    kill_all(up)
    back = await worker_there(scene.again(up))
    pause = await scene.mail.first_after(back)
    await scene.judge("kill -9 of everything", crowd, f"on again after {pause:.1f} s")
    assert pause <= ON_AGAIN_WITHIN_SECONDS
