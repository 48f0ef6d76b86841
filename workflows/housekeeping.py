"""The workflows that keep Restock itself in order."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.reconcile import Reconcile
    from activities.tell_owner import TellOwner
    from domain.reconciling import Reconciled


@workflow.defn
class Reconciler:
    """Run by a schedule: finds what was missed while something was down.

    Looks that would take long are spread over several runs: each goes on where the last ended,
    whose result the schedule hands to the next.
    """

    @workflow.run
    async def run(self) -> Reconciled:
        return await workflow.execute_activity_method(
            Reconcile.reconcile,
            workflow.get_last_completion_result(Reconciled),
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=30),
        )


@workflow.defn
class OutageNotice:
    """Tells the owner of a site, once, that mail did not go out for a while and does again."""

    @workflow.run
    async def run(self, site: str) -> None:
        await workflow.execute_activity_method(
            TellOwner.tell_owner_of_outage,
            site,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=10),
            summary="Owner notice: mail goes out again",
        )


@workflow.defn
class Readiness:
    """Never ends and does nothing: a worker that answers its query is a worker that works."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.query(description="True, as soon as a worker answers.")
    def worker_answers(self) -> bool:
        return True
