"""Sites, their API keys, collection settings and policies."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.locales import locale_key
from domain.policy import Policy
from store.database import Pool, Row, load_queries
from store.records import ApiKey, ItemPolicy

_sql = load_queries("sites")
_SITE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class Sites:
    """Who owns what, and how they want it."""

    pool: Pool

    async def make(self, site: str, name: str) -> None:
        """Make a site; an existing one is left as it is. Raises `ValueError` for a bad name."""
        if not _SITE.fullmatch(site):
            raise ValueError(
                f"{site!r} is no name of a site: lower-case letters, digits and hyphens, at most 63"
            )
        await _sql.make_site(self.pool, site=site, name=name)

    async def change(
        self,
        site: str,
        name: str | None = None,
        owner_email: str | None = None,
        mail_from: str | None = None,
        locale: str | None = None,
    ) -> bool:
        """Change what is given; `locale` is a locale's key. False where there is no such site."""
        changed = await _sql.change_site(
            self.pool,
            site=site,
            name=name,
            owner_email=owner_email,
            mail_from=mail_from,
            locale=locale,
        )
        return changed is not None

    async def get(self, site: str) -> Row | None:
        """What a site is called, and its addresses and language."""
        row: Row | None = await _sql.get_site(self.pool, site=site)
        return row

    async def describe(
        self, site: str, name: str, owner_email: str, mail_from: str, locale: str
    ) -> None:
        """Change all that `change` changes; an empty text is none."""
        await _sql.describe_site(
            self.pool,
            site=site,
            name=name,
            owner_email=owner_email,
            mail_from=mail_from,
            locale=locale_key(locale),
        )

    async def all(self) -> list[Row]:
        return [row async for row in _sql.list_sites(self.pool)]

    async def add_key(
        self, site: str, scope: str, key: str, label: str = "", lifetime: timedelta | None = None
    ) -> None:
        """Let `key` in, for as long as `lifetime` says. Adding it twice is harmless.

        Only its digest is kept.
        """
        await _sql.add_key(
            self.pool,
            id=uuid4(),
            site=site,
            scope=scope,
            digest=_digest(key),
            label=label,
            lifetime=lifetime,
        )

    async def find_key(self, key: str) -> ApiKey | None:
        """The key, where it lets in now."""
        digest = _digest(key)
        row = await _sql.find_key(self.pool, digest=digest)
        # An index compares byte by byte; what it found is compared in constant time once more.
        if row is None or not hmac.compare_digest(row["digest"], digest):
            return None
        return ApiKey.of(row)

    async def live_key(self, key_id: UUID, site: str | None = None) -> ApiKey:
        """The key of an id, perhaps only of one site.

        Raises `ValueError` where it lets nobody in, and says why.
        """
        row = await _sql.get_key(self.pool, id=key_id, site=site)
        if row is None:
            raise ValueError(f"There is no key {key_id}.")
        if row["end"]:
            raise ValueError(f"Key {key_id} {row['end']}.")
        return ApiKey.of(row)

    async def rotate_key(
        self, old: ApiKey, key: str, keep_old: timedelta, lifetime: timedelta | None = None
    ) -> None:
        """Let `key` in where `old` is let in, which ends after `keep_old` at the latest.

        Raises `ValueError` where `old` has ended.
        """
        rotated = await _sql.rotate_key(
            self.pool,
            old_id=old.id,
            id=uuid4(),
            digest=_digest(key),
            lifetime=lifetime,
            keep_old=keep_old,
        )
        if rotated is None:
            raise ValueError(f"Key {old.id} has just ended.")

    async def list_keys(self, site: str | None) -> list[Row]:
        return [row async for row in _sql.list_keys(self.pool, site=site)]

    async def revoke_key(self, key_id: UUID, site: str | None = None) -> bool:
        """Shut a key out for good, perhaps only one of one site. False where there is none."""
        return await _sql.revoke_key(self.pool, id=key_id, site=site) is not None

    async def cursor_key(self, site: str) -> bytes:
        """What signs the cursors of this site's listings."""
        key: bytes = await _sql.cursor_key(self.pool, site=site)
        return key

    async def link_key(self, site: str) -> bytes | None:
        """What signs the links in mails to shoppers; none where there is no such site."""
        key: bytes | None = await _sql.cursor_key(self.pool, site=site)
        return key

    async def set_collecting(self, site: str, app_id: str, collecting: bool) -> None:
        await _sql.set_collecting(self.pool, site=site, app_id=app_id, collecting=collecting)

    async def collection_states(self, site: str) -> dict[str, bool]:
        """Whether requests are collected, per app id that was ever switched."""
        rows = _sql.collection_states(self.pool, site=site)
        return {row["app_id"]: row["collecting"] async for row in rows}

    async def is_collecting(self, site: str, app_id: str) -> bool:
        return bool(await _sql.is_collecting(self.pool, site=site, app_id=app_id))

    async def policy(self, site: str, item_key: str = "") -> Policy:
        """The policy of a site, or of one of its items."""
        return Policy.of(await _sql.get_policy(self.pool, site=site, item_key=item_key))

    async def change_policy(self, site: str, changes: dict[str, Any]) -> Policy:
        """Change the fields of a site's policy that are given; returns the whole of it."""
        stored = await _sql.change_policy(
            self.pool, site=site, item_key="", policy=changes, dropped=[]
        )
        return Policy.of(stored)

    async def change_item_policy(
        self, site: str, item_key: str, changes: dict[str, Any], inherited: Sequence[str] = ()
    ) -> None:
        """Change what an item's policy changes of its site's.

        `inherited`: the fields in which the item goes by its site again, as they are stored.
        """
        await _sql.change_policy(
            self.pool, site=site, item_key=item_key, policy=changes, dropped=list(inherited)
        )

    async def drop_item_policy(self, site: str, item_key: str) -> None:
        """Let an item go by its site's policy in everything."""
        await _sql.drop_policy(self.pool, site=site, item_key=item_key)

    async def items_with_policy(self, site: str, after: str, limit: int) -> list[str]:
        """The keys of items that have a policy of their own, in their order, after a key."""
        rows = _sql.items_with_policy(self.pool, site=site, after=after, limit=limit)
        return [row["item_key"] async for row in rows]

    async def item_policies(self, site: str, item_keys: Sequence[str]) -> list[ItemPolicy]:
        """The policies of items, in the order of their keys as given."""
        rows = _sql.item_policies(self.pool, site=site, item_keys=list(item_keys))
        return [ItemPolicy.of(row) async for row in rows]


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
