"""What lives in memory for long is bounded."""

from datetime import timedelta

import pytest

from solebook.adapters.memory.rate_limits import MemoryRateLimits
from solebook.adapters.memory.revoked_sessions import MemoryRevokedSessions
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.errors import RateLimited
from solebook.ports.language.ids import SessionId
from solebook.ports.rate_limits import RateLimit

LIMIT = RateLimit(burst=2, per_second=1)


async def test_full_buckets_are_forgotten(clock: VirtualClock) -> None:
    limits = MemoryRateLimits(clock)
    for n in range(4_000):
        await limits.take(f"client-{n}", LIMIT)
        await clock.advance(timedelta(milliseconds=10))
    # Each is full again after a second, in which 100 come.
    assert len(limits._buckets) <= 1_024


async def test_a_bucket_that_is_not_full_is_remembered(clock: VirtualClock) -> None:
    limits = MemoryRateLimits(clock)
    for _ in range(2):
        await limits.take("spender", LIMIT)
    for n in range(5_000):
        await limits.take(f"client-{n}", LIMIT)
    with pytest.raises(RateLimited):
        await limits.take("spender", LIMIT)


async def test_sessions_whose_tokens_have_expired_are_forgotten(
    clock: VirtualClock, ids: SeededIds
) -> None:
    revoked = MemoryRevokedSessions(clock)
    for _ in range(1_000):
        await revoked.add(SessionId(ids.new()), clock.now() + timedelta(minutes=15))
        await clock.advance(timedelta(minutes=1))
    assert len(revoked._until) <= 16
