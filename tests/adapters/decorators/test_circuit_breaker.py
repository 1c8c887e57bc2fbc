"""A circuit breaker opens, tries, and closes."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from solebook.adapters.decorators.circuit_breaker import CircuitBreaker
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.ports.language.errors import NotFound, Unavailable

WHAT = "the broker"


class Broker:
    """Answers, unless it is away, and counts how often it was asked."""

    def __init__(self) -> None:
        self.is_away = False
        self.asked = 0
        self.error: Exception = Unavailable(what=WHAT)

    async def ask(self) -> str:
        self.asked += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise self.error
        return "here"


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def breaker(clock: VirtualClock) -> CircuitBreaker:
    return CircuitBreaker(VirtualStopwatch(clock), what=WHAT, failures=3, pause=1.0)


async def fail(breaker: CircuitBreaker, broker: Broker, times: int) -> None:
    broker.is_away = True
    for _ in range(times):
        with pytest.raises(Unavailable, match=WHAT):
            await breaker(broker.ask)


async def test_after_three_failures_nobody_asks_for_a_second(
    breaker: CircuitBreaker, broker: Broker, clock: VirtualClock
) -> None:
    assert await breaker(broker.ask) == "here"
    await fail(breaker, broker, 50)
    assert broker.asked == 1 + 3

    await clock.advance(timedelta(seconds=1))
    await fail(breaker, broker, 50)
    assert broker.asked == 1 + 3 + 1


async def test_one_tries_for_all_and_its_success_lets_the_others_ask(
    breaker: CircuitBreaker, broker: Broker, clock: VirtualClock
) -> None:
    await fail(breaker, broker, 3)
    broker.is_away = False
    await clock.advance(timedelta(seconds=1))

    found = await asyncio.gather(*(breaker(broker.ask) for _ in range(5)), return_exceptions=True)
    assert [isinstance(each, Unavailable) for each in found] == [False, True, True, True, True]
    assert broker.asked == 3 + 1
    assert await breaker(broker.ask) == "here"
    assert await breaker(broker.ask) == "here"


async def test_failures_between_successes_do_not_add_up(
    breaker: CircuitBreaker, broker: Broker
) -> None:
    for _ in range(5):
        await fail(breaker, broker, 2)
        broker.is_away = False
        assert await breaker(broker.ask) == "here"


async def test_a_refusal_ends_an_outage(
    breaker: CircuitBreaker, broker: Broker, clock: VirtualClock
) -> None:
    await fail(breaker, broker, 3)
    assert breaker.is_open
    await clock.advance(timedelta(seconds=1))
    broker.error = NotFound(what="stream", id=UUID(int=0))
    with pytest.raises(NotFound):
        await breaker(broker.ask)
    assert not breaker.is_open


async def test_a_refusal_is_an_answer(breaker: CircuitBreaker, broker: Broker) -> None:
    broker.is_away, broker.error = True, NotFound(what="it", id=UUID(int=7))
    for _ in range(5):
        with pytest.raises(NotFound):
            await breaker(broker.ask)
    assert broker.asked == 5
