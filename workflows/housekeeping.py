"""The workflows that keep Restock itself in order."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.reconcile import Reconcile
    from domain.contracts import Reconciled


@workflow.defn
class Reconciler:
    """Run by a schedule: finds what was missed while something was down."""

    @workflow.run
    async def run(self) -> Reconciled:
        return await workflow.execute_activity_method(
            Reconcile.reconcile,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=30),
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
