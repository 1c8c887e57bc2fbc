"""Reads from a replica: when the store answers instead, and for how long."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest

from solebook.adapters.decorators.replica_reads import ReplicaReads, ReplicaWatch
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.ports.language.errors import NotFound, Unavailable

DEAD = Unavailable(what="the store")


@dataclass
class Side:
    """A port with one read."""

    name: str
    calls: int = 0
    fault: Exception | None = None
    never: bool = False
    lag: float = 0.0
    is_mute: bool = False
    """Whether it does not even tell how late it is."""
    looks: int = 0

    async def read(self) -> str:
        self.calls += 1
        if self.never:
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault
        return self.name

    async def how_late(self) -> float:
        self.looks += 1
        if self.is_mute:
            await asyncio.Event().wait()
        return self.lag


@dataclass
class Sides:
    """A replica and the store."""

    clock: VirtualClock
    replica: Side = field(default_factory=lambda: Side("replica"))
    store: Side = field(default_factory=lambda: Side("store"))

    def __post_init__(self) -> None:
        self.watch = ReplicaWatch(
            self.replica.how_late, VirtualStopwatch(self.clock), timeout=0.05, max_lag=10.0
        )
        self._reads = ReplicaReads(replica=self.replica, store=self.store, watch=self.watch)

    async def read(self) -> str:
        return await self._reads(lambda side: side.read())

    async def is_healthy(self) -> bool:
        try:
            await self.watch.check()
        except Unavailable:
            return False
        return True


@pytest.fixture
def sides(clock: VirtualClock) -> Sides:
    return Sides(clock)


async def test_a_read_goes_to_the_replica(sides: Sides) -> None:
    assert await sides.read() == "replica"
    assert sides.store.calls == 0


def _fails(replica: Side) -> None:
    replica.fault = DEAD


def _hangs(replica: Side) -> None:
    replica.never = True


def _lags(replica: Side) -> None:
    replica.lag = 10.1


@pytest.mark.parametrize("spoil", [_fails, _hangs, _lags])
async def test_the_store_answers_while_the_replica_does_not_work(
    sides: Sides, spoil: Callable[[Side], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    spoil(sides.replica)
    assert [await sides.read() for _ in range(3)] == ["store"] * 3
    assert sides.replica.calls <= 1  # it is left alone
    assert len(caplog.records) == 1

    await sides.clock.advance(timedelta(seconds=5))
    assert await sides.read() == "store"
    sides.replica.fault, sides.replica.never, sides.replica.lag = None, False, 0.0
    assert await sides.read() == "store"
    await sides.clock.advance(timedelta(seconds=5))
    assert await sides.read() == "replica"
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_only_one_read_tries_a_replica_that_has_rested(sides: Sides) -> None:
    _fails(sides.replica)
    await sides.read()
    await sides.clock.advance(timedelta(seconds=5))
    _hangs(sides.replica)
    assert await asyncio.gather(*(sides.read() for _ in range(10))) == ["store"] * 10
    assert sides.replica.calls == 2


async def test_the_lag_is_looked_at_once_a_second(sides: Sides) -> None:
    assert await sides.read() == "replica"
    _lags(sides.replica)
    assert await sides.read() == "replica"
    await sides.clock.advance(timedelta(seconds=1))
    assert await sides.read() == "store"


async def test_a_refusal_is_an_answer(sides: Sides) -> None:
    sides.replica.fault = NotFound("product", UUID(int=1))
    with pytest.raises(NotFound):
        await sides.read()
    assert sides.store.calls == 0


async def test_the_store_answers_for_a_replica_that_has_no_such_table_yet(sides: Sides) -> None:
    sides.replica.fault = AssertionError("PostgreSQL rejected a statement")
    assert await sides.read() == "store"
    assert not sides.watch.is_used


async def test_nobody_reads_from_a_replica_that_nobody_has_looked_at(sides: Sides) -> None:
    sides.replica.is_mute = True
    assert await asyncio.gather(*(sides.read() for _ in range(10))) == ["store"] * 10
    assert sides.replica.calls == 0


async def test_an_outage_of_the_store_is_told(sides: Sides) -> None:
    sides.replica.fault = sides.store.fault = DEAD
    with pytest.raises(Unavailable):
        await sides.read()


async def test_a_cancelled_read_says_nothing_about_the_replica(sides: Sides) -> None:
    _hangs(sides.replica)
    reading = asyncio.create_task(sides.read())
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    sides.replica.never = False
    assert await sides.read() == "replica"


async def test_the_health_of_a_replica_is_asked_without_a_read(sides: Sides) -> None:
    assert await sides.is_healthy()
    _lags(sides.replica)
    await sides.clock.advance(timedelta(seconds=1))
    assert not await sides.is_healthy()
    assert await sides.read() == "store"  # which waits for nothing, for it was found out
    sides.replica.lag = 0.0
    assert not await sides.is_healthy()
    await sides.clock.advance(timedelta(seconds=5))
    assert await sides.is_healthy()
    assert await sides.read() == "replica"


async def test_a_mute_replica_is_asked_for_its_health_every_5_seconds(sides: Sides) -> None:
    sides.replica.is_mute = True
    assert [await sides.is_healthy() for _ in range(20)] == [False] * 20
    assert sides.replica.looks == 1
    await sides.clock.advance(timedelta(seconds=5))
    assert not await sides.is_healthy()
    assert sides.replica.looks == 2


async def test_a_replica_whose_reads_fail_is_used_again_only_after_a_read(sides: Sides) -> None:
    _hangs(sides.replica)
    assert await sides.read() == "store"
    assert not await sides.is_healthy()
    await sides.clock.advance(timedelta(seconds=5))
    assert await sides.is_healthy()  # nobody knows better
    assert not sides.watch.is_used
