"""Who is signed in to the console, and the log of what they changed."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from store.database import Pool, load_queries
from store.records import AuditLine, SignedIn, Workload

_sql = load_queries("console")
_IDLE = timedelta(hours=12)
_LONGEST = timedelta(days=7)


@dataclass(frozen=True)
class Console:
    """Sessions are known by the digest of what their cookie holds.

    They end after 12 hours without a page, after 7 days, with their key, and with their user.
    """

    pool: Pool

    async def open_session(
        self, digest: bytes, site: str, user_id: UUID | None = None, key_id: UUID | None = None
    ) -> None:
        """Sign in a user, or whoever has a key: one of the two. Forgets sessions of old."""
        await _sql.forget_sessions(self.pool, longest=_LONGEST)
        await _sql.open_session(self.pool, digest=digest, site=site, user_id=user_id, key_id=key_id)

    async def signed_in(self, digest: bytes) -> SignedIn | None:
        """Who that is, while the session lasts."""
        row = await _sql.visitor(self.pool, digest=digest, idle=_IDLE, longest=_LONGEST)
        return None if row is None else SignedIn.of(row)

    async def switch_site(self, digest: bytes, site: str) -> bool:
        """Look at another site. False where it is none of the user's."""
        return await _sql.switch_site(self.pool, digest=digest, site=site) is not None

    async def close_session(self, digest: bytes) -> None:
        await _sql.close_session(self.pool, digest=digest)

    async def workload(self, site: str) -> Workload:
        """What a site has under way."""
        return Workload.of(await _sql.workload(self.pool, site=site))

    async def add_audit_line(self, site: str, who: str, what: str) -> None:
        """Note what somebody changed; `what` is a sentence that holds nothing personal."""
        await _sql.add_audit_line(self.pool, site=site, who=who, what=what)

    async def audit_lines(self, site: str, before: int | None, limit: int) -> list[AuditLine]:
        """The newest first, optionally only those before line `before`."""
        rows = _sql.audit_lines(self.pool, site=site, before=before, limit=limit)
        return [AuditLine.of(row) async for row in rows]
