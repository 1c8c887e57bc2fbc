"""When a process's clock counts as wrong."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.composition.adapters import Store
from solebook.core.operations.compare_clocks import CompareClocks

from ...lease_line import LeaseLine


class OtherClock(LeaseLine):
    """Leases in a store with another time, which takes a while to tell it."""

    off = took = 0.0

    async def now(self) -> datetime:
        await self._clock.advance(timedelta(seconds=self.took))
        return self._clock.now() + timedelta(seconds=self.off)


@pytest.fixture
def leases(store: Store, clock: VirtualClock) -> OtherClock:
    return OtherClock(store.leases, clock)


@pytest.fixture
def compare(leases: OtherClock, clock: VirtualClock) -> CompareClocks:
    return CompareClocks(leases, clock, VirtualStopwatch(clock))


@pytest.mark.parametrize(
    ("off", "problem"),
    [
        (0.0, None),
        (0.9, None),
        (-0.9, None),
        (1.5, "the clock of this process is 1.5 s behind the database's"),
        (-3600.0, "the clock of this process is 3600.0 s ahead of the database's"),
    ],
)
async def test_a_clock_may_differ_by_a_second(
    compare: CompareClocks, leases: OtherClock, off: float, problem: str | None
) -> None:
    leases.off = off
    assert await compare() == problem


async def test_a_clock_may_be_ahead_by_what_is_stored(
    compare: CompareClocks, leases: OtherClock
) -> None:
    leases.off = -3600.0
    excused = replace(compare, excused=lambda: timedelta(hours=1))
    assert await excused() is None


async def test_a_slow_answer_makes_no_clock_wrong(
    compare: CompareClocks, leases: OtherClock
) -> None:
    leases.took = 30.0
    assert await compare() is None
