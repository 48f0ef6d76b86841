"""What a first start needs: the site `main` and its owner's key."""

from store.store import open_store

MAIN_SITE = "main"


async def ensure_main_site(dsn: str, owner_key: str) -> None:
    """Make site `main` and let `owner_key` in as its owner. Safe to repeat."""
    async with open_store(dsn, connections=2) as store:
        await store.sites.make(MAIN_SITE, "My shop")
        await store.sites.add_key(MAIN_SITE, "owner", owner_key, label="first owner key")
