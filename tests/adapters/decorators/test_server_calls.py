"""Calls of servers are counted by outcome and time, and reads of caches by what was found."""

from datetime import timedelta

import pytest

from solebook.adapters.decorators.cache_reads import cache_reads
from solebook.adapters.decorators.circuit_breaker import CircuitBreaker
from solebook.adapters.decorators.server_calls import BOUNDS, ServerCalls, server_calls
from solebook.adapters.memory.cache import MemoryCache
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.ports.language.errors import QueueFull, Refusal, Unavailable


def test_a_call_is_counted_with_those_that_took_as_long() -> None:
    calls = ServerCalls("a server")
    calls.note(BOUNDS[0], answered=True)
    calls.note(BOUNDS[0] * 1.01, answered=False)
    calls.note(BOUNDS[-1] + 1, answered=True)
    assert (calls.by_time[0], calls.by_time[1], calls.by_time[-1]) == (1, 1, 1)
    assert (calls.answered, calls.unavailable) == (2, 1)
    assert calls in server_calls()


async def test_a_breaker_counts_its_calls_by_outcome(clock: VirtualClock) -> None:
    breaker = CircuitBreaker(VirtualStopwatch(clock), what="the server", failures=1)

    async def fail() -> None:
        await clock.advance(timedelta(seconds=2))
        raise errors.pop()

    errors = [Unavailable(what="it"), QueueFull(what="its queue", retry_after=1.0)]
    for _ in range(3):
        with pytest.raises(Refusal):
            await breaker(fail)
    calls = breaker.calls
    assert (calls.server, calls.answered, calls.unavailable, calls.refused) == ("server", 1, 1, 1)
    assert (sum(calls.by_time), calls.seconds) == (2, 4.0)


async def test_a_cache_counts_what_it_has_and_what_it_loads(clock: VirtualClock) -> None:
    cache = MemoryCache[str, int](clock, size=1, life=timedelta(days=1), name="numbers")

    async def load() -> int:
        return 1

    for key in ("a", "a", "b", "a"):
        await cache.get(key, load)
    [reads] = [each for each in cache_reads() if each.cache == "numbers"]
    assert (reads.hits, reads.misses) == (1, 3)
