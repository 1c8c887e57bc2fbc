"""How time passes for tests and simulations."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock

SECOND = timedelta(seconds=1)


async def test_time_stands_still_until_it_is_advanced(clock: VirtualClock) -> None:
    begun = clock.now()
    await asyncio.sleep(0)
    assert clock.now() == begun
    await clock.advance(3 * SECOND)
    assert clock.now() == begun + 3 * SECOND


async def test_sleepers_wake_in_order_and_see_their_own_instant(clock: VirtualClock) -> None:
    begun = clock.now()
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, *seconds: float) -> None:
        for second in seconds:
            await clock.sleep(second)
            woken.append((name, (clock.now() - begun).total_seconds()))

    tasks = [
        asyncio.create_task(sleep("late", 5)),
        asyncio.create_task(sleep("again", 1, 1, 1)),
        asyncio.create_task(sleep("second", 2)),
        asyncio.create_task(sleep("after", 11)),
    ]
    await clock.advance(10 * SECOND)
    assert clock.now() == begun + 10 * SECOND
    assert not tasks[3].done()
    await clock.advance(SECOND)
    await asyncio.gather(*tasks)
    assert woken == [
        ("again", 1), ("second", 2), ("again", 2), ("again", 3), ("late", 5), ("after", 11),
    ]  # fmt: skip


async def test_a_sleeper_that_was_cancelled_is_passed_over(clock: VirtualClock) -> None:
    task = asyncio.create_task(clock.sleep(1))
    await asyncio.sleep(0)
    task.cancel()
    await clock.advance(2 * SECOND)
    assert task.cancelled()


async def test_sleeping_no_time_lets_the_others_run(clock: VirtualClock) -> None:
    ran = asyncio.Event()
    asyncio.get_running_loop().call_soon(ran.set)
    await clock.sleep(0)
    assert ran.is_set()


async def test_time_never_goes_backwards(clock: VirtualClock) -> None:
    with pytest.raises(AssertionError):
        await clock.advance(-SECOND)


def test_it_starts_at_an_aware_instant_and_tells_it_in_utc() -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=-3)))
    assert VirtualClock(start).now().isoformat() == "2026-03-02T12:00:00+00:00"
    with pytest.raises(AssertionError):
        VirtualClock(datetime(2026, 3, 2, 9, tzinfo=UTC).replace(tzinfo=None))
