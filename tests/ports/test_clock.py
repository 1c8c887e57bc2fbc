"""Contract of Clock."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.clock import AdjustableClock, SystemClock
from solebook.ports.clock import Clock

PATIENCE = 60.0

Pass = Callable[[timedelta], Awaitable[object]]


@pytest.fixture(params=["virtual", "system", "adjustable"])
def clock_and_passing(request: pytest.FixtureRequest, clock: VirtualClock) -> tuple[Clock, Pass]:
    """A clock, and a function that lets time pass on it."""

    async def real_time(by: timedelta) -> None:
        await asyncio.sleep(by.total_seconds())

    if request.param == "system":
        return SystemClock(), real_time
    if request.param == "adjustable":
        adjustable = AdjustableClock(clock.now(), clock)
        return adjustable, clock.advance
    return clock, clock.advance


async def test_an_instant_is_aware_and_in_utc(clock_and_passing: tuple[Clock, Pass]) -> None:
    clock, _ = clock_and_passing
    assert isinstance(clock.now(), datetime)
    assert clock.now().tzinfo is UTC


async def test_time_passes_and_never_goes_backwards(
    clock_and_passing: tuple[Clock, Pass],
) -> None:
    clock, passing = clock_and_passing
    before = clock.now()
    for _ in range(100):
        now = clock.now()
        assert now >= before
        before = now
    await passing(timedelta(milliseconds=2))
    assert clock.now() >= before + timedelta(milliseconds=1)


async def test_what_has_elapsed_is_what_has_passed(clock_and_passing: tuple[Clock, Pass]) -> None:
    clock, passing = clock_and_passing
    before = clock.elapsed()
    await passing(timedelta(milliseconds=2))
    assert clock.elapsed() >= before + 0.001


async def test_a_sleeper_wakes_once_the_time_has_passed(
    clock_and_passing: tuple[Clock, Pass],
) -> None:
    clock, passing = clock_and_passing
    begun = clock.now()
    sleeper = asyncio.create_task(clock.sleep(0.004))
    await passing(timedelta(milliseconds=5))
    await asyncio.wait_for(sleeper, PATIENCE)
    # A timer may be a tick of the machine's clock early, never more.
    assert clock.now() - begun >= timedelta(milliseconds=3)


@pytest.mark.parametrize("seconds", [0, -1])
async def test_sleeping_no_time_returns(
    clock_and_passing: tuple[Clock, Pass], seconds: float
) -> None:
    clock, _ = clock_and_passing
    await asyncio.wait_for(clock.sleep(seconds), PATIENCE)
