"""Where the owner would rather have no mail than a second one, a crash never makes a second."""

from faults.children import replaced
from faults.scene import Scene


async def test_killing_the_worker_doubles_nothing_where_unknown_mails_are_held(
    scene: Scene,
) -> None:
    up = await scene.up()
    crowd = await scene.crowd_being_told(up, unknown_delivery="hold")
    for moment in scene.moments(2):
        await scene.mail.until(moment)
        await replaced(up, "worker")
    fault = "kill -9 of the worker, unknown mails held"
    verdict = await scene.judge(fault, crowd, holds=True)
    # Else no mail was on its way when the worker was killed, and nothing was proved.
    assert verdict.failed
    assert verdict.same_id == 0
