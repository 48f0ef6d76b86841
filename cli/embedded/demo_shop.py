"""What the page `/demo/shop` needs: a key of its own, and that its items are asked for."""

from pathlib import Path

from api.demo_shop import APP_ID, KEY_FILE
from cli.embedded.files import write_private
from domain.keys import new_key
from store.bootstrap import MAIN_SITE
from store.store import open_store

_SCOPE = "storefront"


async def open_demo_shop(dsn: str, data_dir: Path) -> None:
    """Let the page ask. Requests are collected from the first start on, until somebody stops it."""
    file = data_dir / KEY_FILE
    is_first = not file.exists()
    if is_first:
        write_private(file, new_key(_SCOPE) + "\n")
    key = file.read_text(encoding="utf-8").strip()
    async with open_store(dsn, connections=2) as store:
        await store.sites.add_key(MAIN_SITE, _SCOPE, key, label="demo-shop")
        if is_first:
            await store.sites.set_collecting(MAIN_SITE, APP_ID, True)
