"""Limits while the shared ones are away: stricter, and never none."""

import asyncio

import pytest

from solebook.adapters.decorators.fallback_rate_limits import FallbackRateLimits
from solebook.adapters.memory.rate_limits import MemoryRateLimits
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.errors import RateLimited, Unavailable
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.rate_limits import RateLimits

LIMIT = RateLimit(burst=10, per_second=2)


class Shared(MemoryRateLimits):
    """Buckets that may be away."""

    is_away = False

    async def take(self, bucket: str, limit: RateLimit, cost: int = 1) -> None:
        if self.is_away:
            raise Unavailable(what="the rate limits")
        await super().take(bucket, limit, cost)


@pytest.fixture
def shared(clock: VirtualClock) -> Shared:
    return Shared(clock)


@pytest.fixture
def limits(shared: Shared, clock: VirtualClock) -> RateLimits:
    return FallbackRateLimits(shared, MemoryRateLimits(clock))


async def admitted(limits: RateLimits, limit: RateLimit = LIMIT, cost: int = 1) -> int:
    outcomes = await asyncio.gather(
        *(limits.take("a", limit, cost) for _ in range(50)), return_exceptions=True
    )
    return outcomes.count(None)


async def test_half_of_a_burst_is_admitted_while_the_shared_limits_are_away(
    limits: RateLimits, shared: Shared
) -> None:
    shared.is_away = True
    assert await admitted(limits) == 5
    with pytest.raises(RateLimited) as refused:
        await limits.take("a", LIMIT)
    assert refused.value.retry_after == 1.0


async def test_the_smallest_limit_is_still_one(limits: RateLimits, shared: Shared) -> None:
    shared.is_away = True
    assert await admitted(limits, RateLimit(burst=1, per_second=0.001)) == 1


async def test_costs_count_there_too(limits: RateLimits, shared: Shared) -> None:
    shared.is_away = True
    assert await admitted(limits, cost=2) == 2


async def test_another_outage_begins_with_what_the_last_one_has_left(
    limits: RateLimits, shared: Shared
) -> None:
    for _ in range(3):
        shared.is_away = True
        await admitted(limits)
        shared.is_away = False
        await admitted(limits)
    shared.is_away = True
    assert await admitted(limits) == 0


async def test_a_refusal_of_the_shared_limits_is_final(limits: RateLimits) -> None:
    assert await admitted(limits) == 10
