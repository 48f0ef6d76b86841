"""People who sign in to the console with a name and a password."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from store.database import Pool, Row, load_queries
from store.records import User

_sql = load_queries("users")


@dataclass(frozen=True)
class Users:
    """A user may see one site or several. Passwords come and go as Argon2 hashes."""

    pool: Pool

    async def add(self, name: str, password: str, site: str) -> bool:
        """Make a user of one site. False where somebody has that name."""
        async with self.pool.acquire() as connection, connection.transaction():
            user_id = await _sql.add_user(connection, id=uuid4(), name=name, password=password)
            if user_id is not None:
                await _sql.give_site(connection, user_id=user_id, site=site)
        return user_id is not None

    async def give_site(self, user_id: UUID, site: str) -> None:
        """Let a user see one more site."""
        await _sql.give_site(self.pool, user_id=user_id, site=site)

    async def remove(self, name: str, site: str) -> bool:
        """Shut a user out of a site; one without a site is forgotten. False where nobody was."""
        return await _sql.take_site(self.pool, name=name, site=site) is not None

    async def find(self, name: str) -> User | None:
        """The user of a name, in any spelling of its letters."""
        row = await _sql.find_user(self.pool, name=name)
        return None if row is None else User.of(row)

    async def all(self, site: str | None) -> list[Row]:
        """Each user with each of their sites, or with one."""
        return [row async for row in _sql.list_users(self.pool, site=site)]

    async def change_password(self, name: str, password: str, kept: bytes | None = None) -> bool:
        """Change it, and end the user's sessions but the one with the digest `kept`.

        False where nobody has that name.
        """
        changed = await _sql.change_password(self.pool, name=name, password=password, kept=kept)
        return changed is not None
