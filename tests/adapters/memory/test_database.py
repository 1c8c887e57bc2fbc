"""Transactions in memory."""

import asyncio
from dataclasses import replace

import pytest

from solebook.adapters.memory.database import MemoryDatabase
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.ids import UserId
from solebook.ports.language.users import User


class Boom(Exception):
    """Something went wrong inside a block."""


@pytest.fixture
def user(ids: SeededIds, clock: VirtualClock) -> User:
    return User(UserId(ids.new()), "user@example.com", "hash", "Test", "User", clock.now())


async def elsewhere(store: Store, user: User) -> User | None:
    return await asyncio.create_task(store.users.find_by_email(user.email))


async def test_readers_see_the_committed_state_however_often_they_look(
    store: Store, user: User
) -> None:
    async with store.transaction():
        await store.users.add(user)
    async with store.transaction():
        await store.users.save(replace(user, email="first@example.com"))
        assert await elsewhere(store, user) == user
        await store.users.save(renamed := replace(user, email="second@example.com"))
        for _ in range(2):
            assert await elsewhere(store, user) == user
            assert await elsewhere(store, renamed) is None
            assert await store.users.find_by_email(renamed.email) == renamed
            assert await store.users.find_by_email(user.email) is None
    assert await elsewhere(store, renamed) == renamed
    assert await elsewhere(store, user) is None


async def test_looking_from_outside_spoils_no_rollback(store: Store, user: User) -> None:
    async def write_and_fail() -> None:
        async with store.transaction():
            await store.users.add(user)
            assert await elsewhere(store, user) is None
            await store.users.save(replace(user, first_name="Renamed"))
            assert await elsewhere(store, user) is None
            raise Boom

    with pytest.raises(Boom):
        await write_and_fail()
    assert await store.users.find_by_email(user.email) is None


async def test_announcements_are_made_after_the_commit_and_only_then() -> None:
    database = MemoryDatabase()
    heard: list[str] = []

    async def announce(name: str, *, fail: bool = False) -> None:
        async with database():
            await database.writing()
            database.announce(lambda: heard.append(f"{name} {database.is_open}"))
            assert heard == ["one False"][: len(heard)]
            if fail:
                raise Boom

    await announce("one")
    with pytest.raises(Boom):
        await announce("two", fail=True)
    assert heard == ["one False"]
