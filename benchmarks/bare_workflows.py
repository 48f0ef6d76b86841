"""The bare engine: what Temporal itself costs when a waiting workflow is called."""

from datetime import timedelta

from temporalio import workflow

DEFAULTS, AS_RESTOCK = "bare-defaults", "bare-as-restock"
"""The task queues of two kinds of workers: with temporalio's settings, and with Restock's."""
PAGE_SIZE = 500


@workflow.defn
class Bare:
    """Waits for one signal and then executes one activity that does nothing."""

    def __init__(self) -> None:
        self._called = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self._called)
        await workflow.execute_activity("nothing", start_to_close_timeout=timedelta(minutes=1))

    @workflow.signal
    def call(self) -> None:
        self._called = True


@workflow.defn
class CallAll:
    """Signals many `Bare`s page by page, as `Restock` does."""

    @workflow.run
    async def run(self, prefix: str, count: int) -> None:
        for first in range(0, count, PAGE_SIZE):
            await workflow.execute_activity(
                "call_page",
                args=[prefix, first, min(first + PAGE_SIZE, count)],
                start_to_close_timeout=timedelta(minutes=10),
                heartbeat_timeout=timedelta(seconds=10),
            )
