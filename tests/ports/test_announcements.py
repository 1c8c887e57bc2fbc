"""Contract of Transaction: announcements."""

import asyncio

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound
from solebook.ports.language.users import User

from .records import Records


class Boom(Exception):
    """Something went wrong inside a block."""


async def test_announcements_are_made_after_the_commit(store: Store, records: Records) -> None:
    user, heard = records.user(), list[str]()

    async with store.transaction():
        await store.users.add(user)
        store.transaction.announce(lambda: heard.append("first"))
        async with store.transaction():
            store.transaction.announce(lambda: heard.append("second"))
        assert heard == []
    assert heard == ["first", "second"]
    assert await store.users.get(user.id) == user


async def test_rollback_discards_announcements(store: Store, records: Records) -> None:
    heard = list[str]()

    async def write(user: User, *, fail: bool) -> None:
        async with store.transaction():
            await store.users.add(user)
            store.transaction.announce(lambda: heard.append(user.email))
            if fail:
                raise Boom

    lost, kept = records.user(), records.user()
    with pytest.raises(Boom):
        await write(lost, fail=True)
    with pytest.raises(NotFound):
        await store.users.get(lost.id)
    assert heard == []
    await write(kept, fail=False)
    assert heard == [kept.email]


async def test_each_transaction_announces_its_own(store: Store, records: Records) -> None:
    heard = list[str]()

    async def write(user: User) -> None:
        async with store.transaction():
            await store.users.add(user)
            await asyncio.sleep(0)
            store.transaction.announce(lambda: heard.append(user.email))
        assert user.email in heard  # before the block is left

    users = [records.user() for _ in range(5)]
    await asyncio.gather(*map(write, users))
    assert sorted(heard) == sorted(user.email for user in users)


async def test_outside_any_transaction_nothing_can_be_announced(store: Store) -> None:
    with pytest.raises(AssertionError):
        store.transaction.announce(lambda: None)
