import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import RFC_4122, UUID

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.clock import AdjustableClock
from solebook.adapters.system.ids import SystemIds
from solebook.ports.clock import Clock


def test_id_is_a_version_7_uuid_with_the_clocks_milliseconds(clock: VirtualClock) -> None:
    made = SystemIds(clock).new()

    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == int(clock.now().timestamp() * 1_000)


def test_ids_grow_even_while_the_clock_stands_still(clock: VirtualClock) -> None:
    ids = SystemIds(clock)

    made = [ids.new() for _ in range(10_000)]

    assert all(one < other for one, other in pairwise(made))
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}
    assert {one.int >> 80 for one in made} == {made[0].int >> 80}


async def test_ids_grow_with_the_clock(clock: VirtualClock) -> None:
    ids = SystemIds(clock)
    made = [ids.new()]
    for _ in range(100):
        await clock.advance(timedelta(milliseconds=1))
        made += [ids.new(), ids.new()]

    assert made == sorted(made)
    assert made[-1].int >> 80 == int(clock.now().timestamp() * 1_000)


def test_ids_of_a_clock_in_the_past_sort_before_current_ones(clock: VirtualClock) -> None:
    past = AdjustableClock(datetime(2015, 2, 14, tzinfo=UTC), clock)
    ids = SystemIds(past)

    first = ids.new()
    past.advance(timedelta(days=365))
    second = ids.new()

    assert first < second < SystemIds(clock).new()
    assert first.int >> 80 == 1_423_872_000_000


class BackwardClock(Clock):
    """A clock that goes backwards."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, tzinfo=UTC)

    def now(self) -> datetime:
        self._now -= timedelta(seconds=1)
        return self._now

    def elapsed(self) -> float:
        raise NotImplementedError

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


def test_ids_grow_even_if_time_goes_backwards() -> None:
    ids = SystemIds(BackwardClock())

    made = [ids.new() for _ in range(100)]

    assert made == sorted(set(made))


def test_two_generators_make_different_ids(clock: VirtualClock) -> None:
    assert SystemIds(clock).new() != SystemIds(clock).new()


def test_threads_never_get_the_same_id(clock: VirtualClock) -> None:
    ids = SystemIds(clock)
    with ThreadPoolExecutor(4) as threads:
        parts = threads.map(lambda _: [ids.new() for _ in range(1_000)], range(4))
        made = [one for part in parts for one in part]

    assert len(set(made)) == len(made) == 4_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the child has no threads
def test_a_forked_process_makes_other_ids_which_grow_too(clock: VirtualClock) -> None:
    ids = SystemIds(clock)
    before = [ids.new() for _ in range(10)]
    reading, writing = os.pipe()
    if not (child := os.fork()):
        try:
            os.write(writing, b"".join(ids.new().bytes for _ in range(100)))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        of_child = [UUID(bytes=told.read(16)) for _ in range(100)]

    assert before + of_child == sorted({*before, *of_child})
    assert not {*of_child} & {ids.new() for _ in range(100)}
