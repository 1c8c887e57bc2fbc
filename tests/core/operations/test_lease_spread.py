"""Parts of work are shared among the processes that are there, each part by one at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.operations.lease_keeper import LeaseTenure, LeaseTimes
from solebook.core.operations.lease_spread import LeaseSpread
from solebook.ports.leases import Leases

from ...lease_line import InterruptedStopwatch, LeaseLine

SECOND = timedelta(seconds=1)
TIMES = LeaseTimes(life=3.0, every=1.0, margin=0.5, grace=10.0)
PARTS = 8


class Process:
    """A process that takes its share of the parts."""

    def __init__(self, leases: Leases, clock: VirtualClock, holder: str) -> None:
        self.line = LeaseLine(leases, clock)
        self.stopwatch = InterruptedStopwatch(clock)
        self.working: dict[int, LeaseTenure] = {}
        self.obstacle: str | None = None
        self.failing: set[int] = set()
        self.spread = LeaseSpread(
            self.line,
            self.stopwatch,
            group="parts",
            parts=PARTS,
            holder=holder,
            times=TIMES,
            obstacle=self._find_obstacle,
        )
        self.task = asyncio.create_task(self.spread.run(self.work))

    async def _find_obstacle(self) -> str | None:
        return self.obstacle

    async def work(self, part: int, tenure: LeaseTenure) -> None:
        if part in self.failing:
            raise AssertionError("a bug")
        self.working[part] = tenure
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            if self.working.get(part) is tenure:
                del self.working[part]

    @property
    def parts(self) -> set[int]:
        """The parts on which it may work and does."""
        return {part for part, tenure in self.working.items() if not tenure.is_over}

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])


@pytest.fixture
async def start(store: Store, clock: VirtualClock) -> AsyncIterator[Callable[[str], Process]]:
    processes: list[Process] = []

    def start(holder: str) -> Process:
        processes.append(Process(store.leases, clock, holder))
        return processes[-1]

    yield start
    for process in processes:
        process.line.fails = process.line.hangs = False
        process.task.cancel()
    await asyncio.gather(*(process.task for process in processes), return_exceptions=True)


async def after(clock: VirtualClock, seconds: int, *processes: Process) -> list[set[int]]:
    """Let time pass, and return what each process has. No part is ever two processes'."""
    for _ in range(seconds * 4):
        await clock.advance(SECOND / 4)
        for _ in range(50):
            await asyncio.sleep(0)
        owned = [part for process in processes for part in process.parts]
        assert len(owned) == len(set(owned))
    return [process.parts for process in processes]


async def test_a_process_that_is_alone_has_all_parts(
    start: Callable[[str], Process], clock: VirtualClock
) -> None:
    assert await after(clock, 2, start("one")) == [set(range(PARTS))]


async def test_a_part_that_moves_rests_for_less_than_a_second(
    start: Callable[[str], Process], clock: VirtualClock
) -> None:
    one = start("one")
    await after(clock, 2, one)
    two = start("two")
    rests = 0
    for _ in range(8):  # quarters of a second
        rests += len(one.parts | two.parts) < PARTS
        await clock.advance(SECOND / 4)
        for _ in range(50):
            await asyncio.sleep(0)
    assert (len(one.parts), len(two.parts)) == (4, 4)
    assert rests < 4


@pytest.mark.parametrize("count", [2, 3, 5, 8])
async def test_parts_are_shared_fairly(
    start: Callable[[str], Process], clock: VirtualClock, count: int
) -> None:
    processes = [start(str(number)) for number in range(count)]
    shares = await after(clock, 8, *processes)
    assert set.union(*shares) == set(range(PARTS))
    assert {len(share) for share in shares} <= {PARTS // count, -(-PARTS // count)}


async def test_one_that_comes_later_gets_its_share_and_no_other_part_moves(
    start: Callable[[str], Process], clock: VirtualClock
) -> None:
    one = start("one")
    await after(clock, 2, one)
    two = start("two")
    ones, twos = await after(clock, 5, one, two)
    assert (len(ones), len(twos)) == (4, 4)
    epochs = {part: tenure.lease.epoch for part, tenure in one.working.items()}
    await after(clock, 10, one, two)
    assert {part: tenure.lease.epoch for part, tenure in one.working.items()} == epochs


async def test_one_more_than_there_are_parts_waits_for_a_seat(
    start: Callable[[str], Process], clock: VirtualClock
) -> None:
    processes = [start(str(number)) for number in range(PARTS + 1)]
    shares = await after(clock, 10, *processes)
    assert sorted(map(len, shares)) == [0] + [1] * PARTS
    await next(p for p in processes if p.parts).stop()
    shares = await after(clock, 5, *processes)
    assert sorted(map(len, shares)) == [0] + [1] * PARTS


async def test_the_parts_of_one_that_stops_are_taken_at_once(
    start: Callable[[str], Process], clock: VirtualClock
) -> None:
    one, two = start("one"), start("two")
    await after(clock, 6, one, two)
    await one.stop()
    assert await after(clock, 2, one, two) == [set(), set(range(PARTS))]


@pytest.mark.parametrize("how", ["fails", "hangs"])
async def test_the_parts_of_one_that_is_cut_off_are_taken_when_its_leases_are_over(
    start: Callable[[str], Process], clock: VirtualClock, how: str
) -> None:
    one, two = start("one"), start("two")
    await after(clock, 6, one, two)
    setattr(one.line, how, True)
    assert await after(clock, 7, one, two) == [set(), set(range(PARTS))]


async def test_one_that_was_stopped_for_too_long_acts_no_more(
    start: Callable[[str], Process], clock: VirtualClock
) -> None:
    one = start("one")
    await after(clock, 2, one)
    one.stopwatch.stopped_for += 2.5
    assert one.parts == set()


async def test_one_with_an_obstacle_has_no_part(
    start: Callable[[str], Process], clock: VirtualClock
) -> None:
    one, two = start("one"), start("two")
    await after(clock, 6, one, two)
    one.obstacle = "its clock is wrong"
    assert await after(clock, 8, one, two) == [set(), set(range(PARTS))]
    assert one.spread.reason == "its clock is wrong"


async def test_a_part_whose_work_fails_is_tried_again(
    start: Callable[[str], Process], clock: VirtualClock
) -> None:
    one = start("one")
    one.failing = {3}
    assert await after(clock, 3, one) == [set(range(PARTS)) - {3}]
    one.failing = set()
    assert await after(clock, 3, one) == [set(range(PARTS))]
