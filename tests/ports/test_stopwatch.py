"""Contract of Stopwatch."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.ports.stopwatch import Stopwatch

Pass = Callable[[float], Awaitable[object]]


@pytest.fixture(params=["virtual", "system"])
def stopwatch_and_passing(
    request: pytest.FixtureRequest, clock: VirtualClock
) -> tuple[Stopwatch, Pass]:
    """A stopwatch, and a function that lets seconds elapse on it."""
    if request.param == "system":
        return SystemStopwatch(), asyncio.sleep
    return VirtualStopwatch(clock), lambda seconds: clock.advance(timedelta(seconds=seconds))


async def test_it_counts_the_seconds_that_elapse(
    stopwatch_and_passing: tuple[Stopwatch, Pass],
) -> None:
    stopwatch, let_pass = stopwatch_and_passing
    before = stopwatch.elapsed()
    await let_pass(0.02)
    assert stopwatch.elapsed() >= before + 0.019


async def test_a_sleeper_wakes_when_its_seconds_have_elapsed(
    stopwatch_and_passing: tuple[Stopwatch, Pass],
) -> None:
    stopwatch, let_pass = stopwatch_and_passing
    before = stopwatch.elapsed()
    sleeping = asyncio.create_task(stopwatch.sleep(0.02))
    await let_pass(0.03)
    await sleeping
    assert stopwatch.elapsed() >= before + 0.019
