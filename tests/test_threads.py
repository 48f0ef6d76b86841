"""The inbox as threads: one per shopper, the one with the newest line first."""

import pytest
from shop import Shop
from shoppers import address

import store.threads


async def shoppers(shop: Shop, count: int) -> list[str]:
    asked = [address(f"s{number}") for number in range(count)]
    for email in asked:
        await shop.ask(email)
    return asked


async def all_threads(shop: Shop, limit: int) -> list[str]:
    """The addresses of all pages."""
    found, before = await shop.store.threads.newest(shop.site, None, limit)
    emails = [thread.email for thread in found]
    while before:
        found, before = await shop.store.threads.newest(shop.site, before, limit)
        emails += [thread.email for thread in found]
    return emails


async def test_each_shopper_has_one_thread_over_all_pages(shop: Shop) -> None:
    first, second, third = await shoppers(shop, 3)
    await shop.ask(first, "rose")
    for limit in (1, 2, 3, 10):
        assert await all_threads(shop, limit) == [first, third, second]


async def test_a_page_that_looks_at_few_lines_still_comes_to_all_threads(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet, loud = await shoppers(shop, 2)
    for item in "abcde":
        await shop.ask(loud, item)
    monkeypatch.setattr(store.threads, "_MOST_LOOKED_AT", 2)
    assert await all_threads(shop, 10) == [loud, quiet]


async def test_a_thread_is_new_until_it_is_read(shop: Shop) -> None:
    (email,) = await shoppers(shop, 1)

    async def is_new() -> bool:
        ((thread,), _) = await shop.store.threads.newest(shop.site, None, 1)
        return thread.unread

    assert await is_new()
    contact = await shop.store.contacts.find(shop.site, email)
    assert contact
    await shop.store.threads.read(shop.site, contact.id)
    assert not await is_new()
    await shop.ask(email, "rose")
    assert await is_new()


async def test_another_sites_threads_are_its_own(shop: Shop, other_shop: Shop) -> None:
    (email,) = await shoppers(shop, 1)
    contact = await shop.store.contacts.find(shop.site, email)
    assert contact
    threads = other_shop.store.threads
    assert await threads.newest(other_shop.site, None, 10) == ([], None)
    assert await threads.lines(other_shop.site, contact.id, None, 10) == []
    await threads.read(other_shop.site, contact.id)
    ((thread,), _) = await shop.store.threads.newest(shop.site, None, 1)
    assert thread.unread
