"""What a fault is played on: a mail server, shoppers, a Restock, and chance."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from restock_up import Up

from faults.crowd import Crowd
from faults.mail_server import MailServer
from faults.verdict import Evidence, Mail, Verdict, judge

OWNER_KEY = "rsk_owner_of_the_faults"


@dataclass
class Scene:
    """One fault: how many shoppers, how long it lasts, and where chance begins."""

    count: int
    thorough: bool
    seed: int
    mail: MailServer
    folder: Path
    say: Callable[[str], None]
    undo: AsyncExitStack
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    @property
    def shoppers(self) -> list[str]:
        return [f"shopper-{number}@example.com" for number in range(self.count)]

    def lasts(self, seconds: float, in_short: float) -> float:
        """How long a fault goes on, in the thorough form and in the short one."""
        return seconds if self.thorough else in_short

    def moments(self, count: int) -> list[int]:
        """After how many mails something is done: chosen by chance, with mails left to send."""
        fractions = sorted(self.chance.uniform(0.1, 0.6) for _ in range(count))
        return [round(self.count * fraction) for fraction in fractions]

    async def up(self, data_dir: Path | None = None, own_mailbox: bool = False) -> Up:
        """A running `restock up` on a data directory; its mail goes to the scene's server."""
        settings = {} if own_mailbox else {"RESTOCK_SMTP_URL": self.mail.url}
        up = Up(data_dir or self.folder / "data", OWNER_KEY, settings)
        self.undo.callback(up.clean_up)
        # In a thread, so that the mail server answers meanwhile.
        return await asyncio.to_thread(up.until_ready)

    def again(self, up: Up) -> Up:
        """A new `restock up` in the place of one that was killed, which may not be ready yet."""
        new = Up(up.data_dir, OWNER_KEY, up.settings, **up.ports)
        self.undo.callback(new.clean_up)
        return new

    async def crowd_at(self, up: Up, unknown_delivery: str = "resend") -> Crowd:
        """The shoppers of an `up`, of whom nobody has signed up yet."""
        api = f"http://127.0.0.1:{up.ports['port']}"
        database = up.run_file()["addresses"]["database"]
        return await self.crowd(api, database, unknown_delivery)

    async def crowd_being_told(self, up: Up, unknown_delivery: str = "resend") -> Crowd:
        """The shoppers of an `up`, who have all signed up, just after the item was reported."""
        crowd = await self.crowd_at(up, unknown_delivery)
        await crowd.sign_up()
        await crowd.report()
        return crowd

    async def crowd(self, api: str, database: str, unknown_delivery: str = "resend") -> Crowd:
        """The shoppers of a Restock at these addresses."""
        http = httpx.AsyncClient(base_url=api, headers={"apikey": OWNER_KEY}, timeout=60)
        await self.undo.enter_async_context(http)
        crowd = Crowd(self.shoppers, http, database)
        await crowd.open_shop(unknown_delivery)
        return crowd

    async def judge(
        self,
        fault: str,
        crowd: Crowd,
        note: str = "",
        *,
        holds: bool = False,
        mails: Callable[[], Sequence[Mail]] | None = None,
    ) -> Verdict:
        """Wait until all is over, say in one line how it ended, and fail where it ended badly."""
        await crowd.until_settled()
        await self.mail.until_quiet()
        records = await crowd.records()
        verdict = judge(
            Evidence(
                crowd.shoppers,
                mails() if mails else self.mail.mails,
                records,
                refusals=self.mail.refusals,
                holds=holds,
            )
        )
        self.say(f"{fault} (seed {self.seed}): {verdict}" + (f", {note}" if note else ""))
        assert not verdict.broken, {
            promise: [(shopper, records.get(shopper)) for shopper in shoppers]
            for promise, shoppers in verdict.broken.items()
        }
        return verdict
