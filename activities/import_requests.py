"""Imports a waiting list: reads its file without changing anything, then makes its requests."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from temporalio import activity

from activities.alive import alive
from domain.catalog import VOYADO_APP_ID
from domain.imports import Columns, LineRules, ReadLine, Table, UnusableFileError, read_lines
from domain.imports.contracts import ImportInput, ImportOutcome, ImportState
from store.import_records import ImportRecord
from store.records import WaitingStart
from store.store import Store

Start = Callable[[WaitingStart], Awaitable[None]]

_LINES_AT_ONCE = 50
_LINES_KEPT_AT_ONCE = 1000
_STARTED_AT_ONCE = 5


@dataclass(frozen=True)
class ImportRequests:
    """Needs the store, and the way to start the workflow of a request."""

    store: Store
    start: Start

    @activity.defn
    async def check_import(self, asked: ImportInput) -> ImportOutcome:
        """The dry run: judge each line, keep what it asks for, and count.

        Safe to run twice: what a reading kept that came to no end is read again.
        """
        imports = self.store.imports
        found = await imports.get(asked.site, asked.import_id)
        content = await imports.content(asked.site, asked.import_id)
        if found is None or content is None:
            return found.outcome if found else ImportOutcome()
        async with alive():
            await imports.begin_anew(found)
            try:
                await self._keep_lines(found, content)
            except UnusableFileError as error:
                return _outcome(await imports.unusable(found.site, found.id, str(error)))
            return _outcome(await imports.checked(found.site, found.id))

    @activity.defn
    async def add_imported(self, asked: ImportInput) -> ImportOutcome:
        """Make the requests, batch by batch, and start the workflows of each before the next.

        A batch is one transaction with the note that it was made, so a retry goes on behind the
        last. What a crash left without a workflow is started by the reconciler.
        """
        imports = self.store.imports
        if found := await imports.begin_adding(asked.site, asked.import_id):
            async with alive():
                while (made := await imports.add_next(found)) is not None:
                    await self._start_all(made)
                await imports.done(found.site, found.id)
        now = await imports.get(asked.site, asked.import_id)
        if now and now.state is ImportState.DONE:
            await self._note_in_inbox(now)
        return _outcome(now)

    @activity.defn
    async def discard_import(self, asked: ImportInput) -> None:
        """Forget a file that its owner does not want, or gave no answer to."""
        await self.store.imports.discard(asked.site, asked.import_id)

    async def _keep_lines(self, found: ImportRecord, content: bytes) -> None:
        table = Table.of(content)
        rules = await self._rules(found)
        batch: list[ReadLine] = []
        for line in read_lines(table, Columns.of(table.heading), rules):
            batch.append(line)
            if len(batch) % _LINES_AT_ONCE == 0:
                # Mail and everything else of this process goes on in between.
                await asyncio.sleep(0)
            if len(batch) == _LINES_KEPT_AT_ONCE:
                await self.store.imports.keep_lines(found, batch)
                batch.clear()
        await self.store.imports.keep_lines(found, batch)

    async def _rules(self, found: ImportRecord) -> LineRules:
        states = await self.store.sites.collection_states(found.site)
        policy = await self.store.sites.policy(found.site)
        days = policy.expire_after_days
        return LineRules(
            app_id=found.app_id,
            # Voyado's dialect collects without being switched on.
            collecting=frozenset({app for app, on in states.items() if on} | {VOYADO_APP_ID}),
            now=found.created_date,
            zone=ZoneInfo(policy.time_zone),
            oldest=found.created_date - timedelta(days=days) if days else None,
            locale=await self._locale(found.site),
        )

    async def _locale(self, site: str) -> str:
        """The shop's own, or that of its first product feed."""
        feeds = await self.store.feeds.all(site)
        found = await self.store.sites.get(site)
        locale: str | None = found["locale"] if found else None
        return locale or next((feed.shown_locale for feed in feeds), "")

    async def _start_all(self, made: list[WaitingStart]) -> None:
        """A few at a time, so that who asks meanwhile, and mail, have their turn."""
        for begin in range(0, len(made), _STARTED_AT_ONCE):
            few = made[begin : begin + _STARTED_AT_ONCE]
            await asyncio.gather(*(self.start(request) for request in few))
        started: list[UUID] = [request.id for request in made]
        await self.store.requests.workflows_started(started)

    async def _note_in_inbox(self, done: ImportRecord) -> None:
        text = f"Imported {done.file_name}: {done.outcome.sentence}."
        await self.store.inbox.add_shop_line(done.site, f"import/{done.id}", text)


def _outcome(found: ImportRecord | None) -> ImportOutcome:
    return found.outcome if found else ImportOutcome()
