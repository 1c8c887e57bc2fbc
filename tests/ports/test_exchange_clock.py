"""Contract of ClockOffset and ClockFollowers."""

import asyncio
from datetime import timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.exchange_clock import ClockFollower

PAST = -timedelta(days=3_000, microseconds=1)


async def test_a_new_exchange_has_not_decided(store: Store) -> None:
    assert await store.clock_offset.agreed() is None


@pytest.mark.parametrize("first", [PAST, timedelta(0), timedelta(days=1)])
async def test_the_first_offset_is_kept(store: Store, first: timedelta) -> None:
    async with store.transaction():
        assert await store.clock_offset.agree(first) == first
        assert await store.clock_offset.agree(timedelta(1)) == first
    assert await store.clock_offset.agreed() == first


async def test_of_two_who_agree_at_once_one_decides(store: Store) -> None:
    async def agree(offset: timedelta) -> timedelta:
        async with store.transaction():
            return await store.clock_offset.agree(offset)

    one, two = await asyncio.gather(agree(PAST), agree(timedelta(0)))
    assert one == two == await store.clock_offset.agreed()


async def test_an_offset_can_be_replaced_to_the_microsecond(store: Store) -> None:
    later = PAST + timedelta(days=1, microseconds=1)
    async with store.transaction():
        await store.clock_offset.agree(PAST)
    async with store.transaction():
        assert await store.clock_offset.agreed() == PAST
        await store.clock_offset.set(later)
        assert await store.clock_offset.agreed() == later
    assert await store.clock_offset.agreed() == later


async def test_an_offset_that_is_rolled_back_is_not_stored(store: Store) -> None:
    async def fail() -> None:
        async with store.transaction():
            await store.clock_offset.agree(PAST)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await store.clock_offset.agreed() is None


async def test_followers_are_there_until_they_are_removed(store: Store) -> None:
    followers = store.clock_followers
    assert list(await followers.all()) == []
    await followers.beat("two", PAST)
    await followers.beat("one", PAST)
    await followers.beat("one", PAST + timedelta(days=1))
    one, two = ClockFollower("one", PAST + timedelta(days=1), 2), ClockFollower("two", PAST, 1)
    assert list(await followers.all()) == [one, two]

    await followers.remove("one")
    await followers.remove("one")
    assert list(await followers.all()) == [two]
    await followers.beat("one", PAST)
    assert list(await followers.all()) == [ClockFollower("one", PAST, 1), two]
