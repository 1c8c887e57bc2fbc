"""Token buckets, in memory."""

from dataclasses import dataclass
from math import ceil

from ...ports.clock import Clock
from ...ports.language.errors import RateLimited
from ...ports.language.rate_limits import RateLimit
from ...ports.rate_limits import RateLimits

_ROUNDING = 1e-6
"""The tolerance for rounding errors of floats, in tokens."""


@dataclass(frozen=True, slots=True)
class _Bucket:
    tokens: float
    at: float
    limit: RateLimit

    def tokens_at(self, now: float) -> float:
        gained = (now - self.at) * self.limit.per_second
        return min(self.limit.burst, self.tokens + gained)


class MemoryRateLimits(RateLimits):
    """Buckets by name. Full ones are removed because a new bucket is full too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._sweep_at = 1_024

    async def take(self, bucket: str, limit: RateLimit, cost: int = 1) -> None:
        now = self._clock.elapsed()
        before = self._buckets.get(bucket)
        tokens = float(limit.burst)
        if before is not None:
            tokens = min(tokens, before.tokens_at(now))
        cost = min(cost, limit.burst)
        if tokens + _ROUNDING < cost:
            microseconds = ceil((cost - tokens) / limit.per_second * 1e6)
            raise RateLimited(retry_after=microseconds / 1e6)
        self._buckets[bucket] = _Bucket(max(0.0, tokens - cost), now, limit)
        if len(self._buckets) >= self._sweep_at:
            self._forget_full(now)

    async def put_back(self, bucket: str, limit: RateLimit) -> None:
        now = self._clock.elapsed()
        before = self._buckets.get(bucket)
        if before is not None:
            tokens = min(limit.burst, before.tokens_at(now) + 1)
            self._buckets[bucket] = _Bucket(tokens, now, limit)

    def _forget_full(self, now: float) -> None:
        """Remove full buckets, and scan again when there are twice as many as remain now."""
        self._buckets = {
            name: bucket
            for name, bucket in self._buckets.items()
            if bucket.tokens_at(now) < bucket.limit.burst
        }
        self._sweep_at = max(1_024, 2 * len(self._buckets))
