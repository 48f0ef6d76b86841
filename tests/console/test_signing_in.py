"""Who gets into the console, and who does not."""

from playwright.async_api import expect

from console.owner import Owner


async def test_an_owner_signs_in_with_the_owner_key_and_out_again(visitor: Owner) -> None:
    await visitor.page.goto(f"{visitor.address}/console")
    await visitor.has_no_violations()
    await visitor.screenshot("sign-in")
    await visitor.sign_in()
    await visitor.click("Sign out")
    await visitor.sees("You are signed out.")
    await visitor.page.goto(f"{visitor.address}/console/health")
    await expect(visitor.page.get_by_label("Owner key")).to_be_visible()
