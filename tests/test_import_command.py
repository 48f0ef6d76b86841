"""`restock import`: what it prints, what it asks, and what it leaves behind."""

from pathlib import Path

import pytest
from shop import STORES, Shop
from shoppers import address
from temporalio.client import Client
from test_command_line import run


@pytest.fixture
def env(postgres_dsn: str, temporal: Client) -> dict[str, str]:
    return {
        "RESTOCK_DATABASE_URL": postgres_dsn,
        "TEMPORAL_ADDRESS": temporal.service_client.config.target_host,
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "klaviyo.csv"
    rows = f"{address()},orchid,Blue Orchid\n{address()},orchid,Blue Orchid\nkim,orchid,[b]\n"
    path.write_text(f"Email,Product ID,Product\n{rows}")
    return path


async def waiting(shop: Shop) -> int:
    sql = "SELECT count(*) FROM requests WHERE site = $1"
    return int(await shop.store.pool.fetchval(sql, shop.site))


async def states(shop: Shop) -> list[str]:
    return [found.state for found in await shop.store.imports.latest(shop.site, 10)]


async def test_a_list_is_tried_and_taken_over(
    shop: Shop, env: dict[str, str], file: Path, tmp_path: Path
) -> None:
    report = tmp_path / "rejected.csv"
    options = ("--app-id", STORES, "--site", shop.site, "--rejected", str(report))
    code, out, err = await run("import", str(file), *options, "--yes", env=env)
    assert (code, err) == (0, "")
    assert "2 can be added; 0 wait already, 0 are repeated, 1 cannot be used." in out
    assert "Blue Orchid" in out
    assert "Email: An email address must have an @-sign." in out
    assert "klaviyo.csv: 2 added, 0 wait already, 0 repeated, 1 rejected." in out
    assert report.read_text().splitlines()[0] == "line,reason,Email,Product ID,Product"
    assert await waiting(shop) == 2


async def test_a_dry_run_adds_nothing_and_keeps_nothing(
    shop: Shop, env: dict[str, str], file: Path
) -> None:
    options = ("--app-id", STORES, "--site", shop.site, "--dry-run")
    code, out, _ = await run("import", str(file), *options, env=env)
    assert code == 0
    assert out.endswith("Nothing was added.\n")
    assert (await waiting(shop), await states(shop)) == (0, ["discarded"])


async def test_without_an_answer_nothing_is_added(
    shop: Shop, env: dict[str, str], file: Path
) -> None:
    options = ("--app-id", STORES, "--site", shop.site)
    code, _, _ = await run("import", str(file), *options, env=env)
    assert code == 1
    assert (await waiting(shop), await states(shop)) == (0, ["ready"])


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("name\nKim\n", (), "file: The first line must name the columns"),
        ("email,product id\na@b.se,A\n", (), "appId: say whose catalogue the item ids are of"),
        ("email,sku\na@b.se,A\n", ("--app-id", "other"), "Requests are not collected"),
        ("email,sku\na@b.se,A\n", ("--yes", "--dry-run"), "give --yes or --dry-run, not both"),
    ],
)
async def test_a_list_that_cannot_be_used_says_why(
    shop: Shop,
    env: dict[str, str],
    tmp_path: Path,
    content: str,
    options: tuple[str, ...],
    said: str,
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(content)
    code, _, err = await run("import", str(path), "--site", shop.site, *options, env=env)
    assert code != 0
    assert said in " ".join(err.replace("│", " ").split())
