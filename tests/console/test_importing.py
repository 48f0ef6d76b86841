"""The owner brings a waiting list of another system."""

from pathlib import Path

from playwright.async_api import expect
from shop import STORES, Shop
from shoppers import address

from console.owner import PHONE, Owner


def csv_file(tmp_path: Path, rows: str, heading: str = "Email,Product ID,Product,Note") -> Path:
    path = tmp_path / "klaviyo.csv"
    path.write_text(f"{heading}\n{rows}")
    return path


async def upload(console: Owner, path: Path) -> None:
    await console.open("/requests/import")
    await console.page.get_by_label("CSV file").set_input_files(path)
    await console.click("Try it")


async def count(console: Owner) -> int:
    sql = "SELECT count(*) FROM requests WHERE site = $1"
    return int(await console.shop.store.pool.fetchval(sql, console.shop.site))


async def log(console: Owner) -> list[str]:
    sql = "SELECT what FROM audit_log WHERE site = $1 ORDER BY id"
    return [row["what"] for row in await console.shop.store.pool.fetch(sql, console.shop.site)]


async def test_a_list_is_tried_shown_and_taken_over(console: Owner, tmp_path: Path) -> None:
    waiting = address()
    await console.shop.ask(waiting)
    rows = "".join(f"{address()},orchid,Blue Orchid,\n" for _ in range(2))
    path = csv_file(tmp_path, f"{rows}{waiting},orchid,Blue Orchid,\nkim,lily,Lily,<b>x</b>\n")
    await console.open("/requests/import")
    await console.has_no_violations()
    await console.screenshot("import-upload")
    await upload(console, path)
    await console.sees("2 shoppers can be added")
    await console.sees("An email address must have an @-sign.")
    await console.sees("<b>x</b>")
    await console.has_no_violations()
    await console.screenshot("import-ready")
    assert await count(console) == 1
    await console.click("Add 2 shoppers")
    await console.sees("2 shoppers were added")
    await console.has_no_violations()
    await console.screenshot("import-done")
    assert await count(console) == 3
    assert await log(console) == [
        "Uploaded a waiting list: klaviyo.csv.",
        "Confirmed the import of klaviyo.csv.",
    ]


async def test_the_page_follows_a_long_import_by_itself(console: Owner, tmp_path: Path) -> None:
    rows = "".join(f"{address()},orchid,Blue Orchid,\n" for _ in range(600))
    await upload(console, csv_file(tmp_path, rows))
    await console.sees("600 shoppers can be added")
    await console.click("Add 600 shoppers")
    await expect(console.page.get_by_role("progressbar", name="Shoppers added")).to_be_visible()
    await console.screenshot("import-adding")
    added = console.page.get_by_text("600 shoppers were added")
    await expect(added).to_be_visible(timeout=60_000)


async def test_the_rejected_lines_are_downloaded(console: Owner, tmp_path: Path) -> None:
    await upload(console, csv_file(tmp_path, "kim,orchid,Blue Orchid,\n"))
    await console.sees("There is nobody to add")
    async with console.page.expect_download() as waiting:
        await console.click("Download 1 line with the reasons")
    download = await waiting.value
    assert download.suggested_filename == "rejected.csv"
    text = Path(await download.path()).read_text("utf-8-sig")  # noqa: ASYNC240
    assert text.startswith("line,reason,Email,Product ID,Product,Note\n2,Email: ")


async def test_a_file_is_discarded(console: Owner, tmp_path: Path) -> None:
    await upload(console, csv_file(tmp_path, f"{address()},orchid,Blue Orchid,\n"))
    await console.sees("1 shopper can be added")
    await console.click("Discard the file")
    await console.sees("klaviyo.csv is forgotten. Nothing was added.")
    await console.sees("discarded")
    assert await count(console) == 0


async def test_a_file_that_cannot_be_used_says_why_beside_its_field(
    console: Owner, tmp_path: Path
) -> None:
    await upload(console, csv_file(tmp_path, "Kim,A\n", heading="Name,SKU"))
    field = console.page.get_by_label("CSV file")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await console.sees("none of them names the shopper's address")
    await console.has_no_violations()
    await console.page.get_by_label("Whose items are they?").select_option("")
    await field.set_input_files(csv_file(tmp_path, "a@b.se,A,,\n"))
    await console.click("Try it")
    await console.sees("say whose catalogue the item ids are of")
    await expect(console.page.get_by_label("Whose items are they?")).to_have_value("")


async def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    console: Owner, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, f"{'x' * 20 * 1024**2}\n")
    await upload(console, path)
    said = await console.page.get_by_label("CSV file").evaluate("input => input.validationMessage")
    assert said.startswith("The file is too long: 20 MiB and 200,000 lines are the most.")
    assert await console.shop.store.imports.latest(console.shop.site, 1) == []


async def test_a_sample_can_be_downloaded_and_imported(console: Owner, tmp_path: Path) -> None:
    await console.open("/requests/import")
    async with console.page.expect_download() as waiting:
        await console.click("Download a sample")
    path = tmp_path / "sample.csv"
    await (await waiting.value).save_as(path)
    await upload(console, path)
    await console.sees("1 shopper can be added")


async def test_it_works_by_keyboard_on_a_phone_and_without_scripts(
    console: Owner, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, f"{address()},orchid,Blue Orchid,\n")
    found = console.page.context.browser
    assert found
    context = await found.new_context(
        viewport=PHONE,
        java_script_enabled=False,
        storage_state=await console.page.context.storage_state(),
    )
    phone = await context.new_page()
    await phone.goto(f"{console.address}/console/requests/import")
    await phone.get_by_label("CSV file").set_input_files(path)
    await phone.get_by_label("Whose items are they?").select_option(STORES)
    await phone.get_by_role("button", name="Try it").press("Enter")
    await expect(phone.get_by_role("heading", name="Import of klaviyo.csv")).to_be_visible()
    add = phone.get_by_role("button", name="Add 1 shopper")
    while not await add.is_visible():
        await phone.reload()
    await add.press("Enter")
    added = phone.get_by_text("1 shopper was added")
    await expect(phone.get_by_role("heading", name="Import of klaviyo.csv")).to_be_visible()
    while not await added.is_visible():
        await phone.reload()
    await context.close()


async def test_an_import_of_another_shop_is_not_there(console: Owner, other_shop: Shop) -> None:
    imports = other_shop.store.imports
    found = await imports.create(other_shop.site, "a.csv", "", ["email", "sku"], b"x")
    reply = await console.page.goto(f"{console.address}/console/requests/import/{found.id}")
    assert reply
    assert reply.status == 404
