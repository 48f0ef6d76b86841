"""What the owner does to many requests at once, page by page."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.apply_bulk import ApplyBulk
    from domain.bulk import Bulk, BulkProgress


@workflow.defn
class BulkChange:
    """Marks, announces, retries or deletes all requests that a filter matches."""

    @workflow.run
    async def run(self, bulk: Bulk) -> BulkProgress:
        while not (progress := await self._page(bulk)).finished:
            workflow.set_current_details(f"{progress.done:,} of {progress.looked_at:,} so far")
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(bulk)
        return progress

    async def _page(self, bulk: Bulk) -> BulkProgress:
        return await workflow.execute_activity_method(
            ApplyBulk.apply_bulk,
            bulk,
            start_to_close_timeout=timedelta(minutes=10),
            heartbeat_timeout=timedelta(seconds=30),
            summary="Up to 500 requests",
        )
