"""The whole of Restock on one machine: started in order, watched, stopped in reverse order."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.embedded import cluster
from cli.embedded.apps import start_apps, wait_until_ready
from cli.embedded.demo_shop import open_demo_shop
from cli.embedded.files import OwnerKey, owner_key, prepare_data_dir
from cli.embedded.leftovers import end_leftovers
from cli.embedded.lock import claimed
from cli.embedded.mailbox import start_mailbox
from cli.embedded.options import StackOptions, child_environment
from cli.embedded.ports import check_ports
from cli.embedded.postgres import start_postgres
from cli.embedded.progress import Progress, Silent
from cli.embedded.run_file import Addresses, RunFile, remove_run_file, write_run_file
from cli.embedded.signals import stop_signals
from cli.embedded.supervisor import Child, Supervisor
from cli.embedded.temporal import start_temporal
from store.bootstrap import ensure_main_site
from store.migrations import migrate


@dataclass(frozen=True)
class Stack:
    """A running stack, as its users see it."""

    data_dir: Path
    addresses: Addresses
    owner: OwnerKey

    @property
    def owner_key(self) -> str:
        return self.owner.key


@asynccontextmanager
async def running_stack(
    options: StackOptions, progress: Progress | None = None
) -> AsyncIterator[Stack]:
    """Restock on one machine for as long as the block runs.

    Takes SIGINT, SIGTERM and SIGHUP over: they cancel the block and come out as `StackStopped`
    when everything has ended. Raises an `EmbeddedStackError` when the stack cannot start.
    """
    progress = progress or Silent()
    with stop_signals(progress.note) as signals:
        prepare_data_dir(options.data_dir)
        async with claimed(options.data_dir, "up"), AsyncExitStack() as undo:
            try:
                supervisor = Supervisor(progress.note, signals.hurry)
                yield await _Start(options, supervisor, progress, undo).run()
            finally:
                signals.is_stopping = True


@dataclass
class _Start:
    options: StackOptions
    supervisor: Supervisor
    progress: Progress
    undo: AsyncExitStack

    @property
    def data_dir(self) -> Path:
        return self.options.data_dir

    async def run(self) -> Stack:
        await self._clear_the_ground()
        postgres = await self._postgres()
        owner = await self._database()
        temporal = await self._temporal()
        mailbox_url = await self._mailbox()
        stack = Stack(self.data_dir, self._addresses(mailbox_url), owner)
        await self._apps(stack, postgres, temporal)
        return stack

    async def _clear_the_ground(self) -> None:
        if await end_leftovers(self.data_dir):
            self.progress.note("Ended what an earlier `restock up` had left behind.")
        check_ports(self.options)
        # last of all, because the next start looks there for what this one may leave behind
        self.undo.callback(remove_run_file, self.data_dir)

    async def _postgres(self) -> Child:
        with self.progress.step("Postgres"):
            child = await start_postgres(self.data_dir, self.supervisor, self.undo)
        child.watch()
        return child

    async def _database(self) -> OwnerKey:
        dsn, given = cluster.dsn_of(self.data_dir), self.options.settings.owner_key
        with self.progress.step("Database schema"):
            await migrate(dsn)
            owner = owner_key(self.data_dir, given.get_secret_value() if given else None)
            await ensure_main_site(dsn, owner.key)
            if self.options.catches_mail:
                await open_demo_shop(dsn, self.data_dir)
        return owner

    async def _temporal(self) -> Child:
        ports = self.options.settings.temporal_port, self.options.settings.temporal_ui_port
        with self.progress.step("Temporal"):
            child = await start_temporal(self.data_dir, *ports, self.supervisor, self.undo)
        child.watch()
        return child

    async def _mailbox(self) -> str | None:
        if not self.options.catches_mail:
            return None
        return await start_mailbox(self.options.mailbox_dir, self.undo)

    def _addresses(self, mailbox_url: str | None) -> Addresses:
        return Addresses(
            api=self.options.api_url,
            temporal=self.options.temporal_address,
            temporal_ui=self.options.temporal_ui_url,
            smtp=mailbox_url,
            database=cluster.dsn_of(self.data_dir),
        )

    async def _apps(self, stack: Stack, postgres: Child, temporal: Child) -> None:
        env = child_environment(self.options, stack.addresses)
        with self.progress.step("API and workers"):
            apps = await start_apps(self.options, env, self.supervisor, self.undo)
            self._keep_run_file(stack, postgres, temporal, apps)
            await wait_until_ready(self.options, apps)
        for app in apps:
            app.watch()

    def _keep_run_file(
        self, stack: Stack, postgres: Child, temporal: Child, apps: list[Child]
    ) -> None:
        def write() -> None:
            api, *workers = (app.pid for app in apps)
            pids = {"up": os.getpid(), "postgres": postgres.pid, "temporal": temporal.pid}
            content = RunFile(**pids, api=api, workers=workers, addresses=stack.addresses)
            write_run_file(self.data_dir, content)

        self.supervisor.changed = write
        write()
