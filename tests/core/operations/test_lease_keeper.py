"""When a process may act under a lease: by its own stopwatch, and never longer than the lease."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.composition.adapters import Store
from solebook.core.operations.lease_keeper import LeaseKeeper, LeaseTimes
from solebook.ports.language.errors import Unavailable
from solebook.ports.leases import Leases
from solebook.ports.tenure import Tenure

from ...lease_line import InterruptedStopwatch, LeaseLine

SECOND = timedelta(seconds=1)
TIMES = LeaseTimes(life=3.0, every=1.0, margin=0.5, grace=10.0)


class Process:
    """A process that works while it has the lease, and notes when it does."""

    def __init__(self, leases: Leases, clock: VirtualClock, holder: str) -> None:
        self.line = LeaseLine(leases, clock)
        self.stopwatch = InterruptedStopwatch(clock)
        self.obstacle: str | None = None
        self.tenures: list[Tenure] = []
        self.is_working = False
        self.finishing = 0.0
        """Seconds that the work takes to finish."""
        self.was_over_when_finished: bool | None = None
        self._clock = clock
        self.keeper = LeaseKeeper(
            self.line,
            self.stopwatch,
            name="work",
            holder=holder,
            times=TIMES,
            obstacle=self._find_obstacle,
        )
        self.task = asyncio.create_task(self.keeper.run(self.work))

    async def work(self, tenure: Tenure) -> None:
        self.tenures.append(tenure)
        self.is_working = True
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.is_working = False
            if self.finishing:
                await self._clock.sleep(self.finishing)
            self.was_over_when_finished = tenure.is_over

    @property
    def may_act(self) -> bool:
        return self.is_working and not self.tenures[-1].is_over

    async def _find_obstacle(self) -> str | None:
        return self.obstacle


@pytest.fixture
def leases(store: Store) -> Leases:
    return store.leases


@pytest.fixture
async def start(leases: Leases, clock: VirtualClock) -> AsyncIterator[Callable[..., Any]]:
    """Start a process, and let it try to get the lease."""
    begun: list[Process] = []

    async def begin(holder: str) -> Process:
        process = Process(leases, clock, holder)
        begun.append(process)
        await clock.advance(timedelta(0))
        return process

    yield begin
    for process in begun:
        process.line.hangs = False
        process.task.cancel()
    ending = asyncio.gather(*(process.task for process in begun), return_exceptions=True)
    while not ending.done():
        await clock.advance(SECOND)


Start = Callable[[str], Coroutine[Any, Any, Process]]


async def test_one_process_owns_the_work_and_another_stays_a_candidate(
    start: Start, clock: VirtualClock
) -> None:
    first, second = await start("first"), await start("second")
    for _ in range(20):
        await clock.advance(SECOND)
        assert (first.may_act, second.may_act) == (True, False)
    assert (first.keeper.is_owner, second.keeper.is_owner) == (True, False)


async def test_an_owner_that_stops_gives_the_lease_back_at_once(
    start: Start, clock: VirtualClock
) -> None:
    first, second = await start("first"), await start("second")
    first.task.cancel()
    await clock.advance(SECOND)
    assert (first.is_working, second.may_act) == (False, True)


async def test_an_owner_that_stops_keeps_the_lease_until_its_work_has_finished(
    start: Start, clock: VirtualClock
) -> None:
    first, second = await start("first"), await start("second")
    first.finishing = 8.5
    first.task.cancel()
    await clock.advance(8 * SECOND)
    assert not second.is_working
    await clock.advance(2 * SECOND)
    assert first.was_over_when_finished is False
    assert second.may_act


async def test_work_that_does_not_finish_is_abandoned_and_its_tenure_is_over(
    start: Start, clock: VirtualClock
) -> None:
    first, second = await start("first"), await start("second")
    first.finishing = 60.0
    first.task.cancel()
    await clock.advance(12 * SECOND)
    assert first.task.done()
    assert first.tenures[-1].is_over
    assert second.may_act


@pytest.mark.parametrize("trouble", ["fails", "hangs"])
async def test_without_its_store_an_owner_stops_before_another_may_begin(
    start: Start, clock: VirtualClock, trouble: str
) -> None:
    first, second = await start("first"), await start("second")
    await clock.advance(timedelta(seconds=4.2))
    setattr(first.line, trouble, True)
    tenth = timedelta(seconds=0.1)
    for _ in range(60):
        await clock.advance(tenth)
        assert not (first.may_act and second.is_working)
    assert (first.is_working, first.tenures[-1].is_over, second.may_act) == (False, True, True)


async def test_a_process_that_was_stopped_may_not_act_when_it_goes_on(
    start: Start, clock: VirtualClock
) -> None:
    first = await start("first")
    [tenure] = first.tenures
    first.stopwatch.stopped_for = 2.5
    assert tenure.is_over
    assert not first.keeper.is_owner
    await clock.advance(SECOND)
    assert not first.is_working


async def test_a_tenure_that_is_over_stays_over_although_the_lease_can_be_renewed(
    start: Start, clock: VirtualClock
) -> None:
    first = await start("first")
    [tenure] = first.tenures
    first.line.delay = 0.4
    await clock.advance(timedelta(seconds=1.2))  # the renewal is under way
    first.stopwatch.stopped_for = 2.0
    await clock.advance(timedelta(seconds=0.5))  # it succeeded
    assert tenure.is_over
    assert not first.is_working


async def test_the_tenure_counts_from_before_the_lease_was_requested(
    leases: Leases, clock: VirtualClock
) -> None:
    slow = Process(leases, clock, "slow")
    slow.line.delay = 2.0
    await clock.advance(2 * SECOND)
    assert slow.may_act
    await clock.advance(timedelta(seconds=0.5))
    assert slow.tenures[-1].is_over
    slow.task.cancel()
    await clock.advance(4 * SECOND)


async def test_work_that_ends_by_itself_leaves_the_lease_to_others(
    leases: Leases, clock: VirtualClock
) -> None:
    begun: list[str] = []

    def keeper(holder: str) -> LeaseKeeper:
        return LeaseKeeper(leases, VirtualStopwatch(clock), name="work", holder=holder, times=TIMES)

    async def fail(_: Tenure) -> None:
        begun.append("failing")
        raise Unavailable(what="the store")

    async def work(_: Tenure) -> None:
        begun.append("working")
        await asyncio.get_running_loop().create_future()

    tasks = [asyncio.create_task(keeper("one").run(fail))]
    await clock.advance(timedelta(0))
    tasks.append(asyncio.create_task(keeper("two").run(work)))
    await clock.advance(5 * SECOND)
    assert begun == ["failing", "working"]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_process_with_an_obstacle_takes_no_lease_and_gives_back_its_own(
    start: Start, clock: VirtualClock
) -> None:
    first = await start("first")
    first.obstacle = "its clock is wrong"
    second = await start("second")
    second.obstacle = "its rules are others"
    await clock.advance(5 * SECOND)
    assert not first.is_working
    assert not second.is_working
    assert first.keeper.reason == "its clock is wrong"
    second.obstacle = None
    await clock.advance(SECOND)
    assert second.may_act
    assert second.keeper.reason is None


async def test_work_can_be_done_once_unless_another_process_has_the_lease(
    start: Start, leases: Leases, clock: VirtualClock
) -> None:
    keeper = LeaseKeeper(leases, VirtualStopwatch(clock), name="work", holder="once", times=TIMES)
    done: list[bool] = []

    async def work(tenure: Tenure) -> None:
        done.append(tenure.is_over)

    assert await keeper.run_once(work)
    await start("first")
    assert not await keeper.run_once(work)
    assert done == [False]


async def test_work_that_is_done_once_raises_what_went_wrong(
    leases: Leases, clock: VirtualClock
) -> None:
    keeper = LeaseKeeper(leases, VirtualStopwatch(clock), name="work", holder="once", times=TIMES)

    async def fail(_: Tenure) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await keeper.run_once(fail)
    assert await leases.holder("work") is None


def test_a_lease_must_be_renewed_before_its_tenure_is_over() -> None:
    with pytest.raises(ValueError, match="renewed"):
        LeaseTimes(life=1.5, every=1.0, margin=0.5)
