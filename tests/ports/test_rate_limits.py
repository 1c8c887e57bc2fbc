"""Contract of RateLimits."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solebook.adapters.decorators.fallback_rate_limits import FallbackRateLimits
from solebook.adapters.memory.rate_limits import MemoryRateLimits
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.errors import RateLimited
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.rate_limits import RateLimits

from .records import Records


@pytest.fixture(params=["memory", "fallback", "redis"])
async def limits(request: pytest.FixtureRequest, clock: VirtualClock) -> AsyncIterator[RateLimits]:
    if request.param == "memory":
        yield MemoryRateLimits(clock)
        return
    from solebook.adapters.redis.rate_limits import RedisRateLimits

    from .on_virtual_time import connected_on_virtual_time

    server = request.getfixturevalue("valkey_server")
    async with connected_on_virtual_time(server, clock) as connection:
        shared = RedisRateLimits(connection)
        own = MemoryRateLimits(clock)
        yield shared if request.param == "redis" else FallbackRateLimits(shared, own)


async def taken(
    limits: RateLimits, bucket: str, limit: RateLimit, attempts: int, cost: int = 1
) -> int:
    """Return how many of the attempts were admitted."""
    outcomes = await asyncio.gather(
        *(limits.take(bucket, limit, cost) for _ in range(attempts)), return_exceptions=True
    )
    assert all(outcome is None or isinstance(outcome, RateLimited) for outcome in outcomes)
    return outcomes.count(None)


async def test_a_new_bucket_is_full_and_lets_exactly_its_burst_through(
    limits: RateLimits,
) -> None:
    assert await taken(limits, "sign-in:1", RateLimit(burst=10, per_second=0.1), 25) == 10


async def test_an_empty_bucket_tells_the_seconds_until_there_is_a_token(
    limits: RateLimits, clock: VirtualClock
) -> None:
    limit = RateLimit(burst=1, per_second=0.25)
    await limits.take("a", limit)
    with pytest.raises(RateLimited) as refused:
        await limits.take("a", limit)
    assert refused.value.retry_after == pytest.approx(4)
    await clock.advance(timedelta(seconds=3))
    with pytest.raises(RateLimited) as refused:
        await limits.take("a", limit)
    assert refused.value.retry_after == pytest.approx(1)
    await clock.advance(timedelta(seconds=1))
    await limits.take("a", limit)


async def test_a_refusal_costs_no_token(limits: RateLimits, clock: VirtualClock) -> None:
    limit = RateLimit(burst=2, per_second=1)
    assert await taken(limits, "a", limit, 20) == 2
    await clock.advance(timedelta(seconds=1))
    assert await taken(limits, "a", limit, 20) == 1


async def test_tokens_come_back_up_to_the_burst(limits: RateLimits, clock: VirtualClock) -> None:
    limit = RateLimit(burst=5, per_second=2)
    assert await taken(limits, "a", limit, 9) == 5
    await clock.advance(timedelta(seconds=1.5))
    assert await taken(limits, "a", limit, 9) == 3
    await clock.advance(timedelta(days=1))
    assert await taken(limits, "a", limit, 9) == 5


async def test_parts_of_tokens_add_up(limits: RateLimits, clock: VirtualClock) -> None:
    limit = RateLimit(burst=1, per_second=0.1)
    await limits.take("a", limit)
    for _ in range(9):
        await clock.advance(timedelta(seconds=1))
        assert await taken(limits, "a", limit, 1) == 0
    await clock.advance(timedelta(seconds=1))
    await limits.take("a", limit)


async def test_buckets_are_independent(limits: RateLimits) -> None:
    limit = RateLimit(burst=1, per_second=0.1)
    await limits.take("a", limit)
    await limits.take("b", limit)
    assert await taken(limits, "a", limit, 1) == 0


async def test_a_token_can_be_put_back(limits: RateLimits, clock: VirtualClock) -> None:
    limit = RateLimit(burst=2, per_second=0.1)
    await limits.put_back("a", limit)
    assert await taken(limits, "a", limit, 3) == 2
    await limits.put_back("a", limit)
    assert await taken(limits, "a", limit, 2) == 1
    await clock.advance(timedelta(seconds=5))
    await limits.put_back("a", limit)
    assert await taken(limits, "a", limit, 2) == 1
    await clock.advance(timedelta(seconds=5))
    assert await taken(limits, "a", limit, 2) == 1


async def test_a_call_may_cost_several_tokens(limits: RateLimits, clock: VirtualClock) -> None:
    limit = RateLimit(burst=10, per_second=1)
    assert await taken(limits, "a", limit, 9, cost=4) == 2
    with pytest.raises(RateLimited) as refused:
        await limits.take("a", limit, 4)
    assert refused.value.retry_after == pytest.approx(2)
    assert await taken(limits, "a", limit, 9) == 2
    await clock.advance(timedelta(seconds=3))
    assert await taken(limits, "a", limit, 9, cost=3) == 1


async def test_a_call_that_costs_more_than_the_burst_takes_a_full_bucket(
    limits: RateLimits, clock: VirtualClock
) -> None:
    limit = RateLimit(burst=3, per_second=1)
    await limits.take("a", limit, 100)
    with pytest.raises(RateLimited) as refused:
        await limits.take("a", limit, 100)
    assert refused.value.retry_after == pytest.approx(3)
    await clock.advance(timedelta(seconds=3))
    await limits.take("a", limit, 100)


async def test_a_new_limit_applies_to_a_bucket_at_once(
    limits: RateLimits, clock: VirtualClock
) -> None:
    await limits.take("a", RateLimit(burst=100, per_second=1))
    assert await taken(limits, "a", RateLimit(burst=5, per_second=1), 20) == 5
    await clock.advance(timedelta(seconds=2))
    assert await taken(limits, "a", RateLimit(burst=50, per_second=1), 20) == 2


async def test_a_bucket_may_have_any_name(limits: RateLimits) -> None:
    limit = RateLimit(burst=1, per_second=0.1)
    for name in ("", "a b", "{a}", "ä\udcff", "long" * 100_000):
        assert await taken(limits, name, limit, 2) == 1


@given(burst=st.integers(1, 5), per_second=st.sampled_from([0.1, 1 / 3, 0.7, 3.0, 50.0]))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_caller_is_admitted_after_the_retry_delay_and_not_before(
    limits: RateLimits, records: Records, clock: VirtualClock, burst: int, per_second: float
) -> None:
    bucket, limit = str(records.ids.new()), RateLimit(burst, per_second)
    assert await taken(limits, bucket, limit, burst + 1) == burst
    for _ in range(3):
        with pytest.raises(RateLimited) as refused:
            await limits.take(bucket, limit)
        await clock.advance(timedelta(seconds=refused.value.retry_after * 0.9))
        assert await taken(limits, bucket, limit, 1) == 0
        with pytest.raises(RateLimited) as refused:
            await limits.take(bucket, limit)
        await clock.advance(timedelta(seconds=refused.value.retry_after))
        await limits.take(bucket, limit)


@pytest.mark.parametrize(("burst", "per_second"), [(0, 1.0), (1, 0.0), (-1, 1.0), (1, -1.0)])
def test_a_limit_that_lets_nothing_through_cannot_be_made(burst: int, per_second: float) -> None:
    with pytest.raises(ValueError, match="let something through"):
        RateLimit(burst, per_second)
