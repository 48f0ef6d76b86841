"""What came in: the restock of each item is started."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.announce_arrivals import AnnounceArrivals


@workflow.defn
class Arrivals:
    """One per site, reached by each update of stock levels that somebody waits for."""

    @workflow.init
    def __init__(self, site: str) -> None:
        self._waiting = True

    @workflow.run
    async def run(self, site: str) -> str:
        begun = 0
        while self._waiting:
            self._waiting = False
            begun += await workflow.execute_activity_method(
                AnnounceArrivals.announce_arrivals,
                site,
                start_to_close_timeout=timedelta(minutes=30),
                heartbeat_timeout=timedelta(seconds=30),
                summary="Start the restocks of what came in",
            )
        return f"{begun} restocks begun"

    @workflow.signal(description="Something came in.")
    def arrived(self) -> None:
        self._waiting = True
