"""The exchange notes that it is up, and makes up for the time in which it was not."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from solebook.adapters.system.clock import AdjustableClock
from solebook.core.operations.uptime import Uptime
from solebook.ports.clock import Clock
from solebook.ports.language.errors import Unavailable

from ...exchange import Exchange, build_exchange

PAST = datetime(2017, 10, 3, 9, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class Made:
    """What was made up for, and how often the store fails meanwhile."""

    def __init__(self) -> None:
        self.gaps: list[tuple[datetime, datetime]] = []
        self.failures = 0

    async def __call__(self, since: datetime, until: datetime) -> None:
        if self.failures:
            self.failures -= 1
            raise Unavailable(what="the store")
        self.gaps.append((since, until))


def process(exchange: Exchange, made: Made, clock: Clock | None = None) -> Uptime:
    """Return what keeps the time of another process on the exchange's store."""
    store = exchange.store
    return Uptime(
        transaction=store.transaction,
        signs_of_life=store.signs_of_life,
        make_up=made,
        clock=clock or exchange.clock,
        real_clock=exchange.clock,
    )


async def test_a_process_that_starts_on_a_new_store_makes_up_for_nothing() -> None:
    exchange, made = build_exchange(), Made()
    await process(exchange, made)()
    assert made.gaps == []
    assert await exchange.store.signs_of_life.latest() == exchange.clock.now()


async def test_that_it_is_up_is_noted_every_half_minute() -> None:
    exchange, made = build_exchange(), Made()
    uptime, start = process(exchange, made), exchange.clock.now()
    noted: set[datetime | None] = set()
    for _ in range(90):
        await uptime()
        noted.add(await exchange.store.signs_of_life.latest())
        await exchange.clock.advance(SECOND)
    assert noted == {start, start + 30 * SECOND, start + 60 * SECOND}


@pytest.mark.parametrize(("down", "counts"), [(MINUTE, False), (MINUTE + SECOND, True)])
async def test_more_than_a_minute_counts_as_time_down(down: timedelta, counts: bool) -> None:
    exchange, made = build_exchange(), Made()
    start = exchange.clock.now()
    await process(exchange, made)()
    await exchange.clock.advance(down)
    await process(exchange, made)()
    assert made.gaps == ([(start, start + down)] if counts else [])


async def test_two_processes_that_start_at_once_make_up_for_it_once() -> None:
    exchange, made = build_exchange(), Made()
    await process(exchange, made)()
    await exchange.clock.advance(HOUR)
    await asyncio.gather(process(exchange, made)(), process(exchange, made)())
    assert len(made.gaps) == 1


async def test_a_process_that_starts_beside_another_makes_up_for_nothing() -> None:
    exchange, made = build_exchange(), Made()
    other = process(exchange, made)
    for _ in range(10):
        await other()
        await exchange.clock.advance(30 * SECOND)
    await process(exchange, made)()
    assert made.gaps == []


async def test_what_could_not_be_made_up_for_is_made_up_for_later() -> None:
    exchange, made = build_exchange(), Made()
    start = exchange.clock.now()
    await process(exchange, made)()
    await exchange.clock.advance(HOUR)
    made.failures, uptime = 1, process(exchange, made)
    with pytest.raises(Unavailable):
        await uptime()
    await exchange.clock.advance(HOUR)
    await uptime()
    assert made.gaps == [(start, start + 2 * HOUR)]


async def test_time_in_which_nothing_could_be_noted_counts_as_time_down() -> None:
    exchange, made = build_exchange(), Made()
    uptime, start = process(exchange, made), exchange.clock.now()
    await uptime()
    await exchange.clock.advance(HOUR)  # the machine slept, or its disk was full
    uptime.resume()
    await uptime()
    assert made.gaps == [(start, start + HOUR)]


async def test_a_clock_that_was_moved_forward_is_no_time_down() -> None:
    exchange, made = build_exchange(), Made()
    clock = AdjustableClock(PAST, exchange.clock)
    uptime = process(exchange, made, clock)
    await uptime()
    clock.advance(HOUR)
    uptime.resume()
    await uptime()
    await process(exchange, made, clock)()
    assert made.gaps == []


async def test_time_down_counts_by_the_clock_that_deadlines_follow() -> None:
    exchange, made = build_exchange(), Made()
    clock = AdjustableClock(PAST, exchange.clock)
    await process(exchange, made, clock)()
    await exchange.clock.advance(HOUR)
    clock.advance(HOUR)
    await process(exchange, made, clock)()
    assert made.gaps == [(PAST + HOUR, PAST + 2 * HOUR)]


async def test_workers_look_back_before_anything_else_runs() -> None:
    exchange = build_exchange()
    async with exchange.store.transaction():
        await exchange.store.signs_of_life.note(exchange.clock.now() - HOUR)
    async with exchange.workers.running():
        assert await exchange.store.signs_of_life.latest() == exchange.clock.now()


async def test_the_log_says_in_seconds_how_long_the_exchange_was_down(
    caplog: pytest.LogCaptureFixture,
) -> None:
    exchange = build_exchange()
    await exchange.clock.advance(timedelta(microseconds=1))
    await process(exchange, Made())()
    await exchange.clock.advance(timedelta(hours=1, microseconds=345))
    await process(exchange, Made())()
    [told] = caplog.messages
    assert told == "the exchange was down from 2026-03-02 12:00:00 UTC to 2026-03-02 13:00:00 UTC"
