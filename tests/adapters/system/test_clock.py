import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.clock import AdjustableClock, SystemClock, real_clock_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HYPE = datetime(2015, 2, 14, 9, tzinfo=UTC)


# ---- SystemClock -----------------------------------------------------------------------------


def test_system_clock_returns_the_system_time_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()

    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_system_clock_stands_still_after_the_system_time_was_set_back() -> None:
    wall = [NOON, NOON + HOUR, NOON, NOON + HOUR / 2, NOON + HOUR * 2]
    clock = SystemClock(iter(wall).__next__)

    assert [clock.now() for _ in wall[1:]] == [
        NOON + HOUR,
        NOON + HOUR,
        NOON + HOUR,
        NOON + HOUR * 2,
    ]


async def test_system_clock_sleeps() -> None:
    await SystemClock().sleep(0)


# ---- AdjustableClock -------------------------------------------------------------------------


@pytest.fixture
def real() -> VirtualClock:
    """Return a stand-in for the system clock."""
    return VirtualClock(NOON)


async def finishes(task: asyncio.Task[None]) -> bool:
    """Return whether the task ends without more time passing."""
    for _ in range(20):
        await asyncio.sleep(0)
    return task.done()


async def test_adjustable_clock_starts_at_any_time_and_runs_in_real_time(
    real: VirtualClock,
) -> None:
    clock = AdjustableClock(HYPE, real)
    assert clock.now() == HYPE

    await real.advance(HOUR)

    assert clock.now() == HYPE + HOUR
    assert AdjustableClock(None, real).now() == real.now()


async def test_adjustable_clock_tells_how_far_it_is_ahead(real: VirtualClock) -> None:
    clock = AdjustableClock(real=real, ahead=-HOUR)
    assert clock.now() == real.now() - HOUR

    clock.advance(3 * HOUR)

    assert clock.ahead == 2 * HOUR
    assert clock.now() == real.now() + 2 * HOUR
    assert (real_clock_of(clock), real_clock_of(real)) == (real, real)


async def test_adjustable_clock_moves_forward_and_runs_from_there(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)

    clock.advance(timedelta(days=30))
    clock.move_to(HYPE + timedelta(days=31))
    await real.advance(HOUR)

    assert clock.now() == HYPE + timedelta(days=31) + HOUR


def test_adjustable_clock_never_goes_backwards(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)

    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-timedelta(microseconds=1))
    with pytest.raises(ValueError, match="backwards"):
        clock.move_to(HYPE - HOUR)
    clock.move_to(HYPE)

    assert clock.now() == HYPE


def test_naive_datetimes_are_refused_and_aware_ones_converted(
    real: VirtualClock,
) -> None:
    with pytest.raises(ValueError, match="time zone"):
        AdjustableClock(HYPE.replace(tzinfo=None), real)
    tokyo = HYPE.astimezone(timezone(timedelta(hours=9)))
    clock = AdjustableClock(tokyo, real)
    with pytest.raises(ValueError, match="time zone"):
        clock.move_to(HYPE.replace(tzinfo=None))

    assert clock.now() == HYPE
    assert clock.now().tzinfo is UTC


async def test_sleeper_wakes_when_real_time_reaches_the_instant(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    sleeper = asyncio.create_task(clock.sleep(60))

    await real.advance(timedelta(seconds=59))
    assert not sleeper.done()
    await real.advance(timedelta(seconds=1))

    assert await finishes(sleeper)


async def test_sleeper_wakes_when_the_clock_is_moved_there(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    sleeper = asyncio.create_task(clock.sleep(60))
    assert not await finishes(sleeper)

    clock.advance(timedelta(seconds=59))
    assert not await finishes(sleeper)
    clock.advance(timedelta(seconds=1))

    assert await finishes(sleeper)


async def test_sleep_is_shortened_by_moves_and_ended_by_real_time(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    sleeper = asyncio.create_task(clock.sleep(60))
    assert not await finishes(sleeper)

    clock.advance(timedelta(seconds=50))
    await real.advance(timedelta(seconds=9))
    assert not await finishes(sleeper)
    await real.advance(timedelta(seconds=1))

    assert await finishes(sleeper)


async def test_move_wakes_only_those_whose_instant_has_come(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    sleepers = [asyncio.create_task(clock.sleep(seconds)) for seconds in (1, 10, 100)]
    assert not await finishes(sleepers[0])

    clock.advance(timedelta(seconds=10))

    assert [await finishes(sleeper) for sleeper in sleepers] == [True, True, False]
    sleepers[2].cancel()


async def test_sleep_of_0_seconds_lets_other_tasks_run(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    ran: list[str] = []

    async def other() -> None:
        ran.append("other")

    task = asyncio.create_task(other())
    await clock.sleep(0)
    await clock.sleep(-1)

    assert ran == ["other"]
    await task


async def test_sleeper_that_is_cancelled_leaves_nothing_behind(real: VirtualClock) -> None:
    clock = AdjustableClock(HYPE, real)
    before = asyncio.all_tasks()
    sleeper = asyncio.create_task(clock.sleep(60))
    assert not await finishes(sleeper)

    sleeper.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeper
    await asyncio.sleep(0)

    assert asyncio.all_tasks() == before


async def test_adjustable_clock_uses_the_system_clock_by_default() -> None:
    before = datetime.now(UTC)
    clock = AdjustableClock()

    await clock.sleep(0.001)

    assert clock.now() >= before + timedelta(milliseconds=1)
