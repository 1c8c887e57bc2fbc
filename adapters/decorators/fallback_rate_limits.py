"""Rate limits that all processes share, and this process's own while those are away."""

from ...ports.language.errors import Unavailable
from ...ports.language.rate_limits import RateLimit
from ...ports.rate_limits import RateLimits

_SLOWEST = 0.001
"""The lowest rate that a limit may have."""


class FallbackRateLimits(RateLimits):
    """Takes tokens from shared buckets, or from this process's own, which are half as large.

    So nobody is let in without a limit. With two processes the limits stay what they are in all;
    each further process adds half of them.
    """

    def __init__(self, shared: RateLimits, own: RateLimits) -> None:
        self._shared = shared
        self._own = own

    async def take(self, bucket: str, limit: RateLimit, cost: int = 1) -> None:
        try:
            await self._shared.take(bucket, limit, cost)
        except Unavailable:
            await self._own.take(bucket, _half(limit), cost)

    async def put_back(self, bucket: str, limit: RateLimit) -> None:
        # A token of the one may go to the other: either is no more than full then.
        try:
            await self._shared.put_back(bucket, limit)
        except Unavailable:
            await self._own.put_back(bucket, _half(limit))


def _half(limit: RateLimit) -> RateLimit:
    return RateLimit(max(1, limit.burst // 2), max(_SLOWEST, limit.per_second / 2))
