"""Contract of Leases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.leases import Lease
from solebook.ports.leases import Leases

LIFE = timedelta(seconds=3)
SECOND = timedelta(seconds=1)


@pytest.fixture
def leases(store: Store) -> Leases:
    return store.leases


async def taken(leases: Leases, holder: str = "one", name: str = "relay") -> Lease:
    lease = await leases.acquire(name, holder, LIFE)
    assert lease is not None
    return lease


async def test_a_lease_is_held_until_its_life_is_over(leases: Leases, clock: VirtualClock) -> None:
    lease = await taken(leases)
    assert (lease.name, lease.holder, lease.expires_at) == ("relay", "one", clock.now() + LIFE)
    await clock.advance(LIFE - SECOND)
    assert await leases.holder("relay") == lease
    await clock.advance(SECOND)
    assert await leases.holder("relay") is None


async def test_lease_that_was_never_taken_has_no_holder(leases: Leases) -> None:
    assert await leases.holder("relay") is None


async def test_another_holder_gets_the_lease_after_it_expires(
    leases: Leases, clock: VirtualClock
) -> None:
    await taken(leases)
    assert await leases.acquire("relay", "two", LIFE) is None
    await clock.advance(LIFE)
    assert (await taken(leases, "two")).holder == "two"


async def test_each_lease_of_a_name_has_a_higher_epoch(leases: Leases, clock: VirtualClock) -> None:
    epochs = [(await taken(leases)).epoch, (await taken(leases)).epoch]
    await clock.advance(LIFE)
    later = await taken(leases, "two")
    await leases.release(later)
    epochs += [later.epoch, (await taken(leases, "three")).epoch]
    assert epochs == sorted(set(epochs))


async def test_leases_of_different_names_are_independent(leases: Leases) -> None:
    first = await taken(leases, "one", "shard 0")
    second = await taken(leases, "two", "shard 1")
    assert await leases.holder("shard 0") == first
    assert await leases.holder("shard 1") == second


async def test_a_lease_that_is_renewed_in_time_goes_on(leases: Leases, clock: VirtualClock) -> None:
    lease = await taken(leases)
    for _ in range(5):
        await clock.advance(LIFE - SECOND)
        renewed = await leases.renew(lease, LIFE)
        assert renewed is not None
        assert (renewed.epoch, renewed.expires_at) == (lease.epoch, clock.now() + LIFE)
    assert await leases.acquire("relay", "two", LIFE) is None


async def test_a_lease_that_is_over_cannot_be_renewed(leases: Leases, clock: VirtualClock) -> None:
    lease = await taken(leases)
    await clock.advance(LIFE)
    assert await leases.renew(lease, LIFE) is None
    assert await leases.holder("relay") is None


async def test_a_lease_that_another_took_cannot_be_renewed(
    leases: Leases, clock: VirtualClock
) -> None:
    lease = await taken(leases)
    await clock.advance(LIFE)
    other = await taken(leases, "two")
    assert await leases.renew(lease, LIFE) is None
    assert await leases.holder("relay") == other


async def test_a_holder_that_takes_it_again_loses_the_earlier_one(leases: Leases) -> None:
    earlier, later = await taken(leases), await taken(leases)
    assert await leases.renew(earlier, LIFE) is None
    assert await leases.renew(later, LIFE) is not None


async def test_released_lease_can_be_taken_at_once(leases: Leases) -> None:
    lease = await taken(leases)
    await leases.release(lease)
    assert await leases.holder("relay") is None
    assert (await taken(leases, "two")).epoch > lease.epoch


async def test_releasing_a_lost_lease_changes_nothing(leases: Leases, clock: VirtualClock) -> None:
    lease = await taken(leases)
    await clock.advance(LIFE)
    other = await taken(leases, "two")
    await leases.release(lease)
    assert await leases.holder("relay") == other


async def test_only_one_of_many_concurrent_holders_gets_the_lease(leases: Leases) -> None:
    wanted = (leases.acquire("relay", str(number), LIFE) for number in range(20))
    got = [lease for lease in await asyncio.gather(*wanted) if lease is not None]
    assert len(got) == 1
    assert await leases.holder("relay") == got[0]


async def test_a_lease_is_no_part_of_a_transaction(leases: Leases, store: Store) -> None:
    lease = await taken(leases)
    async with store.transaction():
        for call in (
            leases.acquire("relay", "two", LIFE),
            leases.renew(lease, LIFE),
            leases.release(lease),
            leases.holder("relay"),
        ):
            with pytest.raises(AssertionError):
                await call


async def test_leases_are_renewed_together(leases: Leases, clock: VirtualClock) -> None:
    first, second = await taken(leases, name="one"), await taken(leases, name="two")
    other = await taken(leases, "somebody else", name="three")
    await clock.advance(LIFE - SECOND)
    gone = await taken(leases, name="four")
    await leases.release(gone)

    renewed = await leases.renew_all([first, second, replace(other, holder="one"), gone], LIFE)

    until = clock.now() + LIFE
    assert sorted(renewed, key=lambda lease: lease.name) == [
        replace(first, expires_at=until),
        replace(second, expires_at=until),
    ]
    assert await leases.holder("two") == replace(second, expires_at=until)
    assert await leases.holder("three") == other
    assert await leases.renew_all([], LIFE) == []


async def test_a_lease_that_was_taken_again_is_not_renewed_under_its_earlier_epoch(
    leases: Leases,
) -> None:
    earlier = await taken(leases)
    await taken(leases)
    assert await leases.renew_all([earlier], LIFE) == []


async def test_current_leases_are_found_by_name(leases: Leases, clock: VirtualClock) -> None:
    over = await taken(leases, name="over")
    await clock.advance(LIFE)
    one, two = await taken(leases, name="one"), await taken(leases, "two", name="two")
    await taken(leases, name="not asked for")
    assert await leases.held([over.name, "one", "two", "never taken"]) == {"one": one, "two": two}
    assert await leases.held([]) == {}
