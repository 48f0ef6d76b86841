"""A mail server in a process of its own, which notes when each mail came."""

import asyncio
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
_PAUSE = 0.005


class _Clerk:
    """Notes the time and the recipient of each mail: `<seconds> <address>`."""

    def __init__(self, file: Path) -> None:
        self._notes = file.open("a", buffering=1, encoding="utf-8")

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        self._notes.write(f"{time.monotonic()} {envelope.rcpt_tos[0]}\n")
        return "250 2.0.0 taken"


class Mails:
    """What the clerk has noted, as the benchmark reads it."""

    def __init__(self, file: Path) -> None:
        file.touch()
        self._notes = file.open(encoding="utf-8")
        self._came: dict[str, float] = {}
        self._begun = ""

    def came(self) -> dict[str, float]:
        """When the first mail to each address came, on the clock of `time.monotonic`."""
        *notes, self._begun = (self._begun + self._notes.read()).split("\n")
        for note in notes:
            seconds, _, address = note.partition(" ")
            self._came.setdefault(address, float(seconds))
        return self._came

    def among(self, prefix: str) -> list[float]:
        """When the mails to all addresses that begin so came, in order."""
        return sorted(at for address, at in self.came().items() if address.startswith(prefix))

    async def until(self, address: str) -> float:
        """When the mail to an address came; waits for it."""
        while True:
            if (at := self.came().get(address)) is not None:
                return at
            await asyncio.sleep(_PAUSE)


async def _serve(port: int, file: Path) -> None:
    clerk = _Clerk(file)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(clerk, hostname="mail.test"), HOST, port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
