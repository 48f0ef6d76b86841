"""A waiting list of another system: tried, shown to the owner, and taken over if they say so."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.import_requests import ImportRequests
    from domain.feeds import FEEDS_TASK_QUEUE
    from domain.imports.contracts import ImportInput, ImportOutcome, ImportState

_SOON = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
_OWNER_HAS = timedelta(days=7)


@workflow.defn
class RequestImport:
    """Ends when the requests are made, or the owner does not want them."""

    @workflow.init
    def __init__(self, asked: ImportInput) -> None:
        self._asked = asked
        self._confirmed: bool | None = None

    @workflow.run
    async def run(self, asked: ImportInput) -> str:
        found = await self._check()
        if found.state is not ImportState.READY:
            return found.sentence
        if not await self._owner_confirms():
            await self._discard()
            return "discarded"
        return (await self._add()).sentence

    @workflow.signal(description="Make the requests.")
    def confirm(self) -> None:
        self._decide(True)

    @workflow.signal(description="Forget the file.")
    def discard(self) -> None:
        self._decide(False)

    def _decide(self, confirmed: bool) -> None:
        # The first answer counts.
        if self._confirmed is None:
            self._confirmed = confirmed

    async def _check(self) -> ImportOutcome:
        workflow.set_current_details("The file is being read.")
        found = await workflow.execute_activity_method(
            ImportRequests.check_import,
            self._asked,
            task_queue=FEEDS_TASK_QUEUE,
            start_to_close_timeout=timedelta(hours=1),
            heartbeat_timeout=timedelta(seconds=30),
            retry_policy=_SOON,
            summary="Dry run",
        )
        workflow.set_current_details(f"The owner is asked: {found.sentence}")
        return found

    async def _owner_confirms(self) -> bool:
        try:
            await workflow.wait_condition(
                lambda: self._confirmed is not None,
                timeout=_OWNER_HAS,
                timeout_summary="Until the file is discarded",
            )
        except TimeoutError:
            return False
        return bool(self._confirmed)

    async def _add(self) -> ImportOutcome:
        workflow.set_current_details("The requests are being made.")
        added = await workflow.execute_activity_method(
            ImportRequests.add_imported,
            self._asked,
            start_to_close_timeout=timedelta(hours=12),
            heartbeat_timeout=timedelta(seconds=30),
            retry_policy=_SOON,
            summary="Make the requests",
        )
        workflow.set_current_details(added.sentence)
        return added

    async def _discard(self) -> None:
        await workflow.execute_activity_method(
            ImportRequests.discard_import,
            self._asked,
            start_to_close_timeout=timedelta(minutes=1),
            retry_policy=_SOON,
            summary="Forget the file",
        )
